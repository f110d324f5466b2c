"""The local HTTP API of a running node, over a unix socket that only its owner can open.

`create_app` maps HTTP to the commands and queries of a `NodeService`; `serve` puts that on the
socket. What the commands mean is the node's business, not this package's.
"""
