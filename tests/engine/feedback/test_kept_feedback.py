"""What is kept of feedback that strangers publish, and what of it is shown and counted."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import CUSTOMER, VENDOR
from tests.engine.world import World
from vrmnode.engine import inbound
from vrmnode.engine.feedback import feedback_desk, kept_feedback
from vrmnode.storage import feedback
from vrmprotocol import certificate, envelope, keys, market
from vrmprotocol import feedback as protocol
from vrmprotocol.envelope import Envelope
from vrmprotocol.feedback import Feedback
from vrmprotocol.fields import DAY_S
from vrmprotocol.keys import SigningKey

STRANGERS_ROOT = SigningKey(b"R" * 32)
STRANGERS_KEY = SigningKey(b"K" * 32)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()


def _stranger_says(
    world: World, number: int, rating: int = 5, *, month: str | None = None, seq: int = 0
) -> Envelope:
    """Feedback about a vendor that grants itself as much as it likes."""
    author = SigningKey(number.to_bytes(32, "big"))
    certified = certificate.issue(
        STRANGERS_ROOT,
        subject=STRANGERS_KEY.public,
        serial=0,
        not_before=world.now - 100 * DAY_S,
        not_after=world.now + 200 * DAY_S,
    )
    month = month or protocol.month_of(world.now)
    body = Feedback(
        v=1,
        seq=seq,
        certificate=certified,
        month=month,
        grant=protocol.grant(
            STRANGERS_KEY, root=STRANGERS_ROOT.public, feedback_key=author.public, month=month
        ),
        rating_value=rating,
    )
    created = envelope.quantise_time(world.now)
    return envelope.build(
        kind="feedback",
        topic="/vrm/1/directory",
        tag=None,
        body=market.to_body(body),
        created=created,
        expires=created + DAY_S,
        signing_key=author,
        stamp=bytes(8),
    )


def test_a_flood_is_sampled_and_cannot_choose_what_goes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_feedback, "MOST_OF_MONTH", 10)
    kept: dict[str, set[bytes]] = {}
    for who in (CUSTOMER, VENDOR):
        for number in range(1, 61):
            arrived = _stranger_says(world, number)
            world.nodes[who].turn(partial(inbound.accept_envelope, arrived=arrived))
        rows = feedback.about_vendor(world.nodes[who].reader, STRANGERS_ROOT.public, world.now, 100)
        kept[who] = {row.key for row in rows}
        assert len(kept[who]) == 10
    assert kept[CUSTOMER] != kept[VENDOR]


def test_moving_to_another_month_makes_no_room_for_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_feedback, "MOST_OF_MONTH", 5)
    node, this = world.nodes[CUSTOMER], protocol.month_of(world.now)
    last = protocol.month_of(world.now - 31 * DAY_S)
    for number in range(1, 31):
        for month, seq in ((last, 0), (this, 1)):
            arrived = _stranger_says(world, number, month=month, seq=seq)
            node.turn(partial(inbound.accept_envelope, arrived=arrived))
    for month in (last, this):
        assert feedback.count_of_month(node.reader, STRANGERS_ROOT.public, month) <= 5


# SPEC 14: The reader MUST NOT choose what it shows or counts of what it keeps by anything that a
# vendor can set.
def test_what_is_said_newest_pushes_nothing_out_of_what_is_shown_and_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_feedback, "LISTED", 5)
    node = world.nodes[CUSTOMER]
    for number in range(1, 21):
        bad = _stranger_says(world, number, rating=1)
        node.turn(partial(inbound.accept_envelope, arrived=bad))
    world.now += 3_600
    for number in range(101, 121):
        good = _stranger_says(world, number, rating=5)
        node.turn(partial(inbound.accept_envelope, arrived=good))
    asked = {"vendor": keys.to_did(STRANGERS_ROOT.public)}
    value = feedback_desk.feedback_list(node.reader, node.machine.vault, asked, world.now)
    counts, listed = value["counts"], value["feedback"]
    assert isinstance(counts, dict)
    assert isinstance(listed, list)
    assert counts["feedback"] == 40
    assert (counts["rating"]["1"], counts["rating"]["5"]) == (20, 20)
    assert len(listed) == 5
    kept = feedback.about_vendor(node.reader, STRANGERS_ROOT.public, world.now, 40)
    drawn = sorted(kept, key=lambda row: row.rank)[:5]
    assert {each["feedback"] for each in listed} == {row.key.hex() for row in drawn}
    times = [each["said_at"] for each in listed]
    assert times == sorted(times, reverse=True), "the newest first"


def test_what_has_expired_goes(world: World) -> None:
    node = world.nodes[CUSTOMER]
    node.turn(partial(inbound.accept_envelope, arrived=_stranger_says(world, 1)))
    world.now += 2 * DAY_S
    node.turn(kept_feedback.tidy)
    assert feedback.get(node.reader, SigningKey((1).to_bytes(32, "big")).public) is None
