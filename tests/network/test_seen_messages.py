"""What was said of messages before, and who sends the same again and again."""

from __future__ import annotations

import pytest

from vrmnode.network import Verdict
from vrmnode.network.gossip.rpc_messages import message_id
from vrmnode.network.gossip.seen_messages import REPEAT_UNITS, SeenMessages


def test_verdicts_are_kept_apart_for_each_topic_and_for_a_while() -> None:
    # SPEC 07: A node MUST keep the verdict on a message apart for each topic.
    now = 0.0
    seen = SeenMessages(120, lambda: now)
    identifier = message_id(b"x")
    seen.add("a", identifier, Verdict.REJECT)
    seen.add("b", identifier, Verdict.ACCEPT)
    seen.add("a", identifier, Verdict.ACCEPT)
    assert seen.verdict("a", identifier) is Verdict.REJECT
    assert seen.verdict("b", identifier) is Verdict.ACCEPT
    now = 119
    seen.forget_old()
    assert len(seen) == 2
    now = 120
    seen.forget_old()
    assert len(seen) == 0


def test_seen_messages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vrmnode.network.gossip.seen_messages.MAX_SEEN", 10)
    seen = SeenMessages(120, lambda: 0.0)
    for n in range(20):
        seen.add("a", message_id(b"%d" % n), Verdict.ACCEPT)
    assert len(seen) == 10
    assert seen.verdict("a", message_id(b"19")) is Verdict.ACCEPT


def test_only_who_sends_the_same_a_third_time_repeats_itself() -> None:
    seen, identifier = SeenMessages(120, lambda: 0.0), message_id(b"x")
    seen.add("a", identifier, Verdict.ACCEPT)
    for peer in ("p", "q", "p", "q"):
        seen.came_again("a", identifier, peer)
    assert seen.take_repeats("p") == seen.take_repeats("q") == 0
    seen.came_again("a", identifier, "q")
    seen.came_again("a", identifier, "q")
    assert seen.take_repeats("p") == 0
    assert seen.take_repeats("q") == 2 * REPEAT_UNITS
    assert seen.take_repeats("q") == 0, "it was taken"
    assert seen.verdict("a", identifier) is Verdict.ACCEPT


def test_repeats_that_nobody_takes_are_forgotten() -> None:
    seen, identifier = SeenMessages(120, lambda: 0.0), message_id(b"x")
    seen.add("a", identifier, Verdict.ACCEPT)
    for _ in range(9):
        seen.came_again("a", identifier, "p")
    seen.forget_old()
    assert seen.take_repeats("p") == 0 and not seen._repeats
