"""Feedback between real nodes: who can read it, and who can't stop it.

The vendor is dead, or has revoked its key, when its customers speak; a node that never met either
of them reads it from a third, and refuses what others make of it.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import (
    Product,
    ask,
    configure,
    open_shop,
    publish,
    start_together,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.raw_peer import listening, send
from vrmprotocol import certificate, encoding, envelope, feedback, keys, market, stamp, topics
from vrmprotocol.envelope import Envelope, quantise_time
from vrmprotocol.feedback import Feedback
from vrmprotocol.fields import DAY_S
from vrmprotocol.keys import SigningKey

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(800, "30.00", 500)
SAID = "The corners were bent."


def test_read_by_a_node_that_knows_neither_and_stopped_by_nobody(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        relay = nodes.add("relay")
        customer, shop = (nodes.prepare(name, peers=relay.addresses) for name in ("anna", "shop"))
        for node in (customer, shop):
            configure(node, 20)
        start_together([customer, shop])
        open_shop(shop, [BOOK], reserve=True)
        vendor = str(ask(shop, "identity")["vendor"])
        first, second = _agreed(customer, shop), _agreed(customer, shop)
        with listening(relay.addresses[0]) as ear:
            # The vendor voids the key of the agreements, and then is gone.
            shop.vrm("vendor", "key", "revoke", 0, "--reason", "compromised")
            until(lambda: _event(relay, "vendor.key_revoked"), "the revocation at the relay")
            shop.kill()
            own = [
                customer.vrm("feedback", "give", first, "--rating", 2, "--text", SAID, "--now"),
                customer.vrm("feedback", "give", second, "--delivery", "late", "--now"),
            ]
            until(lambda: len(_about(relay, vendor)) == 2, "both at the relay")
            author = str(own[0]["feedback"])
            # The relay has it first; it may still be on the stem then.
            real = until(lambda: _loaded(ear.heard, author), "what was said, at the ear")
        assert customer.stop() == 0
        late = nodes.add("late", peers=relay.addresses)
        until(lambda: len(_about(late, vendor)) == 2, "both at a node that knows neither side")
        assert ask(late, "deals") == []
        _told_with_its_limits(late, vendor, {each["feedback"] for each in own})
        _answered(late, shop, vendor, str(own[0]["feedback"]))
        _refused(late, vendor, real)


def _agreed(customer: LocalNode, shop: LocalNode) -> str:
    (offer,) = wait_offers(customer, publish(customer, BOOK), 1)
    deal = str(customer.vrm("offer", "accept", offer["offer"])["deal"])
    for node in (customer, shop):
        wait_state(node, deal, "agreed")
    return deal


def _event(node: LocalNode, kind: str) -> bool:
    return any(event["type"] == kind for event in node.events())


def _about(node: LocalNode, vendor: str) -> list[dict[str, Any]]:
    return list(ask(node, "feedback", vendor=vendor)["feedback"])


def _loaded(heard: list[bytes], author: str) -> Envelope | None:
    found = (envelope.unsecure_load(raw) for raw in list(heard))
    return next((each for each in found if each.author.hex() == author), None)


def _told_with_its_limits(late: LocalNode, vendor: str, said: set[str]) -> None:
    value = late.vrm("feedback", "list", "--vendor", vendor)
    assert {each["feedback"] for each in value["feedback"]} == said
    assert value["counts"]["feedback"] == 2
    assert value["counts"]["rating"]["2"] == 1 == value["counts"]["delivery"]["late"]
    assert "vendor attests" in value["note"]


def _answered(late: LocalNode, shop: LocalNode, vendor: str, about: str) -> None:
    """The vendor is back, finds what was said, and answers where everybody can read it."""
    shop.start()
    until(lambda: len(_about(shop, vendor)) == 2, "the shop to find what was said")
    shop.vrm("feedback", "reply", about, "We pack them better now.")

    def replied() -> bool:
        rows = {row["feedback"]: row["reply"] for row in _about(late, vendor)}
        return bool(rows[about])

    until(replied, "the reply at the node that knows neither side")
    (row,) = (row for row in _about(late, vendor) if row["feedback"] == about)
    assert row["reply"]["text"] == "We pack them better now."
    assert row["text"] == SAID


def _refused(late: LocalNode, vendor: str, real: Envelope) -> None:
    """Forged, foreign and doubled: counted by their codes, and nothing changes by them."""
    body = market.load_market(real)
    assert isinstance(body, Feedback)
    stranger, other = SigningKey(b"F" * 32), SigningKey(b"O" * 32)
    self_made = replace(
        body,
        grant=feedback.grant(
            stranger, root=body.certificate.root, feedback_key=other.public, month=body.month
        ),
    )
    wrong = {
        "envelope.signature": [_reworded(real, replace(body, rating_value=5))],
        # Another's grant, and a grant by no key of the vendor.
        "feedback.grant": [
            _made(body, other).raw,
            _made(self_made, other).raw,
        ],
        # A certificate begins a day before its key is used: on the 1st, in the month before.
        "certificate.not_yet_valid": [
            _made(replace(body, month=_month_before(_month_before(body.month))), other).raw
        ],
    }
    before = _about(late, vendor)
    for code, raws in wrong.items():
        for raw in raws:
            counted = partial(_counts_more, late, code, _counted(late, code))
            send(late.addresses[0], (topics.DIRECTORY, raw), until=counted)
    _counted_once(late, real)
    assert _about(late, vendor) == before


def _counted_once(late: LocalNode, real: Envelope) -> None:
    """A vendor grants itself a voice and uses it six times: that is one, the last.

    What was read before comes once more, ahead of the last.
    """
    root, key, author = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
    now = int(time.time())
    certified = certificate.issue(
        root, subject=key.public, serial=0, not_before=now - 40 * DAY_S, not_after=now + 40 * DAY_S
    )
    month = feedback.month_of(now - DAY_S)
    body = Feedback(
        v=1,
        seq=0,
        certificate=certified,
        month=month,
        grant=feedback.grant(key, root=root.public, feedback_key=author.public, month=month),
        rating_value=5,
    )
    made = {
        seq: _made(replace(body, seq=seq, rating_value=seq + 1), author).raw for seq in range(4)
    }
    vendor = keys.to_did(root.public)
    for seq in (3, 0, 1, 2, 3):
        there = partial(_is_kept, late, made[seq])
        send(late.addresses[0], (topics.DIRECTORY, made[seq]), until=there)
        assert _ratings(late, vendor) == [4]
    end = _made(replace(body, seq=4, rating_value=1), author).raw
    both = (topics.DIRECTORY, real.raw), (topics.DIRECTORY, end)
    send(late.addresses[0], *both, until=lambda: _ratings(late, vendor) == [1])
    assert ask(late, "feedback", vendor=vendor)["counts"]["feedback"] == 1


def _ratings(node: LocalNode, vendor: str) -> list[int]:
    found = ask(node, "feedback", vendor=vendor)["feedback"]
    return [row["rating"] for row in found]


def _made(body: Feedback, author: SigningKey) -> Envelope:
    # As a node does it: not set back into the month before.
    created = max(quantise_time(int(time.time()) - 1_200), feedback.begins(body.month))
    return envelope.build_stamped(
        kind="feedback",
        topic=topics.DIRECTORY,
        tag=None,
        body=market.to_body(body),
        created=created,
        expires=created + DAY_S,
        signing_key=author,
        grind=stamp.grind,
    )


def _counts_more(node: LocalNode, code: str, than: int) -> bool:
    return _counted(node, code) > than


def _is_kept(node: LocalNode, raw: bytes) -> bool:
    """Whether an envelope has been taken in, which is when what it says has been, too."""
    with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as database:
        row = (envelope.unsecure_load(raw).id,)
        return database.execute("SELECT 1 FROM seen WHERE id = ?", row).fetchone() is not None


def _month_before(month: str) -> str:
    return feedback.month_of(feedback.begins(month) - DAY_S)


def _reworded(real: Envelope, body: Feedback) -> bytes:
    """Other words under the same author, with a right stamp, by somebody without the key."""
    fields: dict[str, Any] = {
        **encoding.decode_map(real.raw, max_bytes=70_000),
        "body": market.to_body(body),
    }
    names = ("kind", "topic", "author", "created", "expires", "body")
    core = envelope.core_digest(tag=None, **{name: fields[name] for name in names})
    bits = envelope.required_bits("feedback", len(fields["body"]))
    return encoding.encode({**fields, "stamp": stamp.grind(core, bits)})


def _counted(node: LocalNode, code: str) -> int:
    return int(ask(node, "status")["refused"].get(code, 0))
