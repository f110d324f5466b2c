"""Errors of the protocol library and whose fault they are.

    ProtocolError          .code is stable, .detail is for people
     ├── LocalError        our own caller asked for something that can't be done
     └── RemoteError       bytes from elsewhere break a rule of `specs/`

Codes are `<module>.<word>` (`encoding.noncanonical`) and part of the specs. Details say what
was expected and what came; they never hold keys, secrets or message bodies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")


class ProtocolError(Exception):
    """A rule of the protocol doesn't hold; `code` says which."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class LocalError(ProtocolError):
    """The caller erred; nothing was signed, sealed or sent."""


class RemoteError(ProtocolError):
    """A peer's bytes are refused. Raised only where bytes are received."""


def passes(check: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether a check finds nothing to refuse: it raises no RemoteError."""
    try:
        check(*args, **kwargs)
    except RemoteError:
        return False
    return True
