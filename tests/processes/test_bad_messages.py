"""What a hostile peer can put on the topics of a running node: refused by name, and life goes on.

A customer's node is attacked; a shop's node hears the market only through it; an ear beyond the
shop tells what was passed on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.processes.market import (
    Product,
    ask,
    configure,
    open_shop,
    publish,
    start_together,
    states,
    stock,
    tell,
    until,
    wait_offers,
    wait_state,
)
from tests.processes.raw_peer import Ear, listening, send
from vrmprotocol import bodies, encoding, envelope, message, sealing, stamp
from vrmprotocol.envelope import Envelope, quantise_time
from vrmprotocol.fields import RecipientKey
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.mail import Ack

pytestmark = [pytest.mark.processes, pytest.mark.slow]

MARKET, MAIL = "/vrm/1/market/0", "/vrm/1/mail/0"
BOOK = Product(700, "30.00", 9)
AUTHOR, STRANGER = SigningKey(b"a" * 32), SigningKey(b"s" * 32)
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """The nodes of this test."""

    customer: LocalNode
    shop: LocalNode
    ear: Ear


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with LocalNodes(tmp_path) as nodes:
        customer = nodes.prepare("customer")
        configure(customer, 20)
        customer.start()
        shop = nodes.prepare("shop", peers=customer.addresses)
        configure(shop, 20)
        start_together([shop])
        open_shop(shop, [BOOK], reserve=True)
        with listening(shop.addresses[0]) as ear:
            yield Place(customer, shop, ear)


def _built(*, kind: str = "weather", made_s: int = 1_800, life_s: int = DAY) -> Envelope:
    """A market envelope, by default of a kind that nobody knows, made `made_s` seconds ago."""
    created = quantise_time(int(time.time()) - made_s)
    return envelope.build_stamped(
        kind=kind,
        topic=MARKET,
        tag=None,
        body=encoding.encode({"v": 1, "salt": b"\0" * 16}),
        created=created,
        expires=created + life_s,
        signing_key=AUTHOR,
        grind=stamp.grind,
    )


def _changed(raw: bytes, name: str, value: encoding.Value) -> bytes:
    fields = encoding.decode_map(raw, max_bytes=70_000)
    return encoding.encode({**fields, name: value})


def _mail(inner: bytes, key: bytes, tag: bytes) -> bytes:
    recipient = RecipientKey(suite="x25519-hkdf-sha256-chacha20poly1305", key=key)
    return sealing.build_mail(
        inner,
        recipient_key=recipient,
        tag=tag,
        body_bytes=4_096,
        created=quantise_time(int(time.time()) - 1_200),
        one_time_key=SigningKey(b"o" * 32),
        grind=stamp.grind,
    )


def _refused(node: LocalNode) -> dict[str, int]:
    return dict(ask(node, "status")["refused"])


def _faults(node: LocalNode) -> dict[str, int]:
    """What was refused, but for what came twice: that sync and gossip cross is nobody's fault."""
    return {code: n for code, n in _refused(node).items() if code != "envelope.duplicate"}


def test_hostile_messages(place: Place) -> None:
    good = _built()
    signature = bytearray(good.sig)
    signature[0] ^= 1
    refused = {
        "encoding.noncanonical": (MARKET, b"\x81\xa1v\xd0\x01"),
        "encoding.truncated": (MARKET, good.raw[:-1]),
        "envelope.schema": (MARKET, encoding.encode({"v": 1, "kind": "weather"})),
        "envelope.too_large": (MARKET, b"x" * 65_537),
        "envelope.topic": (MAIL, good.raw),
        "envelope.stamp": (MARKET, _changed(good.raw, "body", b"another")),
        "envelope.signature": (MARKET, _changed(good.raw, "sig", bytes(signature))),
        "envelope.expired": (MARKET, _built(made_s=3 * DAY).raw),
        "envelope.from_future": (MARKET, _built(made_s=-3_600).raw),
        "message.body": (MARKET, _built(kind="intent").raw),
    }
    before = _faults(place.customer)
    for code, (topic, data) in refused.items():
        send(
            place.customer.addresses[0], (topic, data), until=partial(_names, place.customer, code)
        )
        assert data not in place.ear.heard, f"{code} was passed on"
    assert before == {}
    for code in refused:
        until(partial(_in_log, place.customer, code), f"{code} told with what was expected")
    _too_large_for_gossip(place)
    _unknown_kind_is_passed_on(place, good)
    _strange_mail(place)
    _still_trades(place)
    _replayed_after_restart(place, good)


