"""The queue for humans: what gets in, who works on it, what becomes of what nobody answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    VENDOR,
    command,
    deal_with,
    event_types,
    interpreted,
    kinds,
    own_intent,
    pass_on,
    pseudonym,
    set_shop_policy,
    stay_silent,
    take,
    told,
    update,
)
from tests.engine.world import SKU, World
from vrmnode.engine import clockwork
from vrmnode.engine.vendor import inbox, inbox_views
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, events, market, reservations
from vrmnode.storage import inbox as inbox_rows
from vrmprotocol.mail import Decline

MINUTE = 60


def waiting(world: World) -> list[dict[str, object]]:
    node = world.nodes[VENDOR]
    return inbox_views.inbox_list(node.reader, node.machine.vault, world.now)


def leave_all(world: World, **inbox_rules: object) -> None:
    """All intents are left to humans; the other vendor is silent."""
    stay_silent(world, "vendor-2")
    set_shop_policy(world, VENDOR, reserve=True, inbox={"everything": True, **inbox_rules})


def publish(world: World, who: str = CUSTOMER, quantity: int = 1) -> str:
    """An intent in the vendor's inbox; its id."""
    world.publish(who, quantity, automatic=False)
    pass_on(world, who)
    return newest(world, who)


def newest(world: World, who: str = CUSTOMER) -> str:
    """The id of the newest form of a customer's newest intent."""
    return (own_intent(world, who).envelope_id or b"").hex()


def tick(world: World, seconds: int) -> None:
    world.now += seconds
    world.nodes[VENDOR].turn(partial(clockwork.run_due, max_store_bytes=1 << 30))


def answer_of(world: World, who: str = CUSTOMER) -> tuple[str | None, str | None]:
    found = market.get_intent(world.nodes[VENDOR].reader, pseudonym(world, who).pseudonym)
    assert found is not None
    return found.answer, found.reason


def code(world: World, name: str, **params: object) -> str:
    with pytest.raises(ServiceError) as raised:
        command(world, VENDOR, name, **params)
    return raised.value.code


def last_data(world: World, kind: str) -> dict[str, object]:
    log = events.after(world.nodes[VENDOR].reader, 0, 500)
    return dict([each for each in log if each.type == kind][-1].data)


def test_an_intent_waits_and_nothing_is_sent(world: World) -> None:
    leave_all(world, answer_minutes=30)
    intent = publish(world)
    (row,) = waiting(world)
    assert row["intent"] == intent
    assert row["why"] == "everything is left to a human"
    assert row["wanted"] == "wants to buy GTIN 9780131103627"
    assert row["answer_by"] == world.now + 30 * MINUTE
    assert event_types(world, VENDOR)[-1] == "inbox.added"
    assert deals.list_deals(world.nodes[VENDOR].reader) == []
    assert reservations.available(world.nodes[VENDOR].reader, SKU, world.now) == 3


def test_the_same_intent_again_waits_once(world: World) -> None:
    leave_all(world)
    publish(world)
    take(world, VENDOR, update(world, seq=1))
    take(world, VENDOR, update(world, seq=1))
    assert len(waiting(world)) == 1


def test_a_claim_keeps_others_out_and_ends(world: World) -> None:
    leave_all(world, claim_minutes=10)
    intent = publish(world)
    shown = command(world, VENDOR, "inbox.claim", intent=intent, by="Anna")
    assert isinstance(shown, dict)
    assert (shown["claimed_by"], shown["claimed_until"]) == ("Anna", world.now + 10 * MINUTE)
    assert code(world, "inbox.claim", intent=intent, by="Ben") == "inbox.claimed"
    assert code(world, "inbox.release", intent=intent, by="Ben") == "inbox.claimed"
    assert code(world, "inbox.answer", intent=intent, by="Ben") == "inbox.claimed"
    assert code(world, "inbox.refuse", intent=intent) == "inbox.claimed"
    command(world, VENDOR, "inbox.claim", intent=intent, by="Anna")
    tick(world, 10 * MINUTE)
    assert waiting(world)[0]["claimed_by"] is None
    command(world, VENDOR, "inbox.claim", intent=intent, by="Ben")
    command(world, VENDOR, "inbox.release", intent=intent, by="Ben")
    assert code(world, "inbox.release", intent=intent, by="Ben") == "inbox.not_claimed"
    assert event_types(world, VENDOR)[-2:] == ["inbox.claimed", "inbox.released"]


