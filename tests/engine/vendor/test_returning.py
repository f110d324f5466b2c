"""A vendor recognises who lets itself be recognised: what it knows, charges, keeps and erases."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tests.engine.coming_back import FIVE, asked, bought, come_back, known, leave_to_human, open_in
from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import files_of
from tests.engine.order_steps import say, settle
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    deal_with,
    extend_named,
    in_turn,
    known_sealed,
    own_intent,
    replace_body,
    set_shop_policy,
    withdraw_named,
)
from tests.engine.world import World
from vrmnode.engine import clockwork, inbound
from vrmnode.engine.disclosure import openings
from vrmnode.engine.machine import Outcome
from vrmnode.engine.mail import first_mail
from vrmnode.engine.negotiation import by_human
from vrmnode.engine.orders.shop_screen import order_show
from vrmnode.engine.policy_tests import vendor_policy_test
from vrmnode.engine.records import intent_body, load_deal
from vrmnode.engine.vendor import profile_desk, returning
from vrmnode.storage import erasable_keys, events, messages, secrets, tags
from vrmnode.storage.connection import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.vault import Vault
from vrmprotocol import bodies, inner, keys
from vrmprotocol.draft import deal_id
from vrmprotocol.encoding import Map, Value
from vrmprotocol.keys import SigningKey
from vrmprotocol.sealed_intent import SealedIntent, ShownRelationship, show_relationship

DAY = 86_400
STRANGER = SigningKey(bytes(range(32)))


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world(stock=(9, 9))
    world.introduce()
    return world


def _key(world: World) -> SigningKey:
    root = world.nodes[VENDOR].machine.identity.root
    found = in_turn(world, CUSTOMER, lambda ctx: openings.relationship_key(ctx, root))
    assert isinstance(found, SigningKey)
    return found


def _offers(world: World) -> list[events.Event]:
    found = events.after(world.nodes[VENDOR].reader, 0, 1_000)
    return [event for event in found if event.type == "offer.sent"]


def _totals(world: World) -> tuple[int, int]:
    """The totals of the vendor's first offer and of its last."""
    totals = [int(str(event.data["total"])) for event in _offers(world)]
    return totals[0], totals[-1]


def _last_rule(world: World) -> str:
    return str(_offers(world)[-1].data["rule"])


def _cheaper(world: World) -> bool:
    first, last = _totals(world)
    return last < first


def test_who_comes_back_pays_less_and_the_vendor_sees_why(world: World) -> None:
    first = bought(world)
    come_back(world)
    found = known(world)
    assert found is not None
    assert (found.deals, found.finished) == ((first.deal,), 1)
    assert found.key == _key(world).public
    before, after = _totals(world)
    assert after == (before * 95 + 50) // 100
    assert _last_rule(world).endswith("; returning customer, 1 deal: −5 %")


def test_nobody_is_recognised_who_did_not_choose_it(world: World) -> None:
    bought(world)
    come_back(world, recognised=False)
    assert known(world) is None
    assert not _cheaper(world)
    assert _key(world).public not in files_of(world, VENDOR)


@pytest.mark.parametrize("finished", [True, False])
def test_only_finished_deals_count_for_the_price(world: World, finished: bool) -> None:
    bought(world, finished=finished)
    come_back(world)
    found = known(world)
    assert found is not None and len(found.deals) == 1
    assert (found.finished, _cheaper(world)) == (int(finished), finished)


def test_too_few_deals_are_history_without_a_discount(world: World) -> None:
    bought(world)
    rule = {"discount_percent": 5, "least_deals": 2}
    set_shop_policy(world, VENDOR, **{**FIVE, "returning": rule})
    come_back(world)
    assert known(world) is not None
    assert not _cheaper(world)
    assert "returning" not in _last_rule(world)


def test_a_floor_holds_for_who_comes_back(world: World) -> None:
    bought(world)
    before, _ = _totals(world)
    floor = f"{(before - 10) / 100:.2f} EUR"
    set_shop_policy(world, VENDOR, **FIVE, prices=[{"floor": floor}])
    come_back(world)
    assert _totals(world)[1] == before - 10


# SPEC 09: The vendor MUST answer a sealed intent with a relationship key that it doesn't know as if
# `relationship` weren't there.
def test_a_key_that_no_deal_opened_changes_nothing(world: World) -> None:
    bought(world)
    other = SigningKey(bytes([9]) * 32)
    assert not _arrive(world, _said(world, _shown(world, other))).notes
    assert len(_offers(world)) == 2
    assert known(world) is None
    assert not _cheaper(world)
    assert "returning" not in _last_rule(world)


def test_the_same_key_under_another_pseudonym_is_the_same_customer(world: World) -> None:
    bought(world)
    assert not _arrive(world, _said(world, _shown(world, _key(world)))).notes
    assert _cheaper(world)


