"""Connections to peers: TCP, Noise, Yamux and multistream, and the streams on them."""
