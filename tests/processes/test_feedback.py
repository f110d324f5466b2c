"""Feedback between real nodes: who can read it, who can't stop it, and what it can't be linked to.

The vendor is dead, or has revoked its key, when its customers speak; a node that never met either
of them reads it from a third, and refuses what others make of it. A logging node sees all that two
dozen deals and their feedback look like from outside, and `feedback_linkage` tries to join them.
"""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from examples.local_node import LocalNode, LocalNodes
from tests.processes import feedback_linkage, linkage
from tests.processes.linkage import Item, Seen
from tests.processes.logging_node import running_logger
from tests.processes.market import (
    Market,
    Product,
    ask,
    automatic,
    configure,
    intents_by_tag,
    offers_of,
    open_market,
    open_shop,
    publish,
    start_together,
    states,
    tell,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.raw_peer import listening, send
from tests.processes.virtual_time import VirtualTime
from vrmprotocol import certificate, encoding, envelope, feedback, keys, market, stamp, topics
from vrmprotocol.envelope import Envelope, quantise_time
from vrmprotocol.feedback import Feedback
from vrmprotocol.fields import DAY_S
from vrmprotocol.keys import SigningKey

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(800, "30.00", 500)
CUSTOMERS, EACH = 3, 8
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
            real = _loaded(ear.heard, str(own[0]["feedback"]))
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


def _loaded(heard: list[bytes], author: str) -> Envelope:
    found = (envelope.unsecure_load(raw) for raw in heard)
    return next(each for each in found if each.author.hex() == author)


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
        "certificate.not_yet_valid": [
            _made(replace(body, month=_month_before(body.month)), other).raw
        ],
    }
    before = _about(late, vendor)
    for code, raws in wrong.items():
        for raw in raws:
            count = _counted(late, code)
            send(late.addresses[0], (topics.DIRECTORY, raw))
            until(lambda code=code, count=count: _counted(late, code) > count, code)  # type: ignore[misc]
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
    for seq in (3, 0, 1, 2, 3):
        raw = _made(replace(body, seq=seq, rating_value=seq + 1), author).raw
        send(late.addresses[0], (topics.DIRECTORY, raw))
    end = _made(replace(body, seq=4, rating_value=1), author).raw
    send(late.addresses[0], (topics.DIRECTORY, real.raw), (topics.DIRECTORY, end))
    vendor = keys.to_did(root.public)
    until(lambda: _ratings(late, vendor) == [1], "the last of six")
    assert ask(late, "feedback", vendor=vendor)["counts"]["feedback"] == 1


def _ratings(node: LocalNode, vendor: str) -> list[int]:
    found = ask(node, "feedback", vendor=vendor)["feedback"]
    return [row["rating"] for row in found]


def _made(body: Feedback, author: SigningKey) -> Envelope:
    created = quantise_time(int(time.time()) - 1_200)
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


