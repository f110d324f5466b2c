"""The local HTTP API of a running node, over a unix socket that only its owner can open."""
