"""A node that was off for a thousand messages gets all of them, and nothing that is bad.

Its only peer isn't careful: among what it hands out by sync is a bad envelope of each sort.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio

from benchmarks import corpus
from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import ask, until
from tests.processes.raw_peer import handed_over
from vrmnode.storage import envelopes
from vrmnode.storage.database import Database
from vrmnode.storage.envelopes import StoredEnvelope
from vrmprotocol import encoding, envelope, topics
from vrmprotocol.envelope import MAIL_LIFETIME_S, quantise_time
from vrmprotocol.errors import RemoteError
from vrmprotocol.keys import SigningKey

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here"),
]

MESSAGES = 1_000
DAY_S = 86_400


def _bad(now: int) -> dict[str, bytes]:
    """An envelope for each code by which one is refused, but known otherwise to be well-formed."""
    created = quantise_time(now) - 1_200
    tag, body = secrets.token_bytes(16), secrets.token_bytes(4_096)
    mail: dict[str, Any] = {
        "kind": "mail",
        "topic": topics.mail_topic(tag),
        "tag": tag,
        "body": body,
    }
    good: dict[str, Any] = {**mail, "created": created, "expires": created + MAIL_LIFETIME_S}
    old, early = created - MAIL_LIFETIME_S - 1_200, created + DAY_S
    return {
        "envelope.stamp": _signed(good, stamped=False),
        "envelope.signature": _signed(good, signed=False),
        "envelope.topic": _signed({**good, "topic": topics.market_topic("", None)}),
        "envelope.mail_size": _signed({**good, "body": body[:-1]}),
        "envelope.lifetime": _signed({**good, "expires": good["expires"] + 600}),
        "envelope.time_not_quantised": _signed(
            {**good, "created": created + 1, "expires": good["expires"] + 1}
        ),
        "envelope.expired": _signed({**good, "created": old, "expires": old + MAIL_LIFETIME_S}),
        "envelope.from_future": _signed(
            {**good, "created": early, "expires": early + MAIL_LIFETIME_S}
        ),
    }


def _signed(fields: Mapping[str, Any], *, stamped: bool = True, signed: bool = True) -> bytes:
    """What `envelope.build` wouldn't make: it refuses as a reader would."""
    author = SigningKey(secrets.token_bytes(32))
    core = envelope.core_digest(**fields, author=author.public)
    (found,) = corpus.stamps([core], 17) if stamped else (bytes(8),)
    identity = encoding.sha256(b"vrm/1 envelope id\0" + core + found)
    signature = author.sign(b"vrm/1 envelope signature\0" + identity)
    if not signed:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    whole = {**fields, "v": 1, "author": author.public, "stamp": found, "sig": signature}
    return encoding.encode(whole)


def _put(node: LocalNode, raws: Sequence[bytes], now: int) -> None:
    """Let a stopped node have envelopes that it never checked."""
    with Database.open(node.folder / "node.db") as database, database.transaction() as tx:
        for raw in raws:
            each = envelope.unsecure_load(raw)
            row = StoredEnvelope(
                id=each.id,
                topic=topics.mail_topic(bytes(16)),
                kind="mail",
                author=each.author,
                tag=each.tag,
                created=now,
                expires=now + DAY_S,
                received_at=now,
                named_from=now,
                raw=raw,
            )
            assert envelopes.put(tx, row)


def _ids(node: LocalNode) -> tuple[set[bytes], set[bytes]]:
    """Of what a node remembers, and of what it keeps."""
    with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as database:
        return (
            {bytes(each) for (each,) in database.execute("SELECT id FROM seen")},
            {bytes(each) for (each,) in database.execute("SELECT id FROM envelopes")},
        )


def test_all_that_was_missed_comes_and_nothing_that_is_bad(tmp_path: Path) -> None:
    missed = corpus.load(MESSAGES, corpus.MAIL)
    now = int(time.time())
    bad = _bad(now)
    for code, raw in bad.items():
        topic = topics.mail_topic(bytes(16))
        with pytest.raises(RemoteError) as refused:
            envelope.verify_and_load(raw, topic=topic, now=now, known=lambda _: False)
        assert refused.value.code == code
    with LocalNodes(tmp_path) as nodes:
        partner = nodes.add("partner")
        node = nodes.add("node", peers=partner.addresses)
        until(lambda: len(ask(node, "peers")) == 1, "a connection")
        node.stop()
        assert set(trio.run(handed_over, partner.addresses[0], missed)) == {"kept"}
        partner.stop()
        _put(partner, list(bad.values()), now)
        # Anew, so that nothing comes by gossip.
        partner.start()
        node.peers = list(partner.addresses)
        node.start()
        wanted = {envelope.unsecure_load(raw).id for raw in missed}
        until(lambda: wanted <= _ids(node)[0], "all that was missed", 180.0)
        # What is bad was fetched, too, in the same session or another.
        until(lambda: _refused(node).keys() >= bad.keys(), "a refusal of each", 180.0)
        remembered, kept = _ids(node)
        assert wanted <= kept
        forbidden = {envelope.unsecure_load(raw).id for raw in bad.values()}
        assert not forbidden & (remembered | kept)
        # The partner named them; a clock or a repeat is nobody's fault, the rest counts.
        until(lambda: _counted(node)["rejected"] >= len(bad) - 2, "a mark for each that counts")
        until(lambda: _counted(node)["fetched"] >= MESSAGES, "a count of all that was fetched")


def _counted(node: LocalNode) -> dict[str, int]:
    found: dict[str, int] = ask(node, "status")["network"]
    return found


def _refused(node: LocalNode) -> dict[str, int]:
    found: dict[str, int] = ask(node, "status")["refused"]
    return found
