"""Questions and counters in the inbox: answered by people, or what the policy says in time."""

from __future__ import annotations

import json

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    deal_with,
    event_types,
    first_offer,
    kinds,
    offered,
    pass_on,
    set_shop_policy,
    stay_silent,
)
from tests.engine.world import World
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.negotiation import by_human
from vrmnode.engine.records import load_deal
from vrmnode.errors import NodeError
from vrmnode.storage import deals
from vrmnode.storage import inbox as waiting_intents
from vrmnode.storage import inbox_mail as stored_mail
from vrmnode.storage.inbox import InboxEntry
from vrmprotocol.errors import LocalError

INBOX = {"counters": True, "answer_minutes": 30}


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    made = make_world(inbox=INBOX)
    offered(made)
    return made


def _total(world: World, who: str = CUSTOMER) -> int:
    """The least total that is offered."""
    record = load_deal(world.nodes[who].reader, deal_with(world, who, VENDOR).deal)
    return min(offer_of(o).draft.price_specification.total for o in record.state.offers.values())


def _counter(world: World, cents: int) -> str:
    total = f"{cents // 100}.{cents % 100:02} EUR"
    shown = command(
        world, CUSTOMER, "offer.counter", offer=first_offer(world).digest.hex(), total=total
    )
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert isinstance(shown, dict)
    return str(shown["counter"])


def _ask(world: World, text: str = "Is it new?") -> str:
    offer = first_offer(world).digest.hex()
    shown = command(world, CUSTOMER, "offer.ask", offer=offer, text=text)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert isinstance(shown, dict)
    return str(shown["question"])


def _waiting(world: World) -> list[dict[str, object]]:
    node = world.nodes[VENDOR]
    found = by_human.inbox_list(node.reader, node.machine.vault, {}, world.now)
    assert json.loads(json.dumps(found)) == found
    return found


def _code(world: World, name: str, **params: object) -> str:
    with pytest.raises((NodeError, LocalError)) as caught:
        command(world, VENDOR, name, **params)
    return str(getattr(caught.value, "code", None))


def test_a_counter_waits_and_is_taken_at_what_it_named(world: World) -> None:
    was = _total(world)
    counter = _counter(world, was - 300)
    (row,) = _waiting(world)
    assert (row["kind"], row["id"], row["total"], row["offered"]) == (
        *("counter", counter, was - 300, was),
    )
    assert kinds(world, VENDOR)[-1] != "decline", "the node says nothing by itself"
    command(world, VENDOR, "inbox.answer", intent=counter[:12])
    assert _waiting(world) == []
    pass_on(world, VENDOR)
    assert _total(world) == was - 300
    assert event_types(world, VENDOR)[-2:] == ["counter.answered", "inbox.answered"]
    assert _code(world, "inbox.answer", intent=counter) == "inbox.not_found"


def test_a_counter_is_answered_by_another_total(world: World) -> None:
    was = _total(world)
    counter = _counter(world, was - 1000)
    assert _code(world, "inbox.answer", intent=counter, total="9000 EUR") == "counter.no_step"
    assert _code(world, "inbox.answer", intent=counter, total="1 USD") == "counter.currency"
    assert _code(world, "inbox.answer", intent=counter, text="No.", offer={"sku": "x"}) == (
        "request.invalid"
    )
    total = f"{(was - 200) // 100}.{(was - 200) % 100:02} EUR"
    command(world, VENDOR, "inbox.answer", intent=counter, total=total)
    pass_on(world, VENDOR)
    assert _total(world) == was - 200


def test_below_the_price_rules_only_on_purpose(world: World) -> None:
    set_shop_policy(world, VENDOR, inbox=INBOX, prices=[{"floor": "35.00 EUR"}])
    counter = _counter(world, 2000)
    assert _code(world, "inbox.answer", intent=counter) == "counter.below_floor"
    command(world, VENDOR, "inbox.answer", intent=counter, anyway=True)
    pass_on(world, VENDOR)
    assert _total(world) == 2000


def test_a_counter_is_declined_with_a_reason(world: World) -> None:
    was = _total(world)
    counter = _counter(world, was - 1000)
    told = command(world, VENDOR, "inbox.refuse", intent=counter, reason="floor", note="Sorry.")
    assert told == {"counter": counter, "reason": "floor", "told": True}
    pass_on(world, VENDOR)
    assert event_types(world, CUSTOMER)[-1] == "counter.declined"
    assert (_total(world), _waiting(world)) == (was, [])
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"


@pytest.mark.parametrize(
    ("when_over", "event", "kind"),
    [
        ("refuse", "counter.declined", "decline"),
        ("offer", "counter.answered", "offer"),
        ("silence", None, None),
    ],
)
def test_in_time_the_node_does_as_the_policy_says(
    make_world: MakeWorld, when_over: str, event: str | None, kind: str | None
) -> None:
    rules = {**INBOX, "when_over": when_over}
    world = make_world(inbox=rules, counter={"rounds": 3, "most_percent": 10, "step_percent": 5})
    stay_silent(world, OTHER_VENDOR)
    offered(world)
    _counter(world, _total(world) - 100)
    before = len(kinds(world, VENDOR))
    world.now += 29 * 60
    world.nodes[VENDOR].run_timers()
    assert len(_waiting(world)) == 1
    world.now += 2 * 60
    world.nodes[VENDOR].run_timers()
    assert _waiting(world) == []
    fresh = [each for each in kinds(world, VENDOR)[before:] if each != "ack"]
    assert fresh == ([] if kind is None else [kind])
    assert "inbox.timed_out" in event_types(world, VENDOR)
    assert event is None or event in event_types(world, VENDOR)


