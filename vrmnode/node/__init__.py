"""The running node: the one place that sees network, storage, engine and API together."""

from vrmnode.node.run import run_node

__all__ = ["run_node"]
