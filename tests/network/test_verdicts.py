"""What a verdict does to the message and to the peer that forwarded it."""

from __future__ import annotations

import logging
import os

import pytest
import trio

from tests.network.support import (
    OTHER_TOPIC,
    TOPIC,
    accept_all,
    connected,
    open_node,
    ready,
    receive,
    until,
)
from vrmnode.network import NetworkError, Verdict


def by_prefix(topic: str, data: bytes, peer: str) -> Verdict:
    if data.startswith(b"bug"):
        raise RuntimeError("the validator's bug, quoting " + data.decode())
    if data.startswith(b"wrong topic") and topic != OTHER_TOPIC:
        return Verdict.REJECT
    if data.startswith(b"bad"):
        return Verdict.REJECT
    return Verdict.IGNORE if data.startswith(b"odd") else Verdict.ACCEPT


def test_ignored_message_is_neither_relayed_nor_blamed() -> None:
    async def main() -> None:
        async with open_node() as a, open_node(by_prefix) as b, open_node() as c:
            await connected(a, b)
            await connected(b, c)
            for n in range(100):
                await a.publish(TOPIC, b"odd %d" % n)
            await a.publish(TOPIC, b"fine")
            assert await receive(b) == [b"fine"]
            assert await receive(c) == [b"fine"]
            assert b.stats()["ignored"] == 100
            assert b.stats()["rejected"] == 0
            assert next(p.score for p in b.peers() if p.peer_id == a.peer_id) > 0

    trio.run(main)


def test_rejected_message_lowers_the_score_and_leaves_the_mesh() -> None:
    async def main() -> None:
        async with open_node() as a, open_node(by_prefix) as b:
            await connected(a, b)
            await until(lambda: b.stats()["mesh"] == 2)
            await a.publish(TOPIC, b"bad")
            await until(lambda: b.stats()["rejected"] == 1)
            assert b.peers()[0].score < 0
            await until(lambda: b.stats()["mesh"] == 0)
            await a.publish(TOPIC, b"fine")
            assert await receive(b) == [b"fine"]

    trio.run(main)


def test_spammer_is_banned_disconnected_and_refused() -> None:
    # SPEC 07: A node MUST disconnect a peer that it bans and refuse its peer id for the time
    # of the ban.
    async def main() -> None:
        seed = os.urandom(32)
        async with open_node(by_prefix) as victim:
            async with open_node(seed=seed) as spammer:
                await connected(spammer, victim)
                for n in range(25):
                    await spammer.publish(TOPIC, b"bad %d" % n)
                await until(lambda: victim.stats()["banned"] == 1)
                await until(lambda: not victim.peers())
                assert 20 <= victim.stats()["rejected"] <= 25
                # The spammer's own redial comes back at once, and again.
                await until(lambda: victim.stats()["connections_refused"] >= 1)
                assert victim.peers() == []
            async with open_node(seed=seed) as again, open_node() as honest:
                refused = victim.stats()["connections_refused"]
                # The handshake succeeds; the refusal comes after it.
                await again.connect(victim.addresses[0])
                await until(lambda: victim.stats()["connections_refused"] > refused)
                await connected(honest, victim)
                assert [p.peer_id for p in victim.peers()] == [honest.peer_id]
                with pytest.raises(NetworkError) as caught:
                    await victim.connect(again.addresses[0])
                assert caught.value.code == "network.peer_banned"

    trio.run(main)


def test_ban_ends() -> None:
    async def main() -> None:
        async with open_node(by_prefix, ban_s=0.5) as victim, open_node() as spammer:
            await connected(spammer, victim)
            for n in range(25):
                await spammer.publish(TOPIC, b"bad %d" % n)
            await until(lambda: victim.stats()["banned"] == 1)
            await until(lambda: ready(victim) and ready(spammer))

    trio.run(main)


def test_repeating_one_rejected_message_counts_each_time() -> None:
    # SPEC 07: A node MUST count a message it has rejected against every peer that forwards it.
    async def main() -> None:
        async with open_node(by_prefix) as victim, open_node() as a, open_node() as b:
            await connected(a, victim)
            await connected(b, victim)
            await a.publish(TOPIC, b"bad")
            await until(lambda: victim.stats()["rejected"] == 1)
            await b.publish(TOPIC, b"bad")
            await until(lambda: victim.stats()["rejected"] == 2)
            assert all(p.score < 0 for p in victim.peers())

    trio.run(main)


def test_message_in_the_wrong_topic_does_not_block_it_in_the_right_one() -> None:
    # SPEC 07: A node MUST keep the verdict on a message apart for each topic.
    async def main() -> None:
        async with open_node(by_prefix) as victim, open_node() as censor, open_node() as honest:
            await connected(censor, victim)
            await connected(honest, victim)
            await censor.publish(TOPIC, b"wrong topic")
            await until(lambda: victim.stats()["rejected"] == 1)
            await honest.publish(OTHER_TOPIC, b"wrong topic")
            assert await receive(victim) == [b"wrong topic"]
            scores = {p.peer_id: p.score for p in victim.peers()}
            assert scores[censor.peer_id] < 0 < scores[honest.peer_id]

    trio.run(main)


def test_exception_in_the_validator_ignores_and_logs_without_the_body(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        async with open_node() as a, open_node(by_prefix) as b:
            await connected(a, b)
            for n in range(50):
                await a.publish(TOPIC, b"bug secret %d" % n)
            await a.publish(TOPIC, b"fine")
            assert await receive(b) == [b"fine"]
            assert b.stats()["validator_errors"] == 50
            assert b.peers()[0].score > 0

    with caplog.at_level(logging.DEBUG, logger="vrmnode"):
        trio.run(main)
    lines = [r for r in caplog.records if "validator failed" in r.getMessage()]
    assert 1 <= len(lines) <= 5
    assert "RuntimeError" in lines[0].getMessage()
    assert "by_prefix" in lines[0].getMessage()
    assert "secret" not in caplog.text


def test_duplicates_are_delivered_once() -> None:
    async def main() -> None:
        calls: list[bytes] = []

        def validate(topic: str, data: bytes, peer: str) -> Verdict:
            calls.append(data)
            return accept_all(topic, data, peer)

        async with open_node(validate) as a, open_node() as b:
            await connected(b, a)
            for _ in range(5):
                await b.publish(TOPIC, b"same")
            await b.publish(TOPIC, b"last")
            assert await receive(a, 2) == [b"same", b"last"]
            assert calls == [b"same", b"last"]
            assert a.stats()["duplicates"] == 4

    trio.run(main)
