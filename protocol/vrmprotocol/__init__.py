"""The VRM protocol without input or output: bytes in, verified objects and bytes out.

Clock, randomness and keys are arguments of every function that needs them, so that
everything here can be tested to the byte. `protocol/README.md` names the module for each
part of `specs/`; nothing is re-exported here, import the modules themselves.
"""