def test_what_a_logging_node_sees_of_feedback(tmp_path: Path, shim: Path) -> None:
    clock = VirtualTime(tmp_path)
    with (
        clock.running(shim),
        running_logger(tmp_path / "log") as hub,
        open_market(tmp_path, customers=CUSTOMERS, shops=[([BOOK], False)], hub=hub) as market,
    ):
        with ThreadPoolExecutor(CUSTOMERS) as at_once:
            list(at_once.map(_buy, market.customers))
            chance = random.Random(14)
            words = [[_words(chance) for _ in range(EACH)] for _ in market.customers]
            list(at_once.map(_speak, market.customers, words))
        while (due := _next_due(market)) is not None:
            clock.advance_to(due)
            until(partial(_due_is_past, market, due), "the feedback that is due")
        until(lambda: not any(ask(n, "status")["outbox"] for n in market.customers), "all sent")
        truth = _truth(market)
        market.nodes.stop_all()
    log = linkage.read_log(tmp_path / "log" / "messages.jsonl")
    truth["mails"] = {
        tag: truth["intents"][intent] for tag, intent in intents_by_tag(market.customers).items()
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    _check_bytes(log, market)
    assert (
        feedback_linkage.main(tmp_path / "log" / "messages.jsonl", tmp_path / "truth.json", tell)
        == 0
    )
    _a_leak_would_be_found(log, truth)


def _buy(customer: LocalNode) -> None:
    for _ in range(EACH):
        publish(customer, BOOK, *automatic(1))
    until(lambda: list(states(customer).values()) == ["agreed"] * EACH, f"{EACH} agreements")
    until(lambda: ask(customer, "status")["outbox"] == 0, "every message acknowledged")


def _words(chance: random.Random) -> list[object]:
    """What somebody says, of the same distribution whoever it is."""
    said: list[object] = ["--rating", chance.randint(1, 5)]
    said += chance.choice([[], ["--delivery", "late"], ["--delivery", "on_time"]])
    said += chance.choice([[], ["--text", SAID], ["--text", "Good.", "--language", "en"]])
    return said + chance.choice([[], ["--product"]])


def _speak(customer: LocalNode, said: list[list[object]]) -> None:
    for deal, words in zip(states(customer), said, strict=True):
        customer.vrm("feedback", "give", deal, *words)


def _waiting(market: Market) -> list[int]:
    own = [row for node in market.customers for row in ask(node, "feedback")["own"]]
    return [row["due_at"] for row in own if row["published_at"] is None]


def _next_due(market: Market) -> int | None:
    return min(_waiting(market), default=None)


def _due_is_past(market: Market, due: int) -> bool:
    return _next_due(market) != due


def _truth(market: Market) -> dict[str, Any]:
    rows = [(node.name, row) for node in market.customers for row in ask(node, "deals")]
    own = [row for node in market.customers for row in ask(node, "feedback")["own"]]
    return {
        "customers": {row["deal"]: name for name, row in rows},
        "intents": {row["intent"]: row["deal"] for _, row in rows},
        "feedback": {row["feedback"]: row["deal"] for row in own},
    }


def _check_bytes(log: list[Seen], market: Market) -> None:
    """Nothing of a deal stands in feedback, and what feedback shows stands nowhere else."""
    said = [seen.outer for seen in log if seen.outer.kind == "feedback"]
    assert len(said) == CUSTOMERS * EACH == len({outer.author for outer in said})
    assert all(outer.created % 600 == 0 for outer in said)
    assert {outer.expires - outer.created for outer in said} == {envelope.FEEDBACK_LIFETIME_S}
    everything = b"\0".join(outer.raw for outer in said)
    offers = offers_of(market.customers)
    hidden = [value for one in offers for value in (one.deal, one.recipient, one.digest)]
    hidden += [seen.outer.id for seen in log if seen.outer.kind == "intent"]
    assert hidden and not any(value in everything for value in hidden)
    others = b"\0".join(seen.outer.raw for seen in log if seen.outer.kind != "feedback")
    shown = [
        value
        for outer in said
        for value in (outer.author, feedback_linkage.feedback_of(outer).grant)
    ]
    assert not any(value in others for value in shown)
    tell(f"{len(said)} feedbacks, {len(hidden)} ids of deals looked for in them and none seen")


def _a_leak_would_be_found(log: list[Seen], truth: dict[str, Any]) -> None:
    """A control: the same messages, had each deal left one byte alike in intent and feedback."""

    def leaking(each: Item) -> Item:
        salt = each.fields["salt"]
        assert isinstance(salt, bytes)
        raw = bytearray(salt)
        raw[3] = int(each.label[:2], 16)
        return Item(each.label, {**each.fields, "salt": bytes(raw)})

    intents = feedback_linkage.items_of(log, "intent", truth["intents"])
    said = feedback_linkage.items_of(log, "feedback", truth["feedback"])
    found = feedback_linkage.ask(
        "with a byte that stays alike", list(map(leaking, intents)), list(map(leaking, said))
    )
    tell(found.words())
    assert found.linked


@pytest.mark.parametrize("leak", ["salt", "place", "size", "none"])
def test_the_classifier_finds_a_planted_link(leak: str) -> None:
    chance = random.Random(leak)
    deals = [f"deal-{number}" for number in range(CUSTOMERS * EACH)]
    intents, said = (
        [_planted(leak, number, deal, chance) for number, deal in enumerate(deals)]
        for _ in range(2)
    )
    chance.shuffle(said)
    found = feedback_linkage.ask(leak, intents, said)
    assert found.linked == (leak != "none"), found.words()


def _planted(leak: str, number: int, deal: str, chance: random.Random) -> Item:
    salt = bytearray(chance.randbytes(16))
    if leak == "salt":
        salt[3] = number * 10 + chance.randrange(5)
    return Item(
        deal,
        {
            "salt": bytes(salt),
            "place": number if leak == "place" else chance.randrange(CUSTOMERS * EACH),
            "size": 700 + (number if leak == "size" else chance.randrange(30)),
        },
    )
