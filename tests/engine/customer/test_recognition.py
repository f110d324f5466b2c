"""Which vendors a customer lets recognise it: by its choice, and only those that can."""

from __future__ import annotations

import pytest

from tests.engine.coming_back import asked, bought, come_back, open_in
from tests.engine.conftest import MakeWorld
from tests.engine.order_steps import settle
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    extend_named,
    own_intent,
    withdraw_named,
)
from tests.engine.world import World
from tests.protocol.codes import remote_code
from vrmnode.customer.request import read_request
from vrmnode.engine import audience
from vrmnode.engine.customer import castings, named_views
from vrmnode.engine.customer.named_intent import PreparedNamedIntent
from vrmnode.engine.mail import first_mail
from vrmnode.values.fields import FieldError
from vrmprotocol import keys, sealed_intent
from vrmprotocol.sealed_intent import SealedIntent

ASKED = {"gtin": "9780131103627", "country": "NL"}


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world(stock=(9, 9))
    world.introduce()
    return world


def _prepared(world: World, *to: str, **more: object) -> PreparedNamedIntent:
    node = world.nodes[CUSTOMER]
    dids = [keys.to_did(world.nodes[name].machine.identity.root) for name in to]
    return castings.prepare_named(
        node.reader,
        node.machine.vault,
        read_request({**ASKED, "to": dids, "recognised": True, **more}),
        {"mode": "manual"},
        identity=node.machine.identity,
        shard=0,
        now=world.now,
        random=world.rng.randbytes,
    )


def _sent(world: World) -> list[SealedIntent]:
    bodies = [first_mail.sealed_intent_of(each) for each in asked(world)]
    return [body for body in bodies if body is not None]


def test_each_vendor_that_can_know_it_gets_its_own_key_and_others_none(world: World) -> None:
    bought(world)
    first, second = _prepared(world, VENDOR, OTHER_VENDOR).told
    by_root = {each.vendor.root: each.relationship for each in (first, second)}
    assert by_root[world.nodes[VENDOR].machine.identity.root] is not None
    assert by_root[world.nodes[OTHER_VENDOR].machine.identity.root] is None


def test_the_notes_say_what_is_given_away_and_who_can_not_know_it(world: World) -> None:
    bought(world)
    back, unknown = _prepared(world, VENDOR, OTHER_VENDOR).notes
    assert "learns that you are back" in back and "even if you buy nothing" in back
    assert "can't recognise you" in unknown and "vrm deal disclose" in unknown


# SPEC 09: The writer MUST NOT put `relationship` into a sealed intent to a vendor to which it
# hasn't opened the key.
def test_a_vendor_to_which_it_was_not_opened_is_told_nothing(world: World) -> None:
    row = bought(world, told=False)
    (each,) = _prepared(world, VENDOR).told
    assert each.relationship is None
    open_in(world, row)
    (each,) = _prepared(world, VENDOR).told
    assert each.relationship is not None


def test_nor_is_one_that_says_that_it_forgot(world: World) -> None:
    row = bought(world)
    command(world, VENDOR, "vendor.forget", deal=row.deal.hex())
    settle(world)
    (each,) = _prepared(world, VENDOR).told
    assert each.relationship is None


# SPEC 09: The writer MUST NOT put `relationship` into a sealed intent unless its owner chose that
# for this intent.
def test_nothing_of_it_is_said_by_default(world: World) -> None:
    bought(world)
    (each,) = _prepared(world, VENDOR, recognised=False).told
    assert each.relationship is None
    come_back(world, recognised=False)
    assert [body.relationship for body in _sent(world)] == [None]


# SPEC 09: The writer MUST NOT put anything of a relationship into an intent in the market.
def test_nobody_is_recognised_in_the_open_market() -> None:
    with pytest.raises(FieldError) as caught:
        read_request({**ASKED, "recognised": True})
    assert caught.value.code == "request.invalid"
    assert "recognised" in str(caught.value)


def test_what_is_sent_is_signed_for_this_pseudonym_and_no_other(world: World) -> None:
    bought(world)
    come_back(world)
    come_back(world)
    one, other = asked(world)
    for each, foreign in ((one, other), (other, one)):
        body = first_mail.sealed_intent_of(each)
        assert body is not None and body.relationship is not None
        sealed_intent.check_relationship(body, deal=each.deal, pseudonym=each.author)
        code = remote_code(
            sealed_intent.check_relationship, body, deal=foreign.deal, pseudonym=foreign.author
        )
        assert code == "recognition.signature"
    first, second = _sent(world)
    assert first.relationship is not None and second.relationship is not None
    assert first.relationship.key == second.relationship.key
    assert "hidden" in repr(first.relationship)


def test_a_withdrawal_says_nothing_of_it_and_an_extension_the_same(world: World) -> None:
    bought(world)
    come_back(world)
    extend_named(world, 20)
    settle(world)
    withdraw_named(world)
    settle(world)
    first, extended, withdrawn = _sent(world)
    assert first.relationship == extended.relationship is not None
    assert (withdrawn.status, withdrawn.relationship) == ("withdrawn", None)


def test_the_dry_run_shows_the_bytes_that_go_to_the_vendor(world: World) -> None:
    bought(world)
    prepared = _prepared(world, VENDOR)
    shown = audience.of(prepared, world.nodes[CUSTOMER].machine.identity, world.now)
    key = prepared.told[0].relationship
    assert key is not None
    body = shown[0]["decoded"]["body"]  # type: ignore[index]
    assert body["relationship"]["key"] == key.public.hex()
    assert key.public.hex() in str(shown[0]["bytes_hex"])


def test_the_owner_sees_who_may_recognise_it(world: World) -> None:
    bought(world)
    come_back(world)
    (row,) = named_views.told(world.nodes[CUSTOMER].reader, own_intent(world), world.now)
    assert row["recognised"] is True