def test_a_claim_keeps_others_off_and_puts_the_end_off(world: World) -> None:
    counter = _counter(world, 3000)
    command(world, VENDOR, "inbox.claim", intent=counter, by="Anna")
    assert _waiting(world)[0]["claimed_by"] == "Anna"
    assert _code(world, "inbox.answer", intent=counter, by="Ben") == "inbox.claimed"
    assert _code(world, "inbox.refuse", intent=counter) == "inbox.claimed"
    world.now += 25 * 60
    command(world, VENDOR, "inbox.claim", intent=counter, by="Anna")
    world.now += 10 * 60
    world.nodes[VENDOR].run_timers()
    assert len(_waiting(world)) == 1, "Anna works on it"
    command(world, VENDOR, "inbox.release", intent=counter, by="Anna")
    assert _code(world, "inbox.release", intent=counter, by="Anna") == "inbox.not_claimed"
    world.now += 1
    world.nodes[VENDOR].run_timers()
    world.nodes[VENDOR].run_timers()
    assert _waiting(world) == []


def test_a_question_waits_and_is_answered_by_a_text(world: World) -> None:
    question = _ask(world)
    (row,) = _waiting(world)
    assert (row["kind"], row["id"], row["text"]) == ("question", question, "Is it new?")
    node = world.nodes[VENDOR]
    shown = by_human.inbox_show(
        node.reader, node.machine.vault, {"intent": question[:12]}, world.now
    )
    assert shown == row
    assert _code(world, "inbox.refuse", intent=question) == "inbox.question"
    assert _code(world, "inbox.answer", intent=question) == "request.invalid"
    command(world, VENDOR, "inbox.claim", intent=question, by="Anna")
    command(world, VENDOR, "inbox.answer", intent=question, text="Yes.", by="Anna")
    assert _waiting(world) == []
    assert kinds(world, VENDOR)[-1] == "answer"


def test_by_the_other_way_of_answering_it_waits_no_more(world: World) -> None:
    question = _ask(world)
    command(world, VENDOR, "vendor.reply", question=question, text="Yes.")
    assert _waiting(world) == []


def test_what_waits_in_a_deal_goes_when_it_is_agreed(world: World) -> None:
    _ask(world)
    _counter(world, 3000)
    assert len(_waiting(world)) == 2
    command(world, CUSTOMER, "offer.accept", offer=first_offer(world).digest.hex())
    pass_on(world, CUSTOMER)
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"
    assert _waiting(world) == []
    assert stored_mail.count(world.nodes[VENDOR].reader) == 0


def test_a_question_goes_with_its_offer(world: World) -> None:
    _ask(world)
    (row,) = _waiting(world)
    assert isinstance(row["answer_by"], int)
    world.now = row["answer_by"] + 1
    world.nodes[VENDOR].run_timers()
    assert stored_mail.count(world.nodes[VENDOR].reader) == 0


def test_without_the_rule_the_node_answers_counters(make_world: MakeWorld) -> None:
    world = make_world(inbox={"everything": False})
    offered(world)
    _counter(world, _total(world) - 100)
    assert kinds(world, VENDOR)[-1] == "decline"
    assert _waiting(world) == []


def test_too_late_for_another_offer(world: World) -> None:
    counter = _counter(world, 3000)
    command(world, VENDOR, "inbox.claim", intent=counter, by="Anna")
    world.now += 3 * 3600
    assert _code(world, "inbox.answer", intent=counter, by="Anna") == "counter.expired"


def test_an_id_that_could_be_of_both(world: World) -> None:
    counter = bytes.fromhex(_counter(world, 3000))
    twin = InboxEntry(
        pseudonym=bytes(32),
        envelope_id=counter[:31] + bytes([counter[31] ^ 1]),
        why="",
        work=0,
        added=1,
        answer_by=2,
        valid_through=3,
    )
    world.nodes[VENDOR].turn(lambda ctx: waiting_intents.put(ctx.tx, twin))
    assert _code(world, "inbox.claim", intent=counter.hex()[:12], by="A") == "inbox.ambiguous"
    command(world, VENDOR, "inbox.claim", intent=counter.hex(), by="A")


def test_what_waits_of_a_forgotten_deal_goes(world: World) -> None:
    counter = bytes.fromhex(_counter(world, 3000))
    deal = deal_with(world, VENDOR, VENDOR).deal
    world.nodes[VENDOR].turn(lambda ctx: deals.forget(ctx.tx, deal))
    assert _waiting(world) == []
    world.nodes[VENDOR].turn(lambda ctx: by_human.timed_out(ctx, counter))
    assert stored_mail.count(world.nodes[VENDOR].reader) == 0


def test_what_is_left_of_a_timer_does_nothing(world: World) -> None:
    counter = _counter(world, 3000)
    command(world, VENDOR, "inbox.refuse", intent=counter)
    before = event_types(world, VENDOR)
    world.nodes[VENDOR].turn(lambda ctx: by_human.timed_out(ctx, bytes.fromhex(counter)))
    assert event_types(world, VENDOR) == before
