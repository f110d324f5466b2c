"""The generator of the conformance vectors in the folder above.

`python -m generate`, run in `protocol/vectors`, rewrites every `*.json` there, byte for byte the
same each time. It is written from the specifications alone and imports nothing of the reference
library: where both agree, two readings of the text agree. It has its own msgpack writer, its own
HPKE over the primitives, its own reading of the negotiation table.
"""
