"""Numbering, acknowledging and queueing the mail of a deal."""

from __future__ import annotations

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    agreed,
    deal_with,
    hand_over,
    in_turn,
    interpreted,
    kinds,
    offered,
    pass_on,
    queued,
    told,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine.context import ACK_DELAY_S
from vrmnode.engine.mail import mailroom
from vrmnode.engine.mail.mailroom import MAX_ACKS_PER_DEAL, MAX_PEER_MESSAGES
from vrmnode.engine.records import load_deal
from vrmnode.storage import deals, messages, outbox, tags, timers
from vrmnode.storage.database import Connection
from vrmnode.storage.tags import WatchedTag
from vrmprotocol import tags as tag_rules
from vrmprotocol.mail import Ack, Decline, Offer


def _later(world: World, who: str, seconds: int = ACK_DELAY_S) -> None:
    world.now += seconds
    world.nodes[who].run_timers()


def _empty_no(number: int) -> Decline:
    """A vendor's decline of something that the customer never had."""
    return Decline(of=number.to_bytes(32, "big"), reason="closed")


def test_messages_of_a_deal_are_numbered_and_chained(world: World) -> None:
    agreed(world)
    _later(world, CUSTOMER)
    assert kinds(world, CUSTOMER) == ["accept", "ack"]
    assert kinds(world, VENDOR) == ["offer", "agreement"]
    for who in (CUSTOMER, VENDOR):
        own = [interpreted(item) for item in told(world, who)]
        assert [signed.seq for signed in own] == list(range(len(own)))
        assert own[0].prev is None
        assert [signed.prev for signed in own[1:]] == [signed.digest for signed in own[:-1]]


def test_an_answer_carries_the_acknowledgement(world: World) -> None:
    agreed(world)
    offer, countersigned = told(world, VENDOR)
    accept = told(world, CUSTOMER)[0]
    assert interpreted(accept).received == (offer.digest,)
    assert interpreted(countersigned).received == (accept.digest,)
    assert offer.acked_at == world.now
    assert all(row.digest != offer.digest for row in queued(world, VENDOR))


def test_nothing_is_acknowledged_before_the_delay(world: World) -> None:
    offered(world)
    _later(world, CUSTOMER, ACK_DELAY_S - 1)
    assert kinds(world, CUSTOMER) == []
    _later(world, CUSTOMER, 1)
    assert kinds(world, CUSTOMER) == ["ack"]
    assert timers.due(world.nodes[CUSTOMER].reader, world.now + 60) == [] or all(
        timer.kind != "acknowledge"
        for timer in timers.due(world.nodes[CUSTOMER].reader, world.now + 60)
    )


def test_an_ack_is_not_acknowledged(world: World) -> None:
    offered(world)
    _later(world, CUSTOMER)
    pass_on(world, CUSTOMER)
    _later(world, VENDOR, 60)
    assert kinds(world, VENDOR) == ["offer"]


def test_a_duplicate_gets_the_same_ack_at_the_next_attempt(world: World) -> None:
    row = offered(world)
    _later(world, CUSTOMER)
    secret = _secret(world)
    sent = []
    for _ in range(3):
        world.pump(CUSTOMER)
        (flight,) = world.link
        world.link.clear()
        sent.append(flight)
        hand_over(world, CUSTOMER, told(world, VENDOR)[0].raw, deal=row.deal)
        _later(world, CUSTOMER)
    assert kinds(world, CUSTOMER) == ["ack"]
    assert len({flight.raw for flight in sent}) == 1
    assert [flight.tag for flight in sent] == [
        tag_rules.derive(secret, "c", 0, attempt, 0) for attempt in range(3)
    ]


def _secret(world: World) -> bytes:
    body = interpreted(told(world, VENDOR)[0]).body
    assert isinstance(body, Offer)
    return body.secret


def test_a_duplicate_after_another_message_gets_a_new_ack(world: World) -> None:
    row = agreed(world)
    hand_over(world, CUSTOMER, told(world, VENDOR)[0].raw, deal=row.deal)
    _later(world, CUSTOMER)
    own = told(world, CUSTOMER)
    assert [item.kind for item in own] == ["accept", "ack"]
    assert told(world, VENDOR)[0].digest in interpreted(own[-1]).received