@pytest.mark.parametrize("name", [None, "", "x" * 41, 7])
def test_a_claim_has_a_name(world: World, name: object) -> None:
    leave_all(world)
    assert code(world, "inbox.claim", intent=publish(world), by=name) == "request.invalid"


@pytest.mark.parametrize(
    ("rules", "outcome", "sent"),
    [
        ({"when_over": "refuse"}, "refuse", ["decline"]),
        ({"when_over": "silence"}, "silence", []),
        ({"when_over": "offer"}, "offer", ["offer"]),
    ],
)
def test_what_nobody_answers(
    world: World, rules: dict[str, object], outcome: str, sent: list[str]
) -> None:
    leave_all(world, answer_minutes=30, **rules)
    publish(world)
    tick(world, 30 * MINUTE - 1)
    assert len(waiting(world)) == 1
    tick(world, 1)
    assert waiting(world) == []
    assert last_data(world, "inbox.timed_out") == {"outcome": outcome}
    assert (kinds(world, VENDOR) if sent else []) == sent
    if outcome == "refuse":
        body = interpreted(told(world, VENDOR)[-1]).body
        assert isinstance(body, Decline) and body.reason == "closed"
    assert answer_of(world)[0] == ("offered" if outcome == "offer" else "refused")


def test_the_reason_is_the_owners(world: World) -> None:
    leave_all(world, answer_minutes=1, reason="late")
    publish(world)
    tick(world, MINUTE)
    pass_on(world, VENDOR)
    (row,) = deals.list_deals(world.nodes[CUSTOMER].reader)
    assert row.state == "refused"
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline) and (body.reason, body.note) == ("late", None)


def test_the_node_that_has_nothing_refuses_as_ever(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    stay_silent(world, "vendor-2")
    rules = {"near_misses": True, "when_over": "offer", "answer_minutes": 1}
    set_shop_policy(world, VENDOR, inbox=rules)
    publish(world)
    assert waiting(world)[0]["why"] == "near miss: it is out of stock"
    tick(world, MINUTE)
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline) and body.reason == "out_of_stock"


def test_a_claim_puts_the_end_off_until_it_ends(world: World) -> None:
    leave_all(world, answer_minutes=10, claim_minutes=15)
    intent = publish(world)
    tick(world, 9 * MINUTE)
    command(world, VENDOR, "inbox.claim", intent=intent, by="Anna")
    tick(world, 14 * MINUTE)
    assert len(waiting(world)) == 1
    tick(world, MINUTE)
    assert waiting(world) == []


def test_nothing_outlives_the_intent(world: World) -> None:
    leave_all(world, answer_minutes=43_200, claim_minutes=1440, when_over="offer")
    intent = publish(world)
    end = own_intent(world).valid_through
    world.now = end - 90
    command(world, VENDOR, "inbox.claim", intent=intent, by="Anna")
    tick(world, 29)
    assert len(waiting(world)) == 1
    tick(world, 1)
    assert waiting(world) == [] and answer_of(world)[0] == "offered"
    assert deal_with(world, VENDOR, VENDOR).valid_through == end


