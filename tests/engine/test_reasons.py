"""Each coded reason arises from its cause between two engines, and is read in words.

`tests/specs/test_reasons.py` checks that no code of the specs is missing here.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    deal_with,
    first_offer,
    hand_over,
    in_turn,
    offered,
    only_does,
    own_intent,
    pass_on,
    pseudonym,
    set_shop_policy,
    vendor_says,
)
from tests.engine.vendor.test_inbox import leave_all, publish
from tests.engine.world import SKU, World
from tests.storage.samples import set_stock
from vrmnode.engine import views
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.customer.why import intent_why
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import load_deal
from vrmnode.values import reasons
from vrmprotocol import coherence
from vrmprotocol.mail import Counter, Decline

DAY = 86_400
Cause = Callable[[World], None]


def _answered(world: World, **asked: object) -> None:
    """The vendor has answered an intent, though maybe not with an offer."""
    offered(world, **asked)  # type: ignore[arg-type]


def _asking(**asked: object) -> Cause:
    return lambda world: _answered(world, **asked)


def _selling(policy: dict[str, object], **asked: object) -> Cause:
    def cause(world: World) -> None:
        set_shop_policy(world, VENDOR, **policy)
        _answered(world, **asked)

    return cause


def _sold_out(world: World) -> None:
    in_turn(world, VENDOR, lambda ctx: set_stock(ctx.tx, SKU, 0))
    _answered(world)


def _confirmed_too_late(world: World) -> None:
    row = accepted(world)
    world.now = (row.confirm_by or 0) + 1
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def _taken_off(world: World) -> None:
    set_shop_policy(world, VENDOR, reserve=False)
    accepted(world)
    command(world, VENDOR, "catalogue.remove", skus=[SKU])
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def _counter(world: World, cents: int) -> None:
    offer = first_offer(world).digest.hex()
    total = f"{cents // 100}.{cents % 100:02} EUR"
    command(world, CUSTOMER, "offer.counter", offer=offer, total=total)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def _asked_for_less(world: World) -> None:
    _answered(world)
    _counter(world, 100)


def _closed_meanwhile(world: World) -> None:
    _answered(world)
    set_shop_policy(world, VENDOR, answer=False)
    _counter(world, 100)


def _asked_for_more(world: World) -> None:
    """A customer's node that doesn't keep to the rule for counters."""
    _answered(world)
    offer = first_offer(world)
    more = mailroom.offer_of(offer).draft.price_specification.total + 1
    record = load_deal(world.nodes[CUSTOMER].reader, offer.deal)
    body = Counter(offer=offer.digest, total=more)
    in_turn(world, CUSTOMER, lambda ctx: mailroom.tell(ctx, record, body, until=ctx.now + DAY))
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def _refused_by_hand(world: World) -> None:
    """A shop's owner says no and not why, which everybody may."""
    leave_all(world)
    intent = publish(world)
    command(world, VENDOR, "inbox.refuse", intent=intent)
    pass_on(world, VENDOR)


def _doing(does: str, **asked: object) -> Cause:
    """A vendor that does this with its product, and nothing else."""

    def cause(world: World) -> None:
        only_does(world, does)
        _answered(world, **asked)

    return cause


# fmt: off
VENDOR_DECLINE: dict[str, Cause] = {
    "floor": _asked_for_less,
    "out_of_stock": _sold_out,
    "late": _confirmed_too_late,
    "over_budget": _asking(budget="10.00 EUR"),
    "out_of_area": _asking(country="FR"),
    "terms": _selling({"accepted_terms": ["SD-BASE-A"]}),
    "quantity": _asking(quantity=4),
    "condition": _asking(condition=["used"]),
    "constraint": _asking(must=["format=hardcover"]),
    "delivery": _asking(delivery=["pickup"]),
    "payment": _selling({"payment": {"method": ["card"]}}, payment=["cash"]),
    "currency": _asking(budget="90.00 USD"),
    "closed": _closed_meanwhile,
    "withdrawn": _taken_off,
    "invalid": _asked_for_more,
    "function": _doing("Sell", function="Repair"),
    "below_minimum": _doing("Buy", function="Buy", min_price="90.00 EUR"),
    "unspecified": _refused_by_hand,
}
# fmt: on


def _declined(reason: str) -> Cause:
    def cause(world: World) -> None:
        row = offered(world)
        offer = (row.offer_digest or b"").hex()
        command(world, CUSTOMER, "offer.decline", offer=offer, reason=reason)

    return cause


def _bought_elsewhere(world: World) -> None:
    accepted(world, vendors=(VENDOR, "vendor-2"))
    other = deal_with(world, CUSTOMER, "vendor-2")
    assert other.state == "offered"
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def _never_answered(world: World) -> None:
    row = offered(world)
    world.now = (row.valid_through or 0) + DAY
    world.nodes[CUSTOMER].run_timers()


def _withdrawn_intent(world: World) -> None:
    own, node = own_intent(world), world.nodes[CUSTOMER]
    update = intent_desk.prepare_withdrawal(
        own,
        key=node.machine.identity.pseudonym(pseudonym(world).key_context),
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )
    node.turn(lambda ctx: intent_desk.record_withdrawal(ctx, own, update, "no_longer_wanted"))


def _not_wanted_any_more(world: World) -> None:
    offered(world)
    _withdrawn_intent(world)


