"""A VRM node: customers state intents in their own terms, vendors answer with offers.

The packages are named by what they do; `vrmnode.node` alone sees them all. The wire protocol
is `vrmprotocol`, which knows nothing of this package.
"""
