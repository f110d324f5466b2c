"""What the API needs of the node: three calls, implemented by `vrmnode.node`."""

from __future__ import annotations

from typing import Protocol

Json = dict[str, object]


class NodeService(Protocol):
    """The node as its API sees it.

    Each call may raise `vrmnode.errors.ServiceError`, which becomes a problem document with its
    code, message and HTTP status. Anything else is a bug of the node: the caller gets a bare
    `internal.error`, the log the traceback.
    """

    async def execute(self, command: str, params: Json) -> Json:
        """Change the node's state through its loop; durable when this returns."""
        ...

    async def query(self, name: str, params: Json) -> object:
        """Read what is committed; JSON-ready, ids in lowercase hex."""
        ...

    async def wait_event(self, after: int, timeout_s: float) -> list[Json]:
        """Events with an id greater than `after`, oldest first; empty when none came in time."""
        ...
