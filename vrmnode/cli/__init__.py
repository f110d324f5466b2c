"""The command `vrm`: a thin client of a running node's API.

Imports neither libp2p nor the event loop, so that it answers in about 0.1 s.
"""

from vrmnode.cli.root import main

__all__ = ["main"]
