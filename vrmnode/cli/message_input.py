"""Message files as commands read them: from a file or stdin, in parts that fit into requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vrmnode.cli.failures import usage
from vrmnode.cli.input_file import read_limited

MAX_FILE_BYTES = 16 * 1024 * 1024
AT_ONCE_BYTES = 700_000
"""What goes to the node in one request, which is at most 1 MiB with base64 around it."""


def read_message_file(path: Path) -> bytes:
    """The bytes of a file, or of stdin for `-`.

    Raises:
        CommandError: `file.read`, `file.too_large`.
    """
    return read_limited(path, MAX_FILE_BYTES)


def in_requests(raw: bytes) -> Iterator[bytes]:
    """The file as it is, or as several smaller ones, for requests have a limit.

    Raises:
        CommandError: a long one isn't a message file.
    """
    if len(raw) <= AT_ONCE_BYTES:
        yield raw
        return
    from vrmprotocol import message_file
    from vrmprotocol.errors import RemoteError

    try:
        envelopes = message_file.read(raw)
    except RemoteError as error:
        raise usage(error.code, f"expected a message file: {error.detail}") from None
    part: list[bytes] = []
    for envelope in envelopes:
        if part and sum(map(len, part)) + len(envelope) > AT_ONCE_BYTES:
            yield message_file.write(part)
            part = []
        part.append(envelope)
    yield message_file.write(part)