def test_acks_in_one_deal_are_capped(world: World) -> None:
    row = offered(world)
    for number in range(1, MAX_ACKS_PER_DEAL + 10):
        signed = vendor_says(world, _empty_no(number), seq=number)
        hand_over(world, CUSTOMER, signed.raw, deal=row.deal)
        _later(world, CUSTOMER)
    assert kinds(world, CUSTOMER) == ["ack"] * MAX_ACKS_PER_DEAL


def test_a_deal_keeps_so_many_messages_of_a_peer(world: World) -> None:
    row = offered(world)
    for number in range(1, MAX_PEER_MESSAGES):
        signed = vendor_says(world, _empty_no(number), seq=number)
        assert hand_over(world, CUSTOMER, signed.raw, deal=row.deal).notes == ()
    over = vendor_says(world, _empty_no(7777), seq=7777)
    outcome = hand_over(world, CUSTOMER, over.raw, deal=row.deal)
    assert outcome.notes == ("message dropped: the deal has its fill of them",)
    reader = world.nodes[CUSTOMER].reader
    assert len([m for m in messages.list_messages(reader, row.deal) if not m.own]) == (
        MAX_PEER_MESSAGES
    )
    known = told(world, VENDOR)[0]
    assert hand_over(world, CUSTOMER, known.raw, deal=row.deal).notes == ()


def test_received_of_another_deal_settles_nothing(world: World) -> None:
    row = offered(world)
    offer = told(world, VENDOR)[0]
    theirs = vendor_says(world, Ack(), seq=1, received=(offer.digest, bytes(32)))
    assert hand_over(world, CUSTOMER, theirs.raw, deal=row.deal).error is None
    kept = messages.get(world.nodes[CUSTOMER].reader, offer.digest)
    assert kept is not None
    assert kept.acked_at is None


def test_tags_of_the_next_messages_are_watched(world: World) -> None:
    row = offered(world)
    watched = tags.list_tags(world.nodes[CUSTOMER].reader, row.deal)
    assert {(item.seq, item.attempt) for item in watched} == {
        (seq, attempt) for seq in range(1, 9) for attempt in range(4)
    }
    theirs = tags.list_tags(world.nodes[VENDOR].reader, row.deal)
    assert {item.seq for item in theirs} == set(range(8))


def test_what_is_watched_for_long_enough_is_not_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = offered(world)
    written: list[tuple[int, int]] = []
    watch = tags.watch

    def noting(tx: Connection, rows: list[WatchedTag]) -> None:
        written.extend((one.seq, one.attempt) for one in rows)
        watch(tx, rows)

    def watch_again() -> None:
        in_turn(world, CUSTOMER, lambda ctx: mailroom.watch(ctx, load_deal(ctx.tx, row.deal)))

    monkeypatch.setattr(tags, "watch", noting)
    watch_again()
    assert written == []
    in_turn(world, CUSTOMER, lambda ctx: tags.unwatch_below(ctx.tx, row.deal, 3))
    watch_again()
    assert written == [(seq, attempt) for seq in (1, 2) for attempt in range(4)]
    until = {tag.until for tag in tags.list_tags(world.nodes[CUSTOMER].reader, row.deal)}
    later = (row.confirm_by or 0) + 5
    in_turn(
        world, CUSTOMER, lambda ctx: deals.update(ctx.tx, row.deal, updated=1, confirm_by=later)
    )
    watch_again()
    (end,) = {tag.until for tag in tags.list_tags(world.nodes[CUSTOMER].reader, row.deal)}
    assert {end} == {each + 5 for each in until}


def test_an_acknowledged_message_is_resent_no_more(world: World) -> None:
    agreed(world)
    _later(world, CUSTOMER)
    pass_on(world, CUSTOMER)
    assert outbox.pending_count(world.nodes[VENDOR].reader) == 0
    assert outbox.pending_count(world.nodes[CUSTOMER].reader) == 0
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"
