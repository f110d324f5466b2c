"""The VRM protocol without I/O: encoding, keys, envelopes, messages, negotiation.

Everything is a function of its arguments: the clock, randomness and keys are passed in, and
nothing here opens a file or a socket. `specs/` is the text that it implements.
"""
