"""Envelopes handed over to a peer: an answer to each, in order, after the store has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import trio
import trio.testing

from tests.network.support import (
    OTHER_TOPIC,
    PATIENCE_S,
    TOPIC,
    connected,
    open_node,
    receive,
    until,
)
from vrmnode.network import (
    ACCEPTED,
    KEPT,
    NOT_KEPT,
    Finding,
    Incoming,
    Network,
    NetworkError,
    Sender,
    Verdict,
)
from vrmnode.network.gossip.rpc_messages import message_id
from vrmnode.network.limits.abreast import BATCHES_ABREAST
from vrmprotocol import encoding
from vrmprotocol.submit_frames import MAX_UNANSWERED


def made(number: int, *, word: str = "good", topic: str = TOPIC) -> bytes:
    return encoding.encode({"topic": topic, "word": word, "number": number})


def say(topic: str, data: bytes, peer: str) -> Verdict:
    word = dict(encoding.decode_map(data)).get("word")
    return {"bad": Verdict.REJECT, "odd": Verdict.IGNORE}.get(str(word), Verdict.ACCEPT)


def keeping(network: Network, result: Callable[[bytes], str] = lambda data: KEPT) -> Any:
    """A task that keeps deliveries: the results are those of `result`."""

    async def run() -> None:
        async for delivery in network.deliveries:
            if delivery.settle is not None:
                delivery.settle(result(delivery.data))

    return run


async def hand_over(a: Network, b: Network, *envelopes: bytes) -> list[str]:
    with trio.fail_after(PATIENCE_S):
        async with a.submission(b.peer_id) as session:
            return await session.hand_over(envelopes)


def test_each_is_answered_in_order() -> None:
    # SPEC 13: The reader MUST check each envelope as if it had come by gossip in the topic that it
    # names.
    async def main() -> None:
        async with open_node() as a, open_node(say) as b, trio.open_nursery() as nursery:
            nursery.start_soon(keeping(b, lambda data: NOT_KEPT if b"later" in data else KEPT))
            await connected(a, b)
            results = await hand_over(
                a,
                b,
                made(1),
                made(2, topic="/vrm/1/mail/77"),
                made(3, word="later"),
                made(4, topic=OTHER_TOPIC),
                made(1),
            )
            assert results == ["kept", "submit.topic", "submit.not_kept", "kept", "kept"]
            assert b.stats()["accepted"] == 3
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_what_was_kept_is_a_duplicate_then_and_costs_no_check() -> None:
    async def main() -> None:
        asked: list[bytes] = []

        def counting(topic: str, data: bytes, peer: str) -> Verdict:
            asked.append(data)
            return Verdict.ACCEPT

        async with open_node() as a, open_node(counting) as b, trio.open_nursery() as nursery:
            nursery.start_soon(keeping(b))
            await connected(a, b)
            assert await hand_over(a, b, made(1)) == ["kept"]
            assert await hand_over(a, b, made(1), made(2)) == ["envelope.duplicate", "kept"]
            assert asked == [made(1), made(2)]
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_no_answer_before_the_store_has_it() -> None:
    # SPEC 13: A node MUST NOT answer `kept` or `envelope.duplicate` before the envelope, or what it
    # said, is on its disk.
    async def main() -> None:
        async with open_node() as a, open_node() as b, trio.open_nursery() as nursery:
            await connected(a, b)
            results: list[str] = []

            async def submit() -> None:
                results.extend(await hand_over(a, b, made(1)))

            nursery.start_soon(submit)
            with trio.fail_after(PATIENCE_S):
                delivery = await b.deliveries.receive()
            # The same from another session's point of view: known, but not yet on disk.
            assert results == [] and delivery.settle is not None
            await trio.testing.wait_all_tasks_blocked()
            assert results == []
            delivery.settle(KEPT)
            await until(lambda: results == ["kept"])

    trio.run(main)


def test_what_came_by_gossip_is_answered_once_it_is_kept() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b, trio.open_nursery() as nursery:
            await connected(a, b)
            await a.publish(TOPIC, made(1))
            with trio.fail_after(PATIENCE_S):
                first = await b.deliveries.receive()
            assert first.settle is None
            nursery.start_soon(keeping(b, lambda data: "envelope.duplicate"))
            assert await hand_over(a, b, made(1)) == ["envelope.duplicate"]
            assert b.stats()["duplicates"] == 1
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_what_is_good_is_relayed_and_not_back() -> None:
    async def main() -> None:
        async with (
            open_node() as a,
            open_node(say) as b,
            open_node() as c,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(keeping(b))
            await connected(a, b)
            await connected(c, b)
            sent = [made(1), made(2, word="odd"), made(3, word="bad"), made(4)]
            found = await hand_over(a, b, *sent)
            assert [found[0], found[3]] == ["kept", "kept"]
            assert await receive(c, 2) == [made(1), made(4)]
            assert len(a.deliveries) == 0
            nursery.cancel_scope.cancel()

    trio.run(main)


@pytest.mark.parametrize("known_before", [False, True])
def test_who_handed_over_is_not_told_of_it(known_before: bool) -> None:
    # SPEC 13: A node MUST NOT relay an envelope to the peer that has handed it over, nor tell that
    # peer of it by IHAVE.
    #
    # A peer that is new in the mesh is told of what there is; what was published after the telling
    # comes after it.
    async def main() -> None:
        async with (
            open_node() as a,
            open_node(heartbeat_s=3_600.0) as b,
            open_node() as c,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(keeping(b))
            await connected(c, b)
            if known_before:
                assert await hand_over(c, b, made(1)) == ["kept"]
            await connected(a, b)
            result = (await hand_over(a, b, made(1)))[0]
            assert result == ("envelope.duplicate" if known_before else "kept")
            assert b._gossip._cache.handed_by(a.peer_id) == {message_id(made(1))}
            b._gossip.heartbeat()
            await b.publish(TOPIC, made(2))
            assert await receive(a) == [made(2)]
            assert not a._router._asked
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_thousands_in_one_session() -> None:
    async def main() -> None:
        async with open_node() as a, open_node() as b, trio.open_nursery() as nursery:
            nursery.start_soon(keeping(b))
            await connected(a, b)
            count = 3 * MAX_UNANSWERED + 7
            sent = [made(number) for number in range(count)]
            assert await hand_over(a, b, *sent) == ["kept"] * count
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_batches_are_checked_together_but_not_too_many_and_answered_in_order() -> None:
    asked: list[int] = []
    underway = 0
    enough = trio.Event()

    async def check(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        nonlocal underway
        underway += 1
        asked.append(underway)
        if underway == BATCHES_ABREAST:
            enough.set()
        await enough.wait()  # for ever, where one waits for the other
        for _ in range(12 // len(asked)):  # a later one is found good sooner
            await trio.lowlevel.checkpoint()
        underway -= 1
        return [ACCEPTED] * len(messages)

    async def main() -> None:
        async with open_node() as a, open_node() as b, trio.open_nursery() as nursery:
            b._gossip._validate = check
            nursery.start_soon(keeping(b, lambda data: NOT_KEPT if b"later" in data else KEPT))
            await connected(a, b)
            some = [
                made(number, word="later" if number % 7 == 0 else "good") for number in range(1_500)
            ]
            results = await hand_over(a, b, *some)
            assert results == [NOT_KEPT if b"later" in each else KEPT for each in some]
            nursery.cancel_scope.cancel()

    trio.run(main)
    assert max(asked) == BATCHES_ABREAST


def test_who_hands_over_too_much_is_read_from_later_and_loses_nothing() -> None:
    # SPEC 07: A node that limits how much it takes from a peer MUST read from it later, and
    # MUST NOT drop what is good.
    async def main() -> None:
        async with (
            open_node() as a,
            # Few enough a second for the slowest machine to send more.
            open_node(gossip_burst=100.0, gossip_per_s=20.0) as b,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(keeping(b))
            await connected(a, b)
            sent = [made(number % 90) for number in range(180)]
            results = await hand_over(a, b, *sent)
            # The second of two is one or the other, by whether the first is on disk by then.
            assert len(results) == 180
            assert set(results) <= {"kept", "envelope.duplicate"}
            assert b.stats()["slowed"] > 0
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_who_hands_over_the_same_again_and_again_is_read_from_much_later() -> None:
    async def main() -> None:
        async with (
            open_node() as a,
            open_node(gossip_burst=30.0, gossip_per_s=1.0) as b,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(keeping(b))
            await connected(a, b)
            async with a.submission(b.peer_id) as session:
                for _ in range(4):
                    await session.hand_over([made(1)])
                await until(lambda: b.stats()["slowed"] > 0)
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_a_busy_store_stops_the_reading() -> None:
    async def main() -> None:
        async with (
            open_node() as a,
            open_node(delivery_queue=10) as b,
            trio.open_nursery() as nursery,
        ):
            await connected(a, b)
            nursery.start_soon(hand_over, a, b, *(made(number) for number in range(2_000)))
            await until(lambda: len(b.deliveries) == 10)
            await trio.testing.wait_all_tasks_blocked(0.02)
            assert b.stats()["accepted"] <= MAX_UNANSWERED
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_a_peer_that_hands_over_bad_ones_is_banned() -> None:
    async def main() -> None:
        async with open_node() as a, open_node(say) as b:
            await connected(a, b)
            with pytest.raises(NetworkError) as caught:
                await hand_over(a, b, *(made(number, word="bad") for number in range(3_000)))
            assert caught.value.code == "network.submit_failed"
            await until(lambda: b.stats()["bans"] == 1)

    trio.run(main)


def test_one_session_of_a_peer_at_a_time() -> None:
    # SPEC 13: A node MUST answer a session that a peer begins beside another of its own with
    # `busy`.
    async def main() -> None:
        async with open_node() as a, open_node() as b, trio.open_nursery() as nursery:
            nursery.start_soon(keeping(b))
            await connected(a, b)
            async with a.submission(b.peer_id) as first:
                assert await first.hand_over([made(1)]) == ["kept"]
                with pytest.raises(NetworkError) as caught:
                    await hand_over(a, b, made(2))
                assert caught.value.code == "network.submit_busy"
                assert await first.hand_over([made(3)]) == ["kept"]
            await until(lambda: not b._submit._sessions)
            assert await hand_over(a, b, made(2)) == ["kept"]
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_a_node_that_takes_nothing_says_so() -> None:
    async def main() -> None:
        async with open_node() as a, open_node(takes_submissions=False) as b:
            await connected(a, b)
            with pytest.raises(NetworkError) as caught:
                await hand_over(a, b, made(1))
            assert caught.value.code == "network.submit_refused"
            with pytest.raises(NetworkError) as caught:
                a.submission("nobody")
            assert caught.value.code == "network.not_connected"

    trio.run(main)
