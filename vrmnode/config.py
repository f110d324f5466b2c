"""config.toml and the environment: what the owner sets before the node starts.

Every key has a default, so an empty file is complete. An environment variable wins over the file.
What commands change while the node runs is in the database's settings instead.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from vrmnode import privatefile
from vrmnode.errors import ConfigError
from vrmnode.settingspec import KEYS, SECTIONS, Key, nearest, split_hook_address

MAX_FILE_BYTES = 1024 * 1024
DATA_VARIABLE = "VRM_DATA"
NODE_FILES = frozenset({"config.toml", "keystore.json", "node.db", "node.lock"})

DEFAULT_TEXT = """\
# Settings of this node; every line may stay out. Each key has an environment variable, which wins.

[node]
# Where to listen: libp2p addresses. VRM_LISTEN (several: with commas).
listen = ["/ip4/0.0.0.0/tcp/4101"]
# Peers to connect to first, with their /p2p/ identity. VRM_PEERS (several: with commas).
peers = []
# Peers of your trust, such as a postbox, that keep and spread what this node writes, so that it may
# sleep at once. They learn that all of it is yours. VRM_SUBMIT_TO (several: with commas).
submit_to = []
# Connections that it makes to peers which others name, so that it doesn't depend on the first
# ones. 0: it stays with those above, asks nobody and names nobody. VRM_MIN_PEERS.
min_peers = 6
# Find and be found by nodes on the same LAN (multicast DNS). Everybody there sees that there is a
# node. VRM_MDNS.
mdns = true
# Where devices and scripts report to, see `vrm thing hook`: a port of this machine alone, or with
# an IP address before it. Without it nothing listens. VRM_HOOK_LISTEN.
# hook_listen = "4180"
# A name for this node in its own displays; nobody else sees it. VRM_NAME.
# name = "at home"

[owner]
# The language in which you write to others; your questions, answers and notes are marked with it.
# VRM_LANGUAGE.
# language = "de"
# How `vrm` shows amounts and days. VRM_LOCALE.
# locale = "de_DE"

[privacy]
# Automatic answers wait up to this many milliseconds, at random. VRM_JITTER_MS.
jitter_ms = 1500
# An intent to several named vendors leaves to each within this many milliseconds, at random, so
# that its time doesn't tell others who asked them. VRM_SPREAD_MS.
spread_ms = 30000

[limits]
# Other people's envelopes are kept up to this size in MiB. VRM_STORE_MB.
store_mb = 512

[postbox]
# Hold others' envelopes until they expire, and do nothing else: `vrm run --postbox`. VRM_POSTBOX.
serve = false
# How much it holds of each, in MiB. VRM_POSTBOX_MAIL_MB, VRM_POSTBOX_MARKET_MB,
# VRM_POSTBOX_DIRECTORY_MB.
mail_mb = 4096
market_mb = 1024
directory_mb = 256
# How much mail it holds under one address (tag), in KiB. VRM_POSTBOX_TAG_KB.
tag_kb = 1024

[log]
# debug, info, warning or error; to stderr. VRM_LOG_LEVEL.
level = "info"
"""


@dataclass(frozen=True, slots=True)
class NodeSection:
    """Addresses to listen on and to connect to; where devices report; the display name."""

    listen: tuple[str, ...]
    peers: tuple[str, ...]
    submit_to: tuple[str, ...]
    min_peers: int
    mdns: bool
    hook_listen: tuple[str, int] | None
    name: str | None


@dataclass(frozen=True, slots=True)
class OwnerSection:
    """`language` in which the owner writes, `locale` in which amounts are shown.

    The command reads them, the node doesn't.
    """

    language: str | None
    locale: str | None


@dataclass(frozen=True, slots=True)
class PrivacySection:
    """Longest random delays.

    `jitter_ms`: of automatic answers; `spread_ms`: of an intent's way to several named vendors.
    """

    jitter_ms: int
    spread_ms: int


@dataclass(frozen=True, slots=True)
class LimitsSection:
    """`store_mb`: MiB of envelopes kept for others."""

    store_mb: int


@dataclass(frozen=True, slots=True)
class PostboxSection:
    """Whether the node is a postbox, and how much it holds: in MiB, under one tag in KiB."""

    serve: bool
    mail_mb: int
    market_mb: int
    directory_mb: int
    tag_kb: int


@dataclass(frozen=True, slots=True)
class LogSection:
    """`level`: debug, info, warning or error."""

    level: str


@dataclass(frozen=True, slots=True)
class Config:
    """The node's settings, complete and checked."""

    node: NodeSection
    owner: OwnerSection
    privacy: PrivacySection
    limits: LimitsSection
    postbox: PostboxSection
    log: LogSection


