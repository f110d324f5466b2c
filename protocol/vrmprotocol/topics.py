"""Names of the gossip topics, and which topic a message belongs in.

Implements `specs/07-gossip.md#topics`. Two kinds of topic: market topics (with the directory)
are read by everybody, mail topics by the nodes that drew the shard at installation.
"""

from __future__ import annotations

import hashlib
from functools import cache

DIRECTORY = "/vrm/1/directory"
MARKET_TOPICS = 1
MAIL_SHARDS = 1

_MARKET = "/vrm/1/market/"
_MAIL = "/vrm/1/mail/"


def market_topic(country: str, category: int | None) -> str:
    """The market topic of an intent; country and category are those of its body.

    The number is SHA-256("vrm/1 market topic\\0" ‖ country ‖ "\\0" ‖ category in decimal, or
    nothing) as a big-endian integer, modulo `MARKET_TOPICS`.
    """
    label = "" if category is None else str(category)
    digest = hashlib.sha256(f"vrm/1 market topic\0{country}\0{label}".encode()).digest()
    return f"{_MARKET}{int.from_bytes(digest, 'big') % MARKET_TOPICS}"


def mail_topic(tag: bytes) -> str:
    """The mail topic of a tag (16 bytes): its first byte modulo `MAIL_SHARDS`."""
    return f"{_MAIL}{tag[0] % MAIL_SHARDS}"


@cache
def all_topics() -> tuple[str, ...]:
    """Every topic of this version: the directory, the market topics, the mail topics."""
    markets = tuple(f"{_MARKET}{n}" for n in range(MARKET_TOPICS))
    mails = tuple(f"{_MAIL}{n}" for n in range(MAIL_SHARDS))
    return (DIRECTORY, *markets, *mails)


def is_directory(topic: str) -> bool:
    """Whether this is the directory."""
    return topic == DIRECTORY


def is_market(topic: str) -> bool:
    """Whether this is a market topic of this version; the directory isn't one."""
    return topic.startswith(_MARKET) and topic in all_topics()


def is_mail(topic: str) -> bool:
    """Whether this is a mail topic of this version."""
    return topic.startswith(_MAIL) and topic in all_topics()
