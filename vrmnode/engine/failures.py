"""Errors that a command of the owner can meet, as the API shows them."""

from __future__ import annotations

from vrmnode.errors import ServiceError
from vrmprotocol.errors import ProtocolError


def not_found(what: str, reference: str) -> ServiceError:
    """404: no such intent, offer or deal on this node."""
    return ServiceError(
        f"{what}.not_found", f"expected the id of a known {what}, came {reference!r}", 404
    )


def conflict(code: str, words: str) -> ServiceError:
    """409: the command is well formed but the state doesn't allow it."""
    return ServiceError(code, words, 409)


def invalid(code: str, words: str) -> ServiceError:
    """400: the command's parameters are wrong."""
    return ServiceError(code, words, 400)


def of_protocol(error: ProtocolError) -> ServiceError:
    """An error of the protocol library that the owner's command caused."""
    status = 409 if error.code.startswith(("negotiation.", "order.")) else 400
    return ServiceError(error.code, error.detail, status)