CUSTOMER_DECLINE: dict[str, Cause] = {
    "chosen_other": _bought_elsewhere,
    "too_expensive": _declined("too_expensive"),
    "terms": _declined("terms"),
    "delivery": _declined("delivery"),
    "not_trusted": _declined("not_trusted"),
    "expired": _never_answered,
    "no_longer_wanted": _not_wanted_any_more,
    "currency": _declined("currency"),
    "language": _declined("language"),
    "unspecified": _declined("unspecified"),
}


def _withdrawn(reason: str) -> Cause:
    def cause(world: World) -> None:
        row = accepted(world)
        command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex(), reason=reason)

    return cause


def _unconfirmed(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=True)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == "accepted"
    world.now = (row.confirm_by or 0) + DAY
    world.nodes[CUSTOMER].run_timers()


def _intent_withdrawn_after_accepting(world: World) -> None:
    accepted(world)
    _withdrawn_intent(world)


def _agreed_after_declining(world: World) -> None:
    """A vendor declines the acceptance, and countersigns once the customer bought elsewhere."""
    row = accepted(world, vendors=(VENDOR, "vendor-2"))
    reader = world.nodes[CUSTOMER].reader
    state = load_deal(reader, row.deal).state
    accept, offer = state.accept, state.accepted_offer
    assert accept is not None and offer is not None
    no = vendor_says(world, Decline(of=accept.digest, reason="out_of_stock"), seq=1)
    hand_over(world, CUSTOMER, no.raw, deal=row.deal)
    other = deal_with(world, CUSTOMER, "vendor-2").offer_digest or b""
    command(world, CUSTOMER, "offer.accept", offer=other.hex())
    key, _ = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)
    yes = coherence.countersign(accept, offer, key)
    hand_over(world, CUSTOMER, vendor_says(world, yes, seq=2).raw, deal=row.deal)


WITHDRAWAL: dict[str, Cause] = {
    "unconfirmed": _unconfirmed,
    "changed_mind": _withdrawn("changed_mind"),
    "no_longer_wanted": _intent_withdrawn_after_accepting,
    "duplicate": _agreed_after_declining,
    "unspecified": _withdrawn("unspecified"),
}


@pytest.mark.parametrize("reason", VENDOR_DECLINE)
def test_what_a_vendor_declines_reaches_the_customer_in_words(world: World, reason: str) -> None:
    VENDOR_DECLINE[reason](world)
    words, reader = reasons.VENDOR_DECLINE[reason], world.nodes[CUSTOMER].reader
    intent = own_intent(world).intent_id.hex()
    why = intent_why(reader, intent, world.now)
    assert json.loads(json.dumps(why)) == why
    (no,) = _rows(why, "refused") + _rows(why, "declined")
    assert (no["reason"], no["words"]) == (reason, words)
    if no["of"] == "intent":
        assert _rows(views.intent_show(reader, intent, world.now), "refused") == [no]
    shown = views.deal_show(reader, deal_with(world, CUSTOMER, VENDOR).deal.hex(), world.now)
    assert _reasons(shown, "vendor") == [(no["of"], reason, words)]
    assert (reason, words) in _told(world, CUSTOMER)


@pytest.mark.parametrize("reason", CUSTOMER_DECLINE)
def test_what_a_customer_declines_reaches_the_vendor_in_words(world: World, reason: str) -> None:
    CUSTOMER_DECLINE[reason](world)
    pass_on(world, CUSTOMER)
    vendor = "vendor-2" if reason == "chosen_other" else VENDOR
    words, reader = reasons.CUSTOMER_DECLINE[reason], world.nodes[vendor].reader
    shown = views.deal_show(reader, deal_with(world, vendor, vendor).deal.hex(), world.now)
    assert (shown["state"], _reasons(shown, "customer")) == (
        "declined",
        [("offer", reason, words)],
    )
    assert (reason, words) in _told(world, vendor)


@pytest.mark.parametrize("reason", WITHDRAWAL)
def test_what_a_customer_takes_back_reaches_the_vendor_in_words(world: World, reason: str) -> None:
    WITHDRAWAL[reason](world)
    state = deal_with(world, CUSTOMER, VENDOR).state
    assert state == ("cancelled" if reason == "duplicate" else "withdrawn")
    pass_on(world, CUSTOMER)
    words, reader = reasons.WITHDRAWAL[reason], world.nodes[VENDOR].reader
    shown = views.deal_show(reader, deal_with(world, VENDOR, VENDOR).deal.hex(), world.now)
    assert _reasons(shown, "customer") == [("accept", reason, words)]
    assert (reason, words) in _told(world, CUSTOMER)
    # The vendor had already declined what comes after its time to confirm.
    assert shown["state"] == "declined" or (reason, words) in _told(world, VENDOR)


def _rows(shown: dict[str, object], name: str) -> list[dict[str, object]]:
    found = shown[name]
    assert isinstance(found, list)
    return found


def _reasons(shown: dict[str, object], writer: str) -> list[tuple[object, ...]]:
    rows = [row for row in _rows(shown, "refusals") if row["from"] == writer]
    return [(row["of"], row["reason"], row["words"]) for row in rows]


def _told(world: World, who: str) -> set[tuple[object, object]]:
    """The reasons in a node's event log."""
    rows = views.event_page(world.nodes[who].reader, 0, 500)
    return {(row["data"].get("reason"), row["data"].get("words")) for row in rows}  # type: ignore[attr-defined]