def _said(world: World, shown: ShownRelationship, *, seq: int = 0, **more: Value) -> bytes:
    """A sealed intent of a stranger's pseudonym with this beside it, whatever it is worth."""
    identity = world.nodes[VENDOR].machine.identity
    subject, _ = identity.vendor_signing(world.now)
    intent = replace_body(intent_body(own_intent(world)), valid_through=world.now + 600)
    body = SealedIntent(status="active", intent=intent, relationship=shown)
    fields: Map = {
        "v": 1,
        "kind": "sealed_intent",
        "deal": deal_id(STRANGER.public, identity.root),
        "seq": seq,
        "prev": bytes(32) if seq else None,
        "author": STRANGER.public,
        "recipient": subject.public,
        "created": world.now,
        "received": [],
        "body": {**bodies.to_wire(body), **more},
    }
    return inner.write(fields, STRANGER)


def _shown(world: World, key: SigningKey, pseudonym: bytes = STRANGER.public) -> ShownRelationship:
    deal = deal_id(STRANGER.public, world.nodes[VENDOR].machine.identity.root)
    return show_relationship(key, deal=deal, pseudonym=pseudonym)


def _arrive(world: World, raw: bytes) -> Outcome:
    node = world.nodes[VENDOR]
    tag = in_turn(world, VENDOR, profile_desk.reply_tag)
    assert isinstance(tag, bytes)
    watched = tags.lookup(node.reader, tag)
    assert watched is not None
    action = partial(inbound.receive, watched=watched, inner=raw, body_bytes=4096, work=16)
    return node.machine.turns([action])[0]


def test_a_signature_for_another_pseudonym_is_refused_and_nothing_of_it_kept(world: World) -> None:
    bought(world)
    mine = _key(world)
    before = len(_offers(world))
    (note,) = _arrive(world, _said(world, _shown(world, mine, pseudonym=mine.public))).notes
    assert "recognition.signature" in note
    assert len(_offers(world)) == before
    assert mine.public not in files_of(world, VENDOR)


def test_the_key_lies_sealed_and_goes_when_the_deal_is_agreed(world: World) -> None:
    bought(world)
    come_back(world)
    vendor = world.nodes[VENDOR]
    row = deal_with(world, VENDOR, VENDOR)
    assert _key(world).public not in files_of(world, VENDOR)
    assert secrets.get(vendor.reader, vendor.machine.vault, "deal", row.deal, secrets.RECOGNITION)
    mine = deal_with(world, CUSTOMER, VENDOR)
    command(world, CUSTOMER, "offer.accept", offer=(mine.offer_digest or b"").hex())
    settle(world)
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"
    assert secrets.owners(vendor.reader, "deal", secrets.RECOGNITION) == set()


def test_nothing_is_kept_of_what_crossed_the_agreement(world: World) -> None:
    bought(world)
    come_back(world)
    mine = deal_with(world, CUSTOMER, VENDOR)
    command(world, CUSTOMER, "offer.accept", offer=(mine.offer_digest or b"").hex())
    settle(world)
    (first,) = [each for each in asked(world) if each.deal == mine.deal]
    record = load_deal(world.nodes[VENDOR].reader, mine.deal)
    body = first_mail.sealed_intent_of(first)
    assert record.state.state == "agreed" and body is not None and body.relationship is not None
    in_turn(world, VENDOR, lambda ctx: returning.keep(ctx, record, body))
    assert secrets.owners(world.nodes[VENDOR].reader, "deal", secrets.RECOGNITION) == set()


def test_of_a_later_one_that_is_refused_the_header_is_kept_and_the_first_stands(
    world: World,
) -> None:
    bought(world)
    leave_to_human(world)
    first = _shown(world, _key(world))
    assert not _arrive(world, _said(world, first)).notes
    wrong = _shown(world, _key(world), pseudonym=bytes(32))
    for shown, more in ((wrong, {}), (first, {"x": 1})):
        raw = _said(world, shown, seq=1 + len(more), **more)
        assert not _arrive(world, raw).notes
        stored = messages.get(world.nodes[VENDOR].reader, inner.read(raw).header.digest)
        assert stored is not None and stored.raw.startswith(b"header")
    assert _key(world).public not in files_of(world, VENDOR)
    found = known(world)
    assert found is not None and found.key == _key(world).public


def test_it_goes_with_a_withdrawal_and_with_the_end(world: World) -> None:
    bought(world)
    leave_to_human(world)
    vendor = world.nodes[VENDOR]
    come_back(world)
    assert known(world) is not None
    withdraw_named(world)
    settle(world)
    assert secrets.owners(vendor.reader, "deal", secrets.RECOGNITION) == set()
    come_back(world)
    deal = deal_with(world, VENDOR, VENDOR).deal
    assert secrets.owners(vendor.reader, "deal", secrets.RECOGNITION) == {deal}
    world.now += 8 * DAY
    in_turn(world, VENDOR, lambda ctx: clockwork.tidy(ctx, None))
    assert secrets.owners(vendor.reader, "deal", secrets.RECOGNITION) == set()
    held = erasable_keys.get(vendor.reader, vendor.machine.vault, deal)
    assert held is None, "nothing that a copy holds of it opens any more"