def load(path: Path, env: Mapping[str, str]) -> Config:
    """Return the settings of a file (none: the defaults) and of the environment.

    Raises ConfigError `config.unreadable`, `config.syntax` (with line and column),
    `config.invalid` (with file or variable, key, what was expected and what came).
    """
    document = _read(path)
    _require_known(document, path)
    values = {key.path: _value(key, document, path, env) for key in KEYS}
    return Config(
        node=NodeSection(
            listen=_texts(values["node.listen"]),
            peers=_texts(values["node.peers"]),
            submit_to=_texts(values["node.submit_to"]),
            min_peers=_number(values["node.min_peers"]),
            mdns=values["node.mdns"] is True,
            hook_listen=split_hook_address(_text(values["node.hook_listen"]) or ""),
            name=_text(values["node.name"]),
        ),
        owner=OwnerSection(
            language=_text(values["owner.language"]), locale=_text(values["owner.locale"])
        ),
        privacy=PrivacySection(
            jitter_ms=_number(values["privacy.jitter_ms"]),
            spread_ms=_number(values["privacy.spread_ms"]),
        ),
        limits=LimitsSection(store_mb=_number(values["limits.store_mb"])),
        postbox=PostboxSection(
            serve=values["postbox.serve"] is True,
            mail_mb=_number(values["postbox.mail_mb"]),
            market_mb=_number(values["postbox.market_mb"]),
            directory_mb=_number(values["postbox.directory_mb"]),
            tag_kb=_number(values["postbox.tag_kb"]),
        ),
        log=LogSection(level=_text(values["log.level"]) or "info"),
    )


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError("config.unreadable", f"{path} can't be read: {error}") from error
    if len(raw) > MAX_FILE_BYTES:
        raise ConfigError("config.unreadable", f"expected at most {MAX_FILE_BYTES} bytes in {path}")
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "config.syntax", f"{path}: expected UTF-8, came other bytes (line {line})"
        ) from error
    except tomllib.TOMLDecodeError as error:
        # The message ends with the place: "(at line 3, column 8)".
        raise ConfigError("config.syntax", f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigError("config.syntax", f"{path}: nested too deeply") from error


def _require_known(document: Mapping[str, object], path: Path) -> None:
    for section, content in document.items():
        if section not in SECTIONS:
            hint = nearest(section, SECTIONS)
            raise _invalid(path, section, f"unknown section{hint}")
        if not isinstance(content, dict):
            raise _invalid(path, section, f"expected a section [{section}], came {content!r:.60}")
        names = [key.name for key in KEYS if key.section == section]
        for name in content:
            if name not in names:
                hint = nearest(name, names) or _elsewhere(name)
                raise _invalid(path, f"{section}.{name}", f"unknown key{hint}")


def _elsewhere(name: str) -> str:
    sections = [key.section for key in KEYS if key.name == name]
    return f"; it belongs into [{sections[0]}]" if sections else ""


def _value(key: Key, document: Mapping[str, object], path: Path, env: Mapping[str, str]) -> object:
    text = env.get(key.variable)
    if text is not None:
        came, place = key.read_text(text), f"environment variable {key.variable}"
    else:
        section = document.get(key.section)
        content = section if isinstance(section, dict) else {}
        if key.name not in content:
            return key.default
        came, place = content[key.name], f"{path}: {key.path}"
    if not key.fits(came):
        raise ConfigError("config.invalid", f"{place}: expected {key.expected}, came {came!r:.80}")
    return came


def _invalid(path: Path, key: str, what: str) -> ConfigError:
    return ConfigError("config.invalid", f"{path}: {key}: {what}")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def data_folder(option: Path | None, env: Mapping[str, str]) -> Path:
    """Return the data folder: the option, else `VRM_DATA`, else the user's XDG data folder."""
    if option is not None:
        return option
    named = env.get(DATA_VARIABLE)
    if named:
        return Path(named)
    return Path(platformdirs.user_data_dir("vrm"))


def prepare_folder(path: Path) -> None:
    """Make the data folder, readable by its owner alone; ConfigError `config.unreadable`.

    An existing one that others may read is closed to them if it is empty or a node's; any other
    is refused, for closing a home or system folder by mistake would do harm.
    """
    try:
        path.mkdir(mode=privatefile.FOLDER_MODE, parents=True, exist_ok=True)
        if path.stat().st_mode & 0o077:
            _close_to_others(path)
        writable = os.access(path, os.W_OK | os.X_OK)
    except OSError as error:
        raise ConfigError(
            "config.unreadable", f"the data folder {path} can't be made: {error}"
        ) from error
    if not writable:
        raise ConfigError("config.unreadable", f"the data folder {path} can't be written")


def _close_to_others(path: Path) -> None:
    names = {found.name for found in path.iterdir()}
    if names and not names & NODE_FILES:
        raise ConfigError(
            "config.unreadable",
            f"expected a data folder of its own, came {path} with other files in it, which "
            f"others may read: choose another folder with --data, or: chmod 700 {path}",
        )
    path.chmod(privatefile.FOLDER_MODE)
