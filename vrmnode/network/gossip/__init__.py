"""Gossip: the mesh of each topic, the frames of its protocol, and the stem before it."""
