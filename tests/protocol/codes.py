"""How the tests of this folder ask for an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vrmprotocol.errors import LocalError, ProtocolError, RemoteError


def refusal(call: Callable[..., Any], *arguments: Any, **named: Any) -> RemoteError:
    """The error with which bytes from elsewhere are refused."""
    with pytest.raises(RemoteError) as caught:
        call(*arguments, **named)
    return caught.value


def remote_code(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    return refusal(call, *arguments, **named).code


def local_code(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    with pytest.raises(LocalError) as caught:
        call(*arguments, **named)
    return caught.value.code


def survives(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What a call gives, or the code of its ProtocolError; anything else fails the test."""
    try:
        return call(*arguments, **named)
    except ProtocolError as error:
        return error.code