def _too_large_for_gossip(place: Place) -> None:
    """Beyond what gossip carries at all: the message, then the frame that holds it."""
    for counter, size in (("rejected", 200_000), ("malformed", 2_000_000)):
        before = ask(place.customer, "status")["network"][counter]
        counted = partial(_counted, place.customer, counter, before + 1)
        send(place.customer.addresses[0], (MARKET, b"x" * size), until=counted)


def _counted(node: LocalNode, counter: str, least: int) -> bool:
    return int(ask(node, "status")["network"][counter]) >= least


def _names(node: LocalNode, code: str) -> bool:
    return any(known == code or known.startswith(code + ".") for known in _refused(node))


def _in_log(node: LocalNode, code: str) -> bool:
    lines = node.log.read_text(encoding="utf-8").splitlines()
    return any(code in line and "expected" in line for line in lines)


def _unknown_kind_is_passed_on(place: Place, unknown: Envelope) -> None:
    """A kind that nobody here knows reaches a third node, and who brought it isn't punished."""
    faults = _faults(place.customer)
    heard = partial(place.ear.has, unknown.raw)
    send(place.customer.addresses[0], (MARKET, unknown.raw), until=heard)
    assert _faults(place.customer) == faults
    assert all(row["score"] >= 0 for row in ask(place.shop, "peers")), "the bringer is punished"


def _strange_mail(place: Place) -> None:
    """Mail to one of our tags: for another recipient, forged inside, sealed to another key."""
    # In a country that the shop doesn't serve, so that no real mail comes meanwhile.
    # fmt: off
    intent = place.customer.vrm(
        "intent", "publish", "--name", "nothing that is sold here", "--country", "SE",
        "--valid-for", "2d",
    )["intent"]
    # fmt: on
    shown = ask(place.customer, "intents", intent)["published"]
    key, tag = bytes.fromhex(shown["replyKey"]["key"]), bytes.fromhex(shown["replyTag"])
    inner = message.sign(
        kind=bodies.kind_of(Ack()),
        deal=b"d" * 32,
        seq=0,
        prev=None,
        key=AUTHOR,
        recipient=STRANGER.public,
        created=int(time.time()),
        received=(),
        body=Ack(),
    ).raw
    mails = {
        "message.wrong_recipient": _mail(inner, key, tag),
        "message.signature": _mail(_changed(inner, "created", 1), key, tag),
        "message.schema": _mail(encoding.encode({"v": 1}), key, tag),
        "seal.open": _mail(inner, SealKey(b"k" * 32).public, tag),
    }
    for code, data in mails.items():
        send(
            place.customer.addresses[0], (MAIL, data), until=partial(_in_log, place.customer, code)
        )
        # Nobody but the recipient can see what is wrong with it: it is passed on like any mail.
        until(partial(place.ear.has, data), "mail passed on")
    assert not ask(place.customer, "intents", intent)["deals"]


def _still_trades(place: Place) -> None:
    assert place.customer.vrm("status")["pid"] == place.customer.pid
    intent = publish(place.customer, BOOK)
    offer = wait_offers(place.customer, intent, 1)[0]["offer"]
    deal = place.customer.vrm("offer", "accept", offer)["deal"]
    for node in (place.customer, place.shop):
        assert wait_state(node, deal, "agreed") == "agreed"


def _replayed_after_restart(place: Place, known: Envelope) -> None:
    """All that was heard comes again, after a restart: each is known, and nothing happens twice."""
    nodes = [place.customer, place.shop]
    until(lambda: not any(ask(node, "status")["outbox"] for node in nodes), "nothing on its way")
    again = [(envelope.unsecure_load(raw).topic, raw) for raw in place.ear.heard]
    assert (MARKET, known.raw) in again and len(again) >= 8
    before, events = states(place.customer), len(place.customer.events())
    assert place.customer.stop() == 0
    place.customer.start()

    def recognised() -> bool:
        return _refused(place.customer).get("envelope.duplicate", 0) >= len(again)

    send(place.customer.addresses[0], *again, until=recognised)
    assert states(place.customer) == before and len(place.customer.events()) == events
    assert stock(place.shop, BOOK) == BOOK.stock - 1
    tell(f"{len(again)} messages replayed, all recognised")