def test_a_node_that_was_off_finds_it_expired(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    world.now = own_intent(world).valid_through + 1
    assert waiting(world) == []
    assert code(world, "inbox.answer", intent=intent) == "inbox.expired"
    tick(world, 0)
    assert last_data(world, "inbox.left") == {"reason": "expired"}
    assert inbox_rows.count(world.nodes[VENDOR].reader) == 0
    assert kinds_or_none(world) == []


def kinds_or_none(world: World) -> list[str]:
    return kinds(world, VENDOR) if deals.list_deals(world.nodes[VENDOR].reader) else []


def test_a_withdrawn_intent_leaves(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    take(world, VENDOR, update(world, seq=1, status="withdrawn"))
    assert waiting(world) == []
    assert last_data(world, "inbox.left") == {"reason": "withdrawn"}
    assert code(world, "inbox.answer", intent=intent) in ("inbox.not_found", "inbox.answered")
    tick(world, 86_400)
    assert kinds_or_none(world) == []


def test_an_updated_intent_stays_and_the_old_one_isnt_answered(world: World) -> None:
    leave_all(world, answer_minutes=60)
    intent = publish(world)
    command(world, VENDOR, "inbox.claim", intent=intent, by="Anna")
    before = waiting(world)[0]
    world.now += 5 * MINUTE
    newer = update(world, seq=1, eligible_quantity=2)
    take(world, VENDOR, newer)
    (row,) = waiting(world)
    assert row["intent"] == newer.id.hex() != intent
    assert row["wanted"] == "wants to buy 2 × GTIN 9780131103627"
    assert (row["added"], row["answer_by"]) == (before["added"], before["answer_by"])
    assert row["claimed_by"] == "Anna"
    assert last_data(world, "inbox.changed") == {"was": intent, "by": "Anna"}
    with pytest.raises(ServiceError) as raised:
        command(world, VENDOR, "inbox.answer", intent=intent, by="Anna")
    assert raised.value.code == "inbox.changed"
    assert newer.id.hex() in raised.value.message
    command(world, VENDOR, "inbox.answer", intent=newer.id.hex(), by="Anna")
    assert deal_with(world, VENDOR, VENDOR).quantity == 2


def test_under_other_rules_the_node_answers_what_nobody_works_on(world: World) -> None:
    leave_all(world)
    publish(world)
    publish(world, OTHER_CUSTOMER)
    claimed = next(
        row["intent"] for row in waiting(world)
        if row["intent"] == newest(world, OTHER_CUSTOMER)
    )  # fmt: skip
    command(world, VENDOR, "inbox.claim", intent=claimed, by="Anna")
    command(world, VENDOR, "vendor.policy.set", reserve=True)
    tick(world, 1)
    (row,) = waiting(world)
    assert (row["intent"], row["why"]) == (claimed, "everything is left to a human")
    assert answer_of(world)[0] == "offered"
    assert last_data(world, "inbox.left") == {"reason": "answered_by_node"}
    tick(world, 3600)
    assert inbox_rows.get(world.nodes[VENDOR].reader, pseudonym(world, OTHER_CUSTOMER).pseudonym)


def _enter(world: World, number: int, *, work: int, life_s: int = 86_400) -> bool:
    """A stranger's intent that comes to the inbox; whether it got in."""
    own = own_intent(world)
    base = market.get_intent(world.nodes[VENDOR].reader, pseudonym(world, CUSTOMER).pseudonym)
    assert base is not None
    value = (1 << (255 - work)) | number
    stored = replace(
        base,
        pseudonym=number.to_bytes(32, "big"),
        envelope_id=value.to_bytes(32, "big"),
        valid_through=world.now + life_s,
        answer=None,
    )
    assert own.intent_id

    def enter(ctx: object) -> bool:
        from vrmnode.engine.records import read_intent
        from vrmnode.engine.vendor import shop

        tx, now = ctx.tx, ctx.now  # type: ignore[attr-defined]
        market.upsert_intent(tx, stored)
        here = shop.open_shop(tx, now)
        assert here is not None
        inbox.add(ctx, here, stored, read_intent(stored.body), "test")  # type: ignore[arg-type]
        return inbox_rows.get(tx, stored.pseudonym) is not None

    return bool(world.nodes[VENDOR].machine.turn(enter))


def test_a_full_inbox_keeps_the_most_work_then_what_ends_soon(world: World) -> None:
    leave_all(world, most=2)
    publish(world)
    first = waiting(world)[0]["intent"]
    command(world, VENDOR, "inbox.claim", intent=first, by="Anna")
    assert _enter(world, 1, work=20)
    assert not _enter(world, 2, work=19)
    assert not _enter(world, 3, work=20, life_s=90_000)
    assert _enter(world, 4, work=20, life_s=80_000)
    assert last_data(world, "inbox.left") == {"reason": "full"}
    assert _enter(world, 5, work=21, life_s=90_000)
    found = [row["intent"] for row in waiting(world)]
    assert len(found) == 2 and first in found, "what somebody works on stays"
    refused = [
        row for row in deals.list_deals(world.nodes[VENDOR].reader) if row.state == "refused"
    ]
    assert len(refused) == 4, "who found no room is told that it is closed"


def test_a_full_inbox_may_be_silent(world: World) -> None:
    stay_silent(world, "vendor-2")
    rules = {"everything": True, "most": 1}
    set_shop_policy(world, VENDOR, inbox=rules, refuse_when_closed=False)
    publish(world)
    first = waiting(world)[0]["intent"]
    command(world, VENDOR, "inbox.claim", intent=first, by="Anna")
    assert not _enter(world, 1, work=30)
    assert deals.list_deals(world.nodes[VENDOR].reader) == []
