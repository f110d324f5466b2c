"""The one table of settings: key, environment variable, default, and what fits."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address

LEVELS = ("debug", "info", "warning", "error")

MAX_ADDRESSES = 64
MAX_ADDRESS_CHARACTERS = 512
MAX_NAME_CHARACTERS = 128
MAX_JITTER_MS = 60_000
MIN_STORE_MB, MAX_STORE_MB = 16, 1_048_576
MIN_TAG_KB, MAX_TAG_KB = 66, 1_048_576
"""The least takes one mail of the largest size."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. `expected` says in words what `fits` accepts."""

    section: str
    name: str
    variable: str
    default: object
    expected: str
    fits: Callable[[object], bool]
    read_text: Callable[[str], object]

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"


_TAG = re.compile(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _addresses(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) <= MAX_ADDRESSES
        and all(isinstance(item, str) and _is_address(item) for item in value)
    )


def _is_address(text: str) -> bool:
    return text.startswith("/") and len(text) <= MAX_ADDRESS_CHARACTERS and text.isprintable()


def split_hook_address(text: str) -> tuple[str, int] | None:
    """Host and port of "4180" (loopback), "192.0.2.1:4180" or "[::1]:4180"; None for others."""
    host, colon, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        return None
    if not colon:
        return "127.0.0.1", int(port)
    try:
        return str(ip_address(host.removeprefix("[").removesuffix("]"))), int(port)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    return ip_address(host).is_loopback


def _hook_address(value: object) -> bool:
    return isinstance(value, str) and split_hook_address(value) is not None


def _name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME_CHARACTERS and value.isprintable()


def _language(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 35 and bool(_TAG.fullmatch(value))


def _between(least: int, most: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return fits


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _truth(value: object) -> bool:
    return isinstance(value, bool)


def _boolean(text: str) -> object:
    return {"true": True, "false": False}.get(text.strip().lower(), text)


def _integer(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return text


def _same(text: str) -> object:
    return text


_ADDRESS_WORDS = f"a list of at most {MAX_ADDRESSES} addresses like "

KEYS: tuple[Key, ...] = (
    Key(
        "node",
        "listen",
        "VRM_LISTEN",
        ("/ip4/0.0.0.0/tcp/4101",),
        _ADDRESS_WORDS + '"/ip4/0.0.0.0/tcp/4101"',
        _addresses,
        _list,
    ),
    Key(
        "node",
        "peers",
        "VRM_PEERS",
        (),
        _ADDRESS_WORDS + '"/ip4/192.0.2.1/tcp/4101/p2p/…"',
        _addresses,
        _list,
    ),
    Key(
        "node",
        "submit_to",
        "VRM_SUBMIT_TO",
        (),
        _ADDRESS_WORDS + '"/ip4/192.0.2.1/tcp/4101/p2p/…"',
        _addresses,
        _list,
    ),
    Key(
        "node",
        "min_peers",
        "VRM_MIN_PEERS",
        6,
        f"an integer 0..{MAX_ADDRESSES}",
        _between(0, MAX_ADDRESSES),
        _integer,
    ),
    Key("node", "mdns", "VRM_MDNS", True, "true or false", _truth, _boolean),
    Key(
        "node",
        "hook_listen",
        "VRM_HOOK_LISTEN",
        None,
        'a port such as "4180", or an IP address and a port such as "127.0.0.1:4180"',
        _hook_address,
        _same,
    ),
    Key(
        "node",
        "name",
        "VRM_NAME",
        None,
        f"a text of 1..{MAX_NAME_CHARACTERS} characters",
        _name,
        _same,
    ),
    Key(
        "owner",
        "language",
        "VRM_LANGUAGE",
        None,
        'a language such as "de" or "pt-BR"',
        _language,
        _same,
    ),
    Key(
        "owner",
        "locale",
        "VRM_LOCALE",
        None,
        'a locale such as "de_DE"',
        _name,
        _same,
    ),
    Key(
        "privacy",
        "jitter_ms",
        "VRM_JITTER_MS",
        1500,
        f"an integer 0..{MAX_JITTER_MS}",
        _between(0, MAX_JITTER_MS),
        _integer,
    ),
    Key(
        "privacy",
        "spread_ms",
        "VRM_SPREAD_MS",
        30_000,
        f"an integer 0..{MAX_JITTER_MS}",
        _between(0, MAX_JITTER_MS),
        _integer,
    ),
    Key(
        "limits",
        "store_mb",
        "VRM_STORE_MB",
        512,
        f"an integer {MIN_STORE_MB}..{MAX_STORE_MB}",
        _between(MIN_STORE_MB, MAX_STORE_MB),
        _integer,
    ),
    Key("postbox", "serve", "VRM_POSTBOX", False, "true or false", _truth, _boolean),
    *(
        Key(
            "postbox",
            f"{pool}_mb",
            f"VRM_POSTBOX_{pool.upper()}_MB",
            default,
            f"an integer {MIN_STORE_MB}..{MAX_STORE_MB}",
            _between(MIN_STORE_MB, MAX_STORE_MB),
            _integer,
        )
        for pool, default in (("mail", 4_096), ("market", 1_024), ("directory", 256))
    ),
    Key(
        "postbox",
        "tag_kb",
        "VRM_POSTBOX_TAG_KB",
        1_024,
        f"an integer {MIN_TAG_KB}..{MAX_TAG_KB}",
        _between(MIN_TAG_KB, MAX_TAG_KB),
        _integer,
    ),
    Key(
        "log",
        "level",
        "VRM_LOG_LEVEL",
        "info",
        "one of " + ", ".join(LEVELS),
        lambda value: value in LEVELS,
        str.lower,
    ),
)

SECTIONS = tuple(dict.fromkeys(key.section for key in KEYS))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" for the known name most like this one, or nothing."""
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
