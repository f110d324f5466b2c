"""Starting and stopping a node: folder, lock, keys, store, network, API, in that order."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import secrets as randomness
import signal
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog
import trio

from vrmnode import config as configuration
from vrmnode import keystore, networkkey
from vrmnode.api.app import create_app
from vrmnode.api.hook import create_hook_app
from vrmnode.api.server import serve, serve_hook
from vrmnode.engine import clockwork
from vrmnode.engine import postbox as holding
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.machine import Machine
from vrmnode.engine.postbox import Room
from vrmnode.errors import NodeError, StorageError
from vrmnode.lockfile import NodeLock
from vrmnode.network import NetworkConfig, open_network
from vrmnode.node.gate import Gate
from vrmnode.node.intake import Intake
from vrmnode.node.logging import set_up
from vrmnode.node.loop import Loop
from vrmnode.node.outgoing import Outgoing
from vrmnode.node.peer_memory import PeerMemory
from vrmnode.node.publisher import Publisher
from vrmnode.node.service import Service
from vrmnode.node.socket_place import socket_place
from vrmnode.node.sync_sets import SyncSets
from vrmnode.signatures.checker import SignatureChecker
from vrmnode.storage import timers
from vrmnode.storage.database import Database
from vrmnode.storage.secrets import Vault
from vrmprotocol import keys, stamp, topics

TIMER_POLL_S = 0.25
MIB = 1_024 * 1_024
OBJECTS_PER_COLLECTION = 10_000
POSTBOX_SESSIONS = 128

log = structlog.get_logger("vrmnode.node")


def run_node(
    data_dir: Path,
    passphrase: str,
    *,
    listen: list[str] | None = None,
    peers: list[str] | None = None,
    log_level: str | None = None,
    postbox: bool = False,
) -> int:
    """Run a node in a folder until SIGTERM or SIGINT; 0 when it ended in good order.

    Raises:
        NodeError: the folder is in use, the keystore doesn't open, the database is corrupt,
            config.toml is wrong, the port is taken; a postbox is wanted where somebody deals.
    """
    # Should a library crash the process, its log says where: names and lines, no values.
    faulthandler.enable()
    settings = configuration.load(data_dir / "config.toml", os.environ)
    set_up(log_level or settings.log.level)
    with NodeLock.acquire(data_dir / "node.lock"):
        unlocked = keystore.unlock(data_dir / "keystore.json", passphrase)
        # Where there was a database, a missing one is an error, or deals would vanish without a
        # word. A start that failed earlier, such as by a wrong passphrase, made none.
        path = data_dir / "node.db"
        with Database.open(path, create=not Database.was_made(path)) as database:
            identity = NodeIdentity(
                keys.seed_from_words(keys.words_from_entropy(unlocked.entropy)), unlocked.created
            )
            machine = Machine(
                database,
                identity,
                Vault(unlocked.vault_key),
                clock=_clock,
                random=randomness.token_bytes,
                grind=_grind,
            )
            room = _room(settings.postbox) if postbox or settings.postbox.serve else None
            if room is not None:
                machine.turn(partial(holding.begin, room=room))
            node = Node(machine, settings, data_dir, listen=listen, peers=peers, room=room)
            trio.run(node.run, networkkey.load_or_make(data_dir / "network.key"))
    log.info("stopped")
    return 0


def _room(section: configuration.PostboxSection) -> Room:
    return Room(
        mail_bytes=section.mail_mb * MIB,
        market_bytes=section.market_mb * MIB,
        directory_bytes=section.directory_mb * MIB,
        tag_bytes=section.tag_kb * 1_024,
    )


def _collect_rarely() -> None:
    """Look for garbage in cycles less often.

    A busy node makes hundreds of thousands of objects a second and hardly a cycle: the collector
    took a tenth of the loop's time.
    """
    gc.set_threshold(OBJECTS_PER_COLLECTION)


def _clock() -> int:
    return int(time.time())


def _grind(core: bytes, bits: int) -> bytes:
    # A random start, so that the stamp doesn't tell how long the machine took.
    return stamp.grind(core, bits, start=int.from_bytes(randomness.token_bytes(6), "big"))


class Node:
    """One running node: the tasks around the loop."""

    def __init__(
        self,
        machine: Machine,
        settings: configuration.Config,
        data_dir: Path,
        *,
        listen: list[str] | None,
        peers: list[str] | None,
        room: Room | None,
    ) -> None:
        self._machine = machine
        self._room = room
        self._settings = settings
        self._data_dir = data_dir
        named = settings.node.peers if peers is None else peers
        config = NetworkConfig(
            listen=tuple(listen if listen is not None else settings.node.listen),
            peers=tuple(dict.fromkeys((*named, *settings.node.submit_to))),
            topics=topics.all_topics(),
            min_peers=settings.node.min_peers,
            mdns=settings.node.mdns,
        )
        # A postbox serves many, and removes what it said it has.
        many = replace(config, submit_sessions=POSTBOX_SESSIONS, submit_recent=0)
        self._network_config = config if room is None else many
        self._loop = Loop(machine)
        self._checker = SignatureChecker()
        self._gate = Gate(
            machine.database.reader(),
            machine.clock,
            checker=self._checker,
            holds=room is not None,
        )
        self._sets = SyncSets(machine.database, machine.clock)

    async def run(self, network_seed: bytes) -> None:
        """Run until a signal comes."""
        with (
            trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals,
            socket_place(self._data_dir) as socket,
        ):
            async with (
                open_network(
                    self._network_config, network_seed, self._gate.validate, store=self._sets
                ) as network,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(self._loop.run)
                nursery.start_soon(self._checker.run)
                await self._loop.submit(clockwork.start)
                memory = PeerMemory(self._machine, self._loop, network)
                nursery.start_soon(memory.run)
                nursery.start_soon(Intake(self._loop, self._gate, self._room).run, network)
                nursery.start_soon(self._run_timers)
                publisher = Publisher(
                    self._machine,
                    self._loop,
                    network,
                    Outgoing(network, self._settings.node.submit_to),
                    jitter_ms=self._settings.privacy.jitter_ms,
                    spread_ms=self._settings.privacy.spread_ms,
                    clock_is_off=lambda: self._gate.clock_warning() is not None,
                )
                nursery.start_soon(publisher.run)
                service = Service(
                    self._machine,
                    self._loop,
                    network,
                    self._gate,
                    keystore_raw=(self._data_dir / "keystore.json").read_bytes(),
                    room=self._room,
                )
                if self._settings.node.hook_listen is not None:
                    hook = create_hook_app(service.own_things)
                    host, port = self._settings.node.hook_listen
                    service.hook_address = await nursery.start(serve_hook, hook, host, port)
                    log.info("hook", listen=service.hook_address)
                    if (warning := service.hook_warning()) is not None:
                        log.warning("hook", warning=warning)
                await nursery.start(serve, create_app(service), socket)
                _collect_rarely()
                log.info("ready", peer_id=network.peer_id, addresses=list(network.addresses))
                async for number in signals:
                    log.info("stopping", signal=signal.Signals(number).name)
                    await memory.keep()
                    break
                nursery.cancel_scope.cancel()

    async def _run_timers(self) -> None:
        reader = self._machine.database.reader()
        # What a postbox holds has pools of its own.
        store_bytes = None if self._room else self._settings.limits.store_mb * MIB
        limit = clockwork.AT_ONCE
        while True:
            next_at = timers.next_at(reader)
            if next_at is not None and next_at <= self._machine.clock():
                due = partial(clockwork.run_due, max_store_bytes=store_bytes, limit=limit)
                try:
                    await self._loop.submit(due)
                    limit = clockwork.AT_ONCE
                except NodeError as error:
                    log.warning("timers", code=error.code)
                    limit = await self._after_failure(error, limit)
                    await trio.sleep(1)
            else:
                await trio.sleep(TIMER_POLL_S)

    async def _after_failure(self, error: NodeError, limit: int) -> int:
        """How many timers to run next: one by one, so that the one that fails holds up no other."""
        if limit == 1 and not isinstance(error, StorageError):
            with contextlib.suppress(NodeError):
                await self._loop.submit(clockwork.put_off)
        return 1
