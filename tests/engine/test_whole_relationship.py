"""The whole relationship over a bad link: both sides agree on it, whatever they do and lose.

Contact data change, vendors write within reach and beyond, customers revoke, opine and take back;
messages are lost, doubled, late; nodes crash and start again. `whole_relationship` says what has to
hold, and the planted faults show that it would be seen.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import Phase, given, seed
from hypothesis import strategies as st

from tests.engine.databases import databases_in_memory
from tests.engine.example_runs import examples, without_work
from tests.engine.steps import NAMES
from tests.engine.two_sides import CUSTOMERS, VENDORS
from tests.engine.whole_relationship import Begun, Step, Story
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import contact_spread
from vrmnode.engine.disclosure.contact_spread import Audience
from vrmnode.engine.feedback import kept_feedback
from vrmnode.storage import feedback
from vrmnode.storage.feedback import StoredFeedback
from vrmprotocol import reach
from vrmprotocol.envelope import Envelope
from vrmprotocol.feedback import Feedback
from vrmprotocol.reach_bodies import GRANTS, PURPOSES

SHARDS = 4
EXAMPLES = 2_000 if os.environ.get("CI") else 160
RARE = ("refused notes", "ended", "paused") if os.environ.get("CI") else ()
"""What needs many stories to be sure of."""

node = st.sampled_from([*CUSTOMERS, *VENDORS])
customer, vendor = st.sampled_from(CUSTOMERS), st.sampled_from(VENDORS)
index, version = st.integers(0, 20), st.integers(1, 4)
purpose = st.sampled_from(PURPOSES)
STEP = st.one_of(
    st.tuples(st.just("pump"), node),
    st.tuples(st.just("deliver"), index, st.booleans()),
    st.tuples(st.just("deliver"), index, st.just(False)),
    st.tuples(st.just("lose"), index),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 900, 86_400])),
    st.tuples(st.just("timers"), node),
    st.tuples(st.just("crash"), node),
    st.tuples(st.just("restart"), node),
    st.tuples(st.just("settle")),
    st.tuples(st.just("buy"), customer),
    st.tuples(st.just("set"), customer, version),
    st.tuples(st.just("plan"), customer, version, st.integers(1, 3)),
    st.tuples(st.just("drop"), customer),
    st.tuples(st.just("tell"), customer, index, st.sampled_from([["email"], ["locality", "name"]])),
    st.tuples(
        st.just("reach"),
        customer,
        index,
        st.sampled_from(GRANTS),
        st.lists(purpose, min_size=1, max_size=2, unique=True),
    ),
    st.tuples(st.sampled_from(["pause", "resume", "end"]), customer, index),
    st.tuples(
        st.just("begin"), vendor, index, st.sampled_from(["processing", "shipped", "delivered"])
    ),
    st.tuples(st.sampled_from(["write", "write", "write anyway"]), vendor, index, purpose),
    st.tuples(st.just("revoke and write"), customer, index, purpose),
    st.tuples(st.just("change one's mind"), customer, index, st.integers(1, 5)),
    # A deletion takes the vendor's key to later mail with it: then there is no rest to compare.
    st.tuples(st.just("right"), customer, index, st.sampled_from(["access", "sale:opt_out"])),
    st.tuples(st.just("ask"), customer, index),
    st.tuples(st.just("answer"), vendor, index),
    st.tuples(st.just("feedback"), customer, index, st.integers(1, 5), st.booleans()),
    st.tuples(st.just("withdraw feedback"), customer, index),
    st.tuples(st.just("repeat feedback"), customer),
)
SCRIPT = st.lists(STEP, min_size=5, max_size=16)
LOOK_EVERY = 4


@pytest.fixture(scope="module")
def begun() -> Iterator[Begun]:
    with pytest.MonkeyPatch.context() as patch, databases_in_memory(NAMES) as databases:
        without_work(patch)
        yield Begun(databases)


def tell_a_story(begun: Begun, script: list[Step], luck: int) -> Story:
    """Play a script to its end, with a look now and then at all that has to hold."""
    story = begun.story(luck)
    for at, step in enumerate(script):
        story.play(step)
        if at % LOOK_EVERY == luck % LOOK_EVERY:
            story.check_always()
    story.world.heal()
    story.check_always()
    story.check_end()
    return story


@pytest.mark.parametrize("shard", range(SHARDS))
def test_both_sides_keep_the_same_relationship(
    begun: Begun, record_property: Callable[[str, object], None], shard: int
) -> None:
    counts: Counter[str] = Counter()

    @seed(shard)
    @examples(EXAMPLES // SHARDS)
    @given(script=SCRIPT, luck=st.integers(0, 2**32))
    def run(script: list[Step], luck: int) -> None:
        counts.update(tell_a_story(begun, script, luck).counts)
        counts["stories"] += 1

    run()
    record_property("counts", dict(counts))
    for what in ("notes", "refused to write", "feedback", "requests", "has new", "has old", *RARE):
        assert counts[what] > 0, counts


def _nothing(*_: object) -> None:
    """Let everything pass."""


class _Everything(frozenset[bytes]):
    def __contains__(self, _: object) -> bool:
        return True


def _hasty(audiences: Callable[..., list[Audience]]) -> Callable[..., list[Audience]]:
    """Takes what was told for what has come."""
    return lambda *given: [replace(each, acknowledged=_Everything()) for each in audiences(*given)]


def _forgetful(keep: Callable[[Context, Envelope, Feedback], None]) -> Callable[..., None]:
    """Keeps what came last, not what was said last."""

    def keep_it(ctx: Context, arrived: Envelope, body: Feedback) -> None:
        feedback.remove(ctx.tx, arrived.author)
        keep(ctx, arrived, body)

    return keep_it


def _every_row(rows: list[StoredFeedback]) -> dict[str, object]:
    """Counts what was taken back, too."""
    return {"feedback": len(rows)}


FAULTS: dict[str, tuple[object, str, object]] = {
    "a vendor's node writes whatever was revoked": (reach, "check_purpose", _nothing),
    "a customer's node reads whatever is beyond reach": (reach, "refusal", _nothing),
    "the list takes what was told for what has come": (
        contact_spread,
        "audiences",
        _hasty(contact_spread.audiences),
    ),
    "an older opinion takes the place of a newer one": (
        kept_feedback,
        "keep",
        _forgetful(kept_feedback.keep),
    ),
    "what was taken back is counted": (kept_feedback, "counts", _every_row),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(begun: Begun, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """The same stories, with a node that does something wrong: one of them tells of it."""
    where, name, wrong = FAULTS[fault]
    monkeypatch.setattr(where, name, wrong)
    seen: list[str] = []

    @seed(1)
    @examples(400, phases=[Phase.generate])
    @given(script=SCRIPT, luck=st.integers(0, 2**32))
    def run(script: list[Step], luck: int) -> None:
        if seen:
            return
        try:
            tell_a_story(begun, script, luck)
        except AssertionError as error:
            seen.append(str(error))

    run()
    assert seen
