"""The gate: a verdict for every message, and each look-up once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import trio

from tests.node.conftest import NOW
from vrmnode.engine.machine import Machine
from vrmnode.network import ACCEPTED, Sender, Verdict, Way
from vrmnode.node import gate as gates
from vrmnode.node.clock_watch import ClockWatch
from vrmnode.node.gate import RECENT_IDS, Gate
from vrmnode.round_robin import Asker
from vrmnode.signatures.checker import INLINE, SignatureChecker
from vrmnode.signatures.requests import Signed
from vrmnode.storage import envelopes, seen
from vrmprotocol import encoding, envelope
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import RemoteError
from vrmprotocol.keys import SigningKey

MARKET, DIRECTORY = "/vrm/1/market/0", "/vrm/1/directory"
PEER = "a peer"


def _made(number: int = 1, *, kind: str = "novelty", created: int = NOW - 1200) -> Envelope:
    return envelope.build_stamped(
        kind=kind,
        topic=MARKET,
        tag=None,
        body=encoding.encode({"v": 1, "number": number}),
        created=created,
        expires=created + 86_400,
        signing_key=SigningKey(number.to_bytes(32, "big")),
        grind=lambda core, bits: bytes(8),
    )


class _Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def gate(machine: Machine, clock: _Clock) -> Gate:
    return Gate(machine.database.reader(), clock)


def _say(gate: Gate, topic: str, raw: bytes, peer: str = PEER) -> Verdict:
    """What is said of one message."""
    (found,) = trio.run(gate.validate, [(topic, raw)], Sender(Way.GOSSIP, peer))
    return found.verdict


def _remember(machine: Machine, known: Envelope) -> None:
    machine.turn(lambda ctx: seen.add(ctx.tx, known.id, known.expires))


def test_a_well_formed_message_is_accepted_and_waits(gate: Gate) -> None:
    made = _made()
    assert _say(gate, MARKET, made.raw, PEER) is Verdict.ACCEPT
    assert gate.take(MARKET, made.raw) == made
    assert gate.refused == {}


@pytest.mark.parametrize(
    ("topic", "data", "code"),
    [
        (MARKET, b"", "encoding.truncated"),
        (MARKET, b"\xc1", "encoding.forbidden_type"),
        (MARKET, b"\x80", "envelope.schema"),
        (MARKET, bytes(70_000), "envelope.too_large"),
        (DIRECTORY, _made, "envelope.topic"),
    ],
)
def test_what_no_honest_node_sends_is_rejected(
    gate: Gate, topic: str, data: object, code: str
) -> None:
    raw = data if isinstance(data, bytes) else _made().raw
    assert _say(gate, topic, raw, PEER) is Verdict.REJECT
    assert gate.refused == {code: 1}


def _forged(raw: bytes) -> bytes:
    at = raw.index(b"\xa3sig\xc4\x40") + 6
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def test_a_wrong_signature_is_rejected(gate: Gate) -> None:
    assert _say(gate, MARKET, _forged(_made().raw), PEER) is Verdict.REJECT
    assert gate.refused == {"envelope.signature": 1}


@pytest.mark.parametrize("count", [1, INLINE + 1, 33, 128])
def test_wrong_signatures_are_found_among_any_number(gate: Gate, count: int) -> None:
    raws = [_made(number + 1).raw for number in range(count)]
    wrong = {0, count // 2, count - 1}
    sent = [(MARKET, _forged(raw) if at in wrong else raw) for at, raw in enumerate(raws)]
    found = trio.run(gate.validate, sent, Sender(Way.GOSSIP, PEER))
    assert {at for at, each in enumerate(found) if each.verdict is Verdict.REJECT} == wrong
    assert all(found[at].verdict is Verdict.ACCEPT for at in range(count) if at not in wrong)
    assert gate.refused == {"envelope.signature": len(wrong)}


def test_signatures_are_checked_on_behalf_of_who_sent_them(machine: Machine) -> None:
    asked: list[Asker] = []

    class Noting(SignatureChecker):
        async def check(self, some: Sequence[Signed], asker: Asker) -> list[bool]:
            asked.append(asker)
            return await super().check(some, asker)

    gate = Gate(machine.database.reader(), lambda: NOW, checker=Noting())
    senders = [Sender(Way.SYNC, "a peer"), Sender(Way.GOSSIP, "a peer"), Sender(Way.SYNC, "b")]
    for number, sender in enumerate(senders, start=1):
        assert trio.run(gate.validate, [(MARKET, _made(number).raw)], sender) == [ACCEPTED]
    assert asked == senders


@pytest.mark.parametrize(
    ("off_s", "code"), [(-3600, "envelope.from_future"), (90_000, "envelope.expired")]
)
def test_where_clocks_may_differ_nobody_is_blamed(
    gate: Gate, clock: _Clock, off_s: int, code: str
) -> None:
    clock.now += off_s
    assert _say(gate, MARKET, _made().raw, PEER) is Verdict.IGNORE
    assert gate.refused == {code: 1}


def test_a_body_that_a_newer_version_could_mean_is_ignored(gate: Gate) -> None:
    assert _say(gate, MARKET, _made(kind="intent").raw, PEER) is Verdict.IGNORE
    (code,) = gate.refused
    assert code.startswith("message.")


def test_what_is_on_disk_is_a_duplicate(gate: Gate, machine: Machine) -> None:
    made = _made()
    _remember(machine, made)
    assert _say(gate, MARKET, made.raw, PEER) is Verdict.IGNORE
    assert gate.refused == {"envelope.duplicate": 1}


def test_what_was_committed_needs_no_look_up(gate: Gate, machine: Machine) -> None:
    made = _made()
    gate.committed(made.id)
    machine.database.close()
    assert _say(gate, MARKET, made.raw, PEER) is Verdict.IGNORE


def test_a_postbox_tells_what_it_has_from_what_it_had(machine: Machine, clock: _Clock) -> None:
    made = _made()
    _remember(machine, made)
    plain = Gate(machine.database.reader(), clock)
    postbox = Gate(machine.database.reader(), clock, holds=True)

    def code(gate: Gate) -> str:
        (found,) = trio.run(gate.validate, [(MARKET, made.raw)], Sender(Way.GOSSIP, PEER))
        assert found.verdict is Verdict.IGNORE
        return found.code

    assert (code(plain), code(postbox)) == ("envelope.duplicate", "submit.not_kept")
    row = envelopes.StoredEnvelope(
        id=made.id,
        topic=made.topic,
        kind=made.kind,
        author=made.author,
        created=made.created,
        expires=made.expires,
        received_at=NOW,
        raw=made.raw,
    )
    machine.turn(lambda ctx: envelopes.put(ctx.tx, row))
    assert (code(plain), code(postbox)) == ("envelope.duplicate", "envelope.duplicate")


def test_remembered_ids_are_bounded(gate: Gate) -> None:
    made = _made()
    gate.committed(made.id)
    for number in range(RECENT_IDS):
        gate.committed(number.to_bytes(32, "big"))
    assert len(gate._recent) == RECENT_IDS
    assert _say(gate, MARKET, made.raw, PEER) is Verdict.ACCEPT


def test_what_waits_is_bounded_and_verified_anew_when_it_gave_way(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [_made(number) for number in range(1, 6)]
    monkeypatch.setattr(gates, "MAX_WAITING_BYTES", sum(len(each.raw) for each in made[1:]))
    for each in (*made, made[-1]):
        _say(gate, MARKET, each.raw, PEER)
    assert list(gate._verified) == [each.raw for each in made[1:]]
    for each in made:
        assert gate.take(MARKET, each.raw) == each
    assert (len(gate._verified), gate._waiting_bytes) == (0, 0)
    with pytest.raises(RemoteError):
        gate.take(DIRECTORY, made[0].raw)


def test_taking_twice_verifies_twice(gate: Gate) -> None:
    made = _made()
    _say(gate, MARKET, made.raw, PEER)
    assert gate.take(MARKET, made.raw) == gate.take(MARKET, made.raw)
    assert len(gate._verified) == 0


@pytest.mark.parametrize("offset_min", [-60, -21, 16, 20, 60])
def test_a_wrong_clock_is_told_in_minutes(gate: Gate, clock: _Clock, offset_min: int) -> None:
    clock.now += offset_min * 60
    for number in range(4):
        # Peers state a time 20 to 30 minutes back; 25 is the middle.
        _say(gate, MARKET, _made(number + 1, created=NOW - 1200 - 600 * (number % 2)).raw, PEER)
    warning = gate.clock_warning()
    assert warning is not None
    way = "ahead of" if offset_min > 0 else "behind"
    assert way in warning
    told = int(warning.split("about ")[1].split(" minutes")[0])
    assert abs(told - abs(offset_min)) <= 5


@pytest.mark.parametrize("offset_min", [-9, 0, 9])
def test_good_clocks_give_no_warning(gate: Gate, clock: _Clock, offset_min: int) -> None:
    clock.now += offset_min * 60
    for number in range(10):
        _say(gate, MARKET, _made(number + 1, created=NOW - 1200 - 600 * (number % 2)).raw, PEER)
    assert gate.clock_warning() is None


def test_two_witnesses_are_too_few() -> None:
    watch = ClockWatch()
    for author in (b"a", b"b", b"a"):
        watch.saw(author, NOW - 9_000, NOW)
    assert (watch.offset_s(), watch.warning()) == (None, None)
    watch.saw(b"c", NOW - 9_000, NOW)
    assert watch.offset_s() == 7_500
    assert "125 minutes ahead of" in (watch.warning() or "")


def test_a_minority_of_liars_changes_nothing() -> None:
    watch = ClockWatch()
    for number in range(5):
        watch.saw(bytes([number]), NOW - 1_500, NOW)
    for number in range(5, 9):
        watch.saw(bytes([number]), NOW + 10_000, NOW)
    assert watch.warning() is None
