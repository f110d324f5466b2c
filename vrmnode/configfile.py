"""Changes to config.toml that a command makes for the owner; comments and order stay."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from vrmnode import config, privatefile
from vrmnode.errors import ConfigError
from vrmnode.settingspec import MAX_ADDRESSES


def add_peers(path: Path, addresses: Sequence[str]) -> list[str]:
    """Add addresses to `node.peers`; return those that weren't there.

    A file that isn't there is made. Nothing is written unless all of it is right.

    Raises:
        ConfigError: as `config.load`; `config.invalid` when there would be too many;
            `config.unwritable`.
    """
    present = config.load(path, {}).node.peers
    added = [text for text in dict.fromkeys(addresses) if text not in present]
    if len(present) + len(added) > MAX_ADDRESSES:
        raise ConfigError(
            "config.invalid",
            f"{path}: node.peers: expected at most {MAX_ADDRESSES} addresses, "
            f"came {len(present) + len(added)}; take some out first",
        )
    if added:
        _write(path, _with_peers(path, added), [*present, *added])
    return added


def _with_peers(path: Path, added: Sequence[str]) -> str:
    import tomlkit

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = config.DEFAULT_TEXT
    document = tomlkit.parse(text)
    section = document.setdefault("node", tomlkit.table())
    peers = section.setdefault("peers", tomlkit.array())
    for address in added:
        peers.append(address)
    return tomlkit.dumps(document)


def _write(path: Path, text: str, peers: Sequence[str]) -> None:
    written = tomllib.loads(text)["node"]["peers"]
    assert written == list(peers), "the edited file says something else"
    try:
        # Through a link: whoever keeps the file elsewhere means that file.
        privatefile.write_atomically(path.resolve(), text.encode(), replace=True)
    except OSError as error:
        raise ConfigError(
            "config.unwritable", f"{path}: expected to write it, came: {error.strerror}"
        ) from error