def test_an_extension_keeps_it(world: World) -> None:
    bought(world)
    leave_to_human(world)
    come_back(world)
    extend_named(world, 20)
    settle(world)
    assert known(world) is not None
    assert len(asked(world)) == 2


def test_who_was_forgotten_is_not_recognised(world: World) -> None:
    row = bought(world)
    leave_to_human(world)
    come_back(world)
    assert known(world) is not None
    command(world, VENDOR, "vendor.forget", deal=row.deal.hex())
    assert known(world) is None


def test_a_cancelled_order_is_no_finished_deal(world: World) -> None:
    row = bought(world, finished=False)
    say(world, VENDOR, row, "cancel", reason="out_of_stock")
    settle(world)
    come_back(world)
    found = known(world)
    assert found is None or found.finished == 0
    assert not _cheaper(world)


def test_the_inbox_and_the_policy_test_tell_the_history(world: World) -> None:
    row = bought(world)
    leave_to_human(world)
    come_back(world)
    node = world.nodes[VENDOR]
    (listed,) = by_human.inbox_list(node.reader, node.machine.vault, {}, world.now)
    expected = {
        "customer": keys.to_did(_key(world).public),
        "deals": [row.deal.hex()],
        "finished": 1,
    }
    assert listed["returning"] == expected
    reference = {"intent": str(listed["intent"])}
    shown = by_human.inbox_show(node.reader, node.machine.vault, reference, world.now)
    assert json.loads(json.dumps(shown)) == shown
    assert isinstance(shown["proposals"], list)
    assert shown["proposals"][0]["rule"].endswith("returning customer, 1 deal: −5 %")
    tested = vendor_policy_test(node.reader, node.machine.vault, reference, world.now)
    assert tested["returning"] == expected
    assert tested["proposals"] == shown["proposals"]
    as_if = {**reference, "returning": 0}
    plain = vendor_policy_test(node.reader, node.machine.vault, as_if, world.now)
    assert isinstance(plain["proposals"], list)
    assert plain["proposals"][0]["total"] > shown["proposals"][0]["total"]
    sent = command(world, VENDOR, "inbox.answer", intent=reference["intent"])
    assert isinstance(sent, dict)
    assert sent["offers"][0]["total"] == shown["proposals"][0]["total"]


def test_each_key_is_opened_once_for_the_whole_inbox(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deals_opened = [bought(world), bought(world)]
    leave_to_human(world)
    come_back(world)
    come_back(world)
    opened: list[bytes] = []
    real = secrets.get

    def counting(tx: Connection, vault: Vault, kind: str, owner: bytes, name: str) -> bytes | None:
        if name == secrets.RELATIONSHIP:
            opened.append(owner)
        return real(tx, vault, kind, owner, name)

    monkeypatch.setattr(secrets, "get", counting)
    node = world.nodes[VENDOR]
    listed = by_human.inbox_list(node.reader, node.machine.vault, {}, world.now)
    assert len(listed) == 2
    assert all(row["returning"] == listed[0]["returning"] is not None for row in listed)
    assert sorted(opened) == sorted(row.deal for row in deals_opened)


def test_an_order_tells_the_history_of_who_opened_its_key_in_it(world: World) -> None:
    first = bought(world)
    second = bought(world, told=False)
    node = world.nodes[VENDOR]
    vault = node.machine.vault

    def returning_in(row: Deal) -> object:
        return order_show(node.reader, vault, {"deal": row.deal.hex()}, world.now)["returning"]

    assert returning_in(second) is None
    assert returning_in(first) == {
        "customer": keys.to_did(_key(world).public),
        "deals": [first.deal.hex()],
        "finished": 1,
    }
    open_in(world, second)
    both = returning_in(second)
    assert isinstance(both, dict)
    assert sorted(both["deals"]) == sorted([first.deal.hex(), second.deal.hex()])
    assert both["finished"] == 2


def test_an_example_is_priced_as_for_a_returning_customer(world: World) -> None:
    bought(world)
    node = world.nodes[VENDOR]
    request = {"gtin": "9780131103627", "country": "NL", "terms": ["SD-BASE"]}
    totals = [
        vendor_policy_test(
            node.reader, node.machine.vault, {"request": request, "returning": deals}, world.now
        )["proposals"][0]["total"]  # type: ignore[index]
        for deals in (0, 1, 9)
    ]
    assert totals[0] > totals[1] == totals[2]


def test_so_many_deals_are_looked_through_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought(world)
    monkeypatch.setattr(returning, "MOST_DEALS", 0)
    come_back(world)
    assert known(world) is None


def test_of_the_message_the_vendor_keeps_the_header(world: World) -> None:
    bought(world)
    come_back(world)
    stored = messages.get(world.nodes[VENDOR].reader, known_sealed(world, VENDOR).envelope_id)
    assert stored is not None and stored.raw.startswith(b"header")
