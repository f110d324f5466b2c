"""Whom an intent is meant for: by name, by trust, by group; and what is shown before it goes."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    ask,
    command,
    event_types,
    in_turn,
    own_intent,
    pass_on,
    waiting,
)
from tests.engine.world import GTIN, World
from vrmnode.customer.request import read_request
from vrmnode.engine import audience, views
from vrmnode.engine.customer import castings, named_vendors
from vrmnode.engine.customer.named_intent import PreparedNamedIntent
from vrmnode.engine.customer.named_vendors import Chosen
from vrmnode.errors import NodeError, ServiceError
from vrmprotocol import encoding, keys, message
from vrmprotocol.message import SignedMessage
from vrmprotocol.sealed_intent import SealedIntent

SOMEBODY = keys.SigningKey(bytes(32)).public


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.introduce()
    return world


def _did(world: World, name: str) -> str:
    return keys.to_did(world.nodes[name].machine.identity.root)


def _choose(world: World, *to: str) -> Chosen:
    node = world.nodes[CUSTOMER]
    return named_vendors.choose(node.reader, to, own_root=node.machine.identity.root, now=world.now)


def _names(chosen: Chosen) -> list[str]:
    return sorted(vendor.name for vendor in chosen.vendors)


def test_by_name_each_once(world: World) -> None:
    one, other = _did(world, VENDOR), _did(world, OTHER_VENDOR)
    assert _names(_choose(world, one)) == ["Shop vendor-1"]
    assert _names(_choose(world, one, other, one)) == ["Shop vendor-1", "Shop vendor-2"]
    short = one.removeprefix("did:key:")[:12]
    assert _names(_choose(world, short)) == ["Shop vendor-1"]
    reader = world.nodes[CUSTOMER].reader
    assert named_vendors.spelled_out(reader, [short, "trusted", "group:a"]) == [
        one,
        "trusted",
        "group:a",
    ]


def test_by_trust_and_by_group(world: World) -> None:
    command(world, CUSTOMER, "trust.add", vendor=_did(world, VENDOR), groups=["books"])
    command(world, CUSTOMER, "trust.add", vendor=_did(world, OTHER_VENDOR))
    assert _names(_choose(world, "trusted")) == ["Shop vendor-1", "Shop vendor-2"]
    assert _names(_choose(world, "group:books")) == ["Shop vendor-1"]
    assert _names(_choose(world, "group:books", "trusted")) == ["Shop vendor-1", "Shop vendor-2"]


def test_who_has_no_profile_here(world: World) -> None:
    did = keys.to_did(SOMEBODY)
    with pytest.raises(ServiceError) as caught:
        _choose(world, did, _did(world, VENDOR))
    assert caught.value.code == "vendor.no_profile"
    assert did in caught.value.message
    # Of the trusted ones it is left out, in words that name it.
    command(world, CUSTOMER, "trust.add", vendor=did, note="the old shop")
    with pytest.raises(ServiceError) as caught:
        _choose(world, "trusted")
    assert caught.value.code == "intent.nobody"
    assert "the old shop" in caught.value.message
    command(world, CUSTOMER, "trust.add", vendor=_did(world, VENDOR))
    chosen = _choose(world, "trusted")
    assert _names(chosen) == ["Shop vendor-1"]
    (words,) = chosen.notes
    assert "the old shop" in words
    assert "profile" in words


def test_a_shop_that_says_it_pauses_is_named_with_a_note(world: World) -> None:
    until = "2027-01-17"
    command(world, VENDOR, "vendor.pause", until=until, announce=True)
    world.nodes[VENDOR].run_timers()
    pass_on(world, VENDOR)
    chosen = _choose(world, _did(world, VENDOR), _did(world, OTHER_VENDOR))
    assert _names(chosen) == ["Shop vendor-1", "Shop vendor-2"]
    (words,) = chosen.notes
    assert words.startswith("Shop vendor-1 makes no offers before 2027-01-18: ")
    world.now += 7 * 86_400
    assert _choose(world, _did(world, VENDOR)).notes == (), "that day is over"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("trusted", "intent.nobody"),
        ("group:nobody", "intent.nobody"),
        ("group:", "request.invalid"),
        ("group:not a name", "request.invalid"),
        (keys.to_did(SOMEBODY)[8:24], "vendor.not_found"),
        ("everybody", "request.vendor"),
    ],
)
def test_who_can_not_be_meant(world: World, to: str, code: str) -> None:
    with pytest.raises(NodeError) as caught:
        _choose(world, to)
    assert caught.value.code == code


def test_not_to_the_own_shop_and_not_to_too_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ServiceError) as caught:
        _choose(world, _did(world, CUSTOMER))
    assert caught.value.code == "intent.to"
    monkeypatch.setattr(named_vendors, "MAX_VENDORS", 1)
    with pytest.raises(ServiceError) as caught:
        _choose(world, _did(world, VENDOR), _did(world, OTHER_VENDOR))
    assert caught.value.code == "intent.to"


def _prepared(world: World) -> PreparedNamedIntent:
    node = world.nodes[CUSTOMER]
    asked = {
        "gtin": GTIN[1:],
        "country": "NL",
        "label": "for mother",
        "private_maximum": "60.00 EUR",
        "to": [_did(world, VENDOR), _did(world, OTHER_VENDOR)],
    }
    return castings.prepare_named(
        node.reader,
        node.machine.vault,
        read_request(asked),
        {"mode": "manual"},
        identity=node.machine.identity,
        shard=0,
        now=world.now,
        random=world.rng.randbytes,
    )


def test_a_dry_run_shows_the_bytes_that_each_vendor_gets(world: World) -> None:
    node = world.nodes[CUSTOMER]
    prepared = _prepared(world)
    shown = audience.of(prepared, node.machine.identity, world.now)
    assert json.loads(json.dumps(shown)) == shown
    *vendors, everyone, nobody = shown
    assert [one["size"] for one in (everyone, nobody)] == [0, 0]
    assert everyone["decoded"] == {"mails": 2, "sealed_bytes": [4096]}
    assert "for mother" in json.dumps(nobody)
    for each, told in zip(vendors, prepared.told, strict=True):
        assert told.vendor.name in str(each["audience"])
        raw = bytes.fromhex(str(each["bytes_hex"]))
        assert len(raw) == each["size"]
        loaded = message.verify_and_load(raw, expected_recipient=told.vendor.subject)
        assert isinstance(loaded, SignedMessage)
        assert loaded.body == SealedIntent(status="active", intent=told.body)
        # Neither what stays here nor the other vendor is in it.
        other = next(one for one in prepared.told if one is not told)
        for secret in (
            b"for mother",
            other.vendor.root,
            other.vendor.subject,
            other.body.reply_tag,
        ):
            assert secret not in raw
        assert encoding.decode(raw, max_bytes=60_000) is not None
    assert event_types(world, CUSTOMER) == []


def test_the_dry_run_is_what_is_sent(world: World) -> None:
    node, prepared = world.nodes[CUSTOMER], _prepared(world)
    shown = audience.of(prepared, node.machine.identity, world.now)
    in_turn(world, CUSTOMER, partial(castings.record, prepared=prepared))
    sent = {row.raw.hex() for row in waiting(world)}
    assert sent == {str(one["bytes_hex"]) for one in shown if one["size"]}


def test_one_intent_is_shown_with_those_it_was_told_to(world: World) -> None:
    ask(world)
    reader = world.nodes[CUSTOMER].reader
    (row,) = views.intent_list(reader, None)
    assert row["pseudonym"] is None
    assert {str(each["vendor_name"]) for each in row["to"]} == {  # type: ignore[attr-defined]
        "Shop vendor-1",
        "Shop vendor-2",
    }
    shown = views.intent_show(reader, own_intent(world).intent_id.hex(), world.now)
    assert not {"salt", "replyKey", "replyTag"} & set(shown["published"])  # type: ignore[call-overload]
    told = shown["to"]
    assert isinstance(told, list)
    assert {each["words"] for each in told} == {"not sent so far: there was no peer to take it"}
    assert all(each["acknowledged"] is None and len(each["deal"]) == 64 for each in told)
