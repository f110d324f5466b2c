"""What must leave, until it has; examples, and a model that hypothesis drives."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.storage.samples import key
from vrmnode.storage import outbox
from vrmnode.storage.database import Database, Tx


def _mail(tx: Tx, number: int, *, next_at: int = 100, until: int = 1000, deal: int = 1) -> int:
    return outbox.put_mail(
        tx,
        deal=key(deal),
        digest=key(number),
        seq=number,
        raw=b"inner",
        next_at=next_at,
        until=until,
    )


def _market(tx: Tx, number: int, *, next_at: int = 100, until: int = 1000) -> int:
    return outbox.put_market(
        tx, topic="/vrm/1/market/0", envelope_id=key(number), raw=b"e", next_at=next_at, until=until
    )


def test_the_same_thing_is_sent_once(tx: Tx) -> None:
    first, second = _mail(tx, 1), _market(tx, 1)
    assert first != second
    assert (_mail(tx, 1, next_at=5), _market(tx, 1, next_at=5)) == (first, second)
    row = outbox.get(tx, first)
    assert row is not None
    assert (row.next_at, row.kind, row.digest, row.done_at) == (100, "mail", key(1), None)
    assert outbox.pending_count(tx) == 2


def test_due_from_its_time_until_its_end(tx: Tx) -> None:
    late, early = _mail(tx, 1, next_at=100), _mail(tx, 2, next_at=50, until=60)
    assert outbox.next_due_at(tx, 0) == 50
    assert outbox.due(tx, 49) == []
    assert [row.id for row in outbox.due(tx, 50)] == [early]
    assert outbox.next_due_at(tx, 60) == 100
    assert [row.id for row in outbox.due(tx, 100)] == [late]
    assert len(outbox.due(tx, 59, limit=0)) == 0


def test_an_attempt_is_counted_and_put_off(tx: Tx) -> None:
    number = _mail(tx, 1)
    outbox.record_attempt(tx, number, 105, envelope_id=key(7))
    outbox.record_attempt(tx, number, 115)
    row = outbox.get(tx, number)
    assert row is not None
    assert (row.attempts, row.next_at, row.envelope_id) == (2, 115, key(7))


def test_acknowledged_mail_is_done_under_whatever_envelope(tx: Tx) -> None:
    for number in (1, 2, 3):
        _mail(tx, number, deal=number)
    _market(tx, 1)
    assert outbox.done_by_digest(tx, [key(1), key(9)], 200) == 1
    assert outbox.done_by_digest(tx, [key(1)], 300) == 0
    assert outbox.done_by_deal(tx, key(2), 200) == 1
    assert [row.digest for row in outbox.due(tx, 100)] == [key(3), None]


def test_what_never_got_through_is_reported(tx: Tx) -> None:
    number = _mail(tx, 1, until=500)
    _mail(tx, 2, until=501)
    assert [row.id for row in outbox.lapse(tx, 500)] == [number]
    assert outbox.lapse(tx, 500) == []
    assert outbox.pending_count(tx) == 1


def test_done_rows_are_forgotten_later(tx: Tx) -> None:
    number = _mail(tx, 1)
    _mail(tx, 2)
    outbox.done(tx, number, 200)
    assert outbox.purge(tx, 200) == 0
    assert outbox.purge(tx, 201) == 1
    assert outbox.get(tx, number) is None


def test_everything_is_due_when_a_peer_comes(tx: Tx) -> None:
    _mail(tx, 1, next_at=900)
    _market(tx, 2, next_at=900)
    assert outbox.make_due(tx, 100, "market") == 1
    assert [row.kind for row in outbox.due(tx, 100)] == ["market"]
    assert outbox.make_due(tx, 100) == 1
    assert outbox.next_due_at(tx, 0) == 100


def test_postponing_counts_no_attempt(tx: Tx) -> None:
    number = _mail(tx, 1)
    outbox.postpone(tx, number, 150)
    row = outbox.get(tx, number)
    assert row is not None
    assert (row.attempts, row.next_at) == (0, 150)


def test_a_done_message_is_sent_again(tx: Tx) -> None:
    number = _mail(tx, 1)
    outbox.done(tx, number, 120)
    outbox.again(tx, key(1), 130)
    assert outbox.due(tx, 129) == []
    assert [row.id for row in outbox.due(tx, 130)] == [number]


@dataclass
class Row:
    next_at: int
    until: int
    deal: int
    done: bool = False
    attempts: int = 0


NUMBERS = st.integers(0, 9)
TIMES = st.integers(0, 60)


class OutboxMachine(RuleBasedStateMachine):
    """The outbox against a dictionary; the database is closed and opened between the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database = Database.open(self.folder / "node.db")
        self.model: dict[int, Row] = {}
        self.now = 0

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    @rule(number=NUMBERS, wait=TIMES, life=TIMES, deal=st.integers(0, 2))
    def put(self, number: int, wait: int, life: int, deal: int) -> None:
        row = Row(self.now + wait, self.now + life, deal)
        with self.database.transaction() as tx:
            _mail(tx, number, next_at=row.next_at, until=row.until, deal=deal)
        self.model.setdefault(number, row)

    @rule(number=NUMBERS, wait=TIMES)
    def put_but_fail(self, number: int, wait: int) -> None:
        try:
            with self.database.transaction() as tx:
                _mail(tx, number, next_at=self.now + wait, until=self.now + 100)
                raise RuntimeError
        except RuntimeError:
            pass

    @rule(pause_s=TIMES)
    def send(self, pause_s: int) -> None:
        with self.database.transaction() as tx:
            for row in outbox.due(tx, self.now):
                outbox.record_attempt(tx, row.id, self.now + 1 + pause_s)
                assert row.seq is not None
                self.model[row.seq].attempts += 1
                self.model[row.seq].next_at = self.now + 1 + pause_s

    @rule(numbers=st.lists(NUMBERS, max_size=3))
    def acknowledged(self, numbers: list[int]) -> None:
        with self.database.transaction() as tx:
            outbox.done_by_digest(tx, [key(number) for number in numbers], self.now)
        for number in numbers:
            if number in self.model:
                self.model[number].done = True

    @rule(deal=st.integers(0, 2))
    def deal_ended(self, deal: int) -> None:
        with self.database.transaction() as tx:
            outbox.done_by_deal(tx, key(deal), self.now)
        for row in self.model.values():
            row.done = row.done or row.deal == deal

    @rule(seconds=TIMES)
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def lapse(self) -> None:
        with self.database.transaction() as tx:
            found = {row.seq for row in outbox.lapse(tx, self.now)}
        expected = {n for n, row in self.model.items() if not row.done and row.until <= self.now}
        assert found == expected
        for number in expected:
            self.model[number].done = True

    @rule()
    def restart(self) -> None:
        self.database.close()
        self.database = Database.open(self.folder / "node.db")

    @invariant()
    def same_as_the_model(self) -> None:
        pending = {n: row for n, row in self.model.items() if not row.done}
        running = {n: row for n, row in pending.items() if row.until > self.now}
        due = {(n, row.attempts) for n, row in running.items() if row.next_at <= self.now}
        with self.database.transaction() as tx:
            assert outbox.pending_count(tx) == len(pending)
            assert {(row.seq, row.attempts) for row in outbox.due(tx, self.now)} == due
            earliest = min((row.next_at for row in running.values()), default=None)
            assert outbox.next_due_at(tx, self.now) == earliest


OutboxMachine.TestCase.settings = hypothesis_settings(
    max_examples=30, stateful_step_count=30, deadline=None
)
TestOutboxMachine = OutboxMachine.TestCase


def test_what_is_pending_whether_due_or_not(tx: Tx) -> None:
    late, soon = _mail(tx, 1, next_at=900), _mail(tx, 2, next_at=200, deal=2)
    outbox.done(tx, _mail(tx, 3), 100)
    _market(tx, 4, until=150)
    assert [row.id for row in outbox.pending(tx, 150)] == [soon, late]
    assert [row.id for row in outbox.pending(tx, 150, key(2))] == [soon]
