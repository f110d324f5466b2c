"""A node is killed again and again while envelopes are handed over and gossiped to it.

    KILLS=200 pytest -s tests/processes/test_kills_under_load.py

The node is a shop. What it acknowledged it has; its database is whole; each intent made one deal
and one offer, whichever way it came, however often, and whenever the node died.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from benchmarks import corpus
from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import Product, configure, ean, open_shop, tell, until
from tests.protocol.deals import INTENT, make
from vrmnode.network import (
    ACCEPTED,
    Finding,
    Incoming,
    Network,
    NetworkConfig,
    NetworkError,
    Sender,
    open_network,
)
from vrmnode.network.handover.submission import Submission
from vrmprotocol import envelope, market, topics
from vrmprotocol.envelope import Envelope, required_bits
from vrmprotocol.keys import SigningKey
from vrmprotocol.submit_frames import DONE

pytestmark = [
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here"),
]

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("KILLS_SEED", "20261125"))
MAILS, INTENTS = 120, 8
"""Of each round; the first of its intents is for what the shop has."""
AT_ONCE = 8
LIVES_S = 86_400
PATIENCE_S = 180.0
BOOK = Product(700, "30.00", 1_000_000)


def _intent(product: str, created: int) -> bytes:
    return market.to_body(
        make(
            INTENT,
            salt=secrets.token_bytes(16),
            item_offered=market.DemandedItem(gtin=product),
            eligible_quantity=1,
            must=(),
            prefer=(),
            area=market.Area(country="NL"),
            availability_ends=None,
            price_specification=market.Budget(price_currency="EUR", max_price=9_000),
            reply_tag=secrets.token_bytes(16),
            valid_through=created + LIVES_S,
        )
    )


def _created() -> int:
    return envelope.quantise_time(int(time.time()) - 1_200)


def _drafts() -> list[dict[str, Any]]:
    """What a round sends, but for authors and stamps."""
    wanted = [BOOK.gtin, *(ean(5_000 + number) for number in range(INTENTS - 1))]
    market_topic, created = topics.market_topic("", None), _created()
    found: list[dict[str, Any]] = [
        {
            "kind": "intent",
            "topic": market_topic,
            "tag": None,
            "body": _intent(product, created),
            "expires": created + LIVES_S,
        }
        for product in wanted
    ]
    for _ in range(MAILS):
        tag = secrets.token_bytes(16)
        body = secrets.token_bytes(envelope.MAIL_BODY_BYTES[0])
        fields = {"kind": "mail", "topic": topics.mail_topic(tag), "tag": tag, "body": body}
        found.append({**fields, "expires": created + envelope.MAIL_LIFETIME_S})
    return [{**draft, "created": created} for draft in found]


def _envelopes() -> list[Envelope]:
    drafts = _drafts()
    authors = [SigningKey(secrets.token_bytes(32)) for _ in drafts]
    pairs = list(zip(drafts, authors, strict=True))
    stamps: dict[int, bytes] = {}
    for kind in ("intent", "mail"):
        rows = [at for at, (draft, _) in enumerate(pairs) if draft["kind"] == kind]
        cores = [envelope.core_digest(**pairs[at][0], author=pairs[at][1].public) for at in rows]
        bits = required_bits(kind, len(pairs[rows[0]][0]["body"]))
        stamps.update(zip(rows, corpus.stamps(cores, bits), strict=True))
    return [
        envelope.build(**draft, signing_key=author, stamp=stamps[at])
        for at, (draft, author) in enumerate(pairs)
    ]


async def _accept(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
    return [ACCEPTED] * len(messages)


class Load:
    """One round: everything handed over and gossiped at once, until the node dies."""

    def __init__(self, node: LocalNode, envelopes: list[Envelope], chance: random.Random) -> None:
        self._node = node
        self._envelopes = envelopes
        self._chance = chance
        self.acknowledged: list[bytes] = []
        self.gossiped = 0
        self._answered = trio.Event()

    async def run(self) -> None:
        config = NetworkConfig(topics=topics.all_topics())
        async with (
            open_network(config, os.urandom(32), _accept) as submitting,
            open_network(config, os.urandom(32), _accept) as gossiping,
        ):
            peer = await submitting.connect(self._node.addresses[0])
            await gossiping.connect(self._node.addresses[0])
            with trio.fail_after(PATIENCE_S):
                # The network gives no event for it.
                while not all(p.gossip and p.topics for p in gossiping.peers()):  # noqa: ASYNC110
                    await trio.sleep(0.02)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._hand_over, submitting, peer, nursery.cancel_scope)
                nursery.start_soon(self._gossip, gossiping)
                await self._until_it_has_answered(self._chance.randrange(len(self._envelopes)))
                await trio.sleep(self._chance.uniform(0, 0.02))
                self._node.send(signal.SIGKILL)
                await trio.to_thread.run_sync(self._node.wait_until_ended, PATIENCE_S)
                # What was answered before it died may still be on its way to us.
                with trio.move_on_after(5.0):
                    await trio.sleep_forever()

    async def _until_it_has_answered(self, count: int) -> None:
        while len(self.acknowledged) < count:
            self._answered = trio.Event()
            await self._answered.wait()

    async def _hand_over(self, network: Network, peer: str, all_: trio.CancelScope) -> None:
        try:
            async with network.submission(peer) as session:
                await self._hand_over_all(session)
        except NetworkError:
            all_.cancel()

    async def _hand_over_all(self, session: Submission) -> None:
        while True:
            for first in range(0, len(self._envelopes), AT_ONCE):
                some = self._envelopes[first : first + AT_ONCE]
                results = await session.hand_over([each.raw for each in some])
                kept = [e.id for e, r in zip(some, results, strict=True) if r in DONE]
                assert len(kept) == len(some), results
                self.acknowledged += kept
                self._answered.set()
                await trio.lowlevel.checkpoint()

    async def _gossip(self, network: Network) -> None:
        for each in self._chance.sample(self._envelopes, len(self._envelopes)):
            self.gossiped += await network.publish(each.topic, each.raw)
            await trio.sleep(0.002)


@contextmanager
def _database(node: LocalNode) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as opened:
        yield opened


def _kept(node: LocalNode) -> set[bytes]:
    with _database(node) as database:
        rows = database.execute(
            "SELECT envelopes.id FROM envelopes JOIN seen ON seen.id = envelopes.id"
        )
        return {bytes(each) for (each,) in rows}


def _damage(node: LocalNode) -> list[str]:
    with _database(node) as database:
        found = [str(words) for (words,) in database.execute("PRAGMA integrity_check")]
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
    return [words for words in found if words != "ok"] + [str(row) for row in broken]


def _counts(node: LocalNode, sql: str) -> Counter[str]:
    with _database(node) as database:
        return Counter(row[0] for row in database.execute(sql))


def test_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    sent: dict[bytes, Envelope] = {}
    acknowledged: set[bytes] = set()
    wanted: set[bytes] = set()
    gossiped = 0
    began = time.monotonic()
    with LocalNodes(tmp_path) as nodes:
        shop = nodes.prepare("shop")
        configure(shop, 20)
        shop.start()
        open_shop(shop, [BOOK], reserve=True)
        for number in range(KILLS):
            envelopes = _envelopes()
            wanted.add(envelopes[0].id)
            sent.update((each.id, each) for each in envelopes)
            chance.shuffle(envelopes)
            load = Load(shop, envelopes, chance)
            trio.run(load.run)
            shop.kill()  # where a connection was lost before its moment came
            acknowledged.update(load.acknowledged)
            gossiped += load.gossiped
            shop.start(timeout_s=PATIENCE_S)
            lost = acknowledged - _kept(shop)
            assert not lost, f"kill {number}, seed {SEED}: {len(lost)} acknowledged are lost"
            assert _damage(shop) == [], f"kill {number}, seed {SEED}"
            tell(
                f"kill {number}: {len(acknowledged)} acknowledged, {time.monotonic() - began:.0f} s"
            )
        # The shop has its own profile and offers besides.
        there = _kept(shop) & sent.keys()
        until(lambda: _answered(shop) >= wanted & there, "an offer to each intent", PATIENCE_S)
        _once(shop, wanted & there, {i for i in there if sent[i].kind == "intent"})
    tell(
        f"{KILLS} kills in {time.monotonic() - began:.0f} s: {len(sent)} envelopes, "
        f"{len(acknowledged)} acknowledged, {gossiped} gossiped, {len(there)} kept, "
        f"{len(wanted & there)} offers; 0 lost, 0 integrity errors, 0 processed twice"
    )
    # What never happened wasn't tried.
    assert acknowledged and gossiped and wanted & there


OFFERED = "SELECT hex(intent_id) FROM deals WHERE state = 'offered'"


def _answered(node: LocalNode) -> set[bytes]:
    return {bytes.fromhex(each) for each in _counts(node, OFFERED)}


def _once(node: LocalNode, wanted: set[bytes], intents: set[bytes]) -> None:
    """Each intent is in the market once; one that could be served made one deal and one offer."""
    kept = _counts(node, "SELECT hex(envelope_id) FROM market_intents")
    assert kept == Counter(each.hex().upper() for each in intents)
    assert _counts(node, OFFERED) == Counter(each.hex().upper() for each in wanted)
    offers = _counts(node, "SELECT hex(deal) FROM messages WHERE kind = 'offer' AND own = 1")
    assert set(offers.values()) <= {1} and len(offers) == len(wanted)
    events = _counts(
        node, "SELECT json_extract(data, '$.deal') FROM events WHERE type = 'offer.sent'"
    )
    assert set(events.values()) <= {1} and len(events) == len(wanted)
    held = _counts(node, "SELECT hex(deal) FROM reservations WHERE quantity = 1")
    assert set(held.values()) <= {1} and len(held) == len(wanted)
