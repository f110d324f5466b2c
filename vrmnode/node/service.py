"""The node as its API sees it: commands through the loop, queries from what is committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from os import getpid
from pathlib import Path

import trio

from vrmnode.engine import backups, commands, exports, named_images, policy_tests, postbox, views
from vrmnode.engine.customer import (
    comparison,
    draft_desk,
    hook_desk,
    standing,
    standing_views,
    thing_requests,
    things_desk,
    why,
)
from vrmnode.engine.disclosure import (
    contact_desk,
    contact_spread,
    deletions,
    disclosure_desk,
    disclosure_rules,
    ledger,
)
from vrmnode.engine.failures import invalid, of_protocol
from vrmnode.engine.feedback import feedback_desk, sealed_feedback, vendor_counts
from vrmnode.engine.machine import Machine
from vrmnode.engine.negotiation import by_human, questions
from vrmnode.engine.orders import labels, order_views, shop_screen
from vrmnode.engine.postbox import Room
from vrmnode.engine.relationship import breach_desk, relation_views
from vrmnode.engine.rights import answers, requests
from vrmnode.engine.trust import directory, key_desk, trust_desk
from vrmnode.engine.vendor import came_in, demand_desk, shop
from vrmnode.errors import ServiceError
from vrmnode.network import Network, NetworkError, PeerStatus
from vrmnode.node import domains
from vrmnode.node.gate import Gate
from vrmnode.node.joining import join
from vrmnode.node.loop import Loop
from vrmnode.node.message_files import MessageFiles
from vrmnode.node.own_intents import OwnIntents
from vrmnode.node.own_things import OwnThings
from vrmnode.node.publishing import Publishing, Query
from vrmnode.node.submitting import submit
from vrmnode.settingspec import is_loopback, split_hook_address
from vrmnode.storage import backup
from vrmnode.storage.connection import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.version import VERSION
from vrmprotocol import keys
from vrmprotocol.errors import LocalError

Json = dict[str, object]
SealedQuery = Callable[[Connection, Vault, Mapping[str, object], int], object]

EVENTS_PER_PAGE = 500


class Service:
    """Implements `vrmnode.api.service.NodeService`."""

    def __init__(
        self,
        machine: Machine,
        loop: Loop,
        network: Network,
        gate: Gate,
        *,
        keystore_raw: bytes,
        room: Room | None = None,
    ) -> None:
        self._room = room
        self._machine = machine
        self._loop = loop
        self._network = network
        self._gate = gate
        self._keystore_raw = keystore_raw
        self._reader = machine.database.reader()
        self._reading = trio.CapacityLimiter(1)
        self._checking = trio.CapacityLimiter(domains.AT_ONCE)
        self._started = machine.clock()
        self._files = MessageFiles(machine, loop, gate)
        self._intents = OwnIntents(machine, loop)
        self._publishing = Publishing(
            machine,
            self._intents,
            self._read,
            warnings=self._clock_warnings,
            peers=lambda: len(network.peers()),
        )
        self.hook_address: str | None = None
        self.own_things = OwnThings(loop, self._publishing, self.query, self._read)

    async def execute(self, command: str, params: Json) -> Json:
        """Change the node's state; durable when this returns.

        Raises:
            ServiceError: the command can't be carried out; `postbox.reads_nothing`: not here.
        """
        if self._room is not None and command not in postbox.COMMANDS:
            raise postbox.refused(command)
        try:
            match command:
                case "intent.publish":
                    return await self._publishing.publish(params)
                case "thing.broken":
                    return await self.own_things.broken(params)
                case "draft.confirm":
                    return await self.own_things.confirm(params)
                case "intent.withdraw":
                    return await self._intents.withdraw(params)
                case "intent.extend":
                    return await self._intents.extend(params)
                case "message.export":
                    return await self._files.export(params)
                case "message.import":
                    return await self._files.take_in(params)
                case "message.submit":
                    return await submit(self._network, params)
                case "peers.connect":
                    return await self._connect(params)
                case "peers.join":
                    return await join(self._network, params)
                case "vendor.check":
                    return await domains.check(
                        params, read=self._read, loop=self._loop, limiter=self._checking
                    )
                case "backup.write":
                    return await self._backup(params)
            answer = await self._loop.submit(partial(commands.run, command=command, params=params))
            if command == "hook.add" and isinstance(answer, dict):
                return {**answer, "listen": self.hook_address}
        except LocalError as error:
            raise of_protocol(error) from error
        return answer if isinstance(answer, dict) else {}

    async def query(self, name: str, params: Json) -> object:
        """Read what is committed.

        Raises:
            ServiceError: no such query, or nothing is found.
        """
        match name:
            case "status":
                return await self._status()
            case "identity":
                return self._identity()
            case "vendor.keys":
                return await self._read(self._keys, {})
            case "peers":
                return [self._peer(peer) for peer in self._network.peers()]
        function = _QUERIES.get(name) or self._sealed(name)
        if function is None:
            raise TypeError(f"expected a known query, came {name!r}")
        return await self._read(function, params)

    def _sealed(self, name: str) -> Query | None:
        """A query that opens what is sealed in the store."""
        function = _SEALED_QUERIES.get(name)
        vault = self._machine.vault
        return None if function is None else lambda tx, p, now: function(tx, vault, p, now)

    async def wait_event(self, after: int, timeout_s: float) -> list[Json]:
        """Events with a higher id, as soon as there are any; none when the time is over."""
        until = trio.current_time() + timeout_s
        while True:
            found = await self._read(_events, {"after": after, "limit": EVENTS_PER_PAGE})
            left_s = until - trio.current_time()
            if not isinstance(found, list) or found or left_s <= 0:
                return found if isinstance(found, list) else []
            await self._loop.changed(left_s)

    async def _read(self, function: Query, params: Mapping[str, object]) -> object:
        now = self._machine.clock()

        def read() -> object:
            with self._reader.snapshot():
                return function(self._reader, params, now)

        try:
            return await trio.to_thread.run_sync(read, limiter=self._reading)
        except LocalError as error:
            raise of_protocol(error) from error

    async def _connect(self, params: Json) -> Json:
        address = params.get("address")
        if not isinstance(address, str):
            raise invalid("request.invalid", "address: expected a multiaddr, came another type")
        try:
            return {"peer_id": await self._network.connect(address)}
        except NetworkError as error:
            status = 400 if error.code == "network.address_invalid" else 503
            raise ServiceError(error.code, error.message, status) from error

    async def _backup(self, params: Json) -> Json:
        target, passphrase = params.get("path"), params.get("passphrase")
        if not isinstance(target, str) or not isinstance(passphrase, str):
            raise invalid("request.invalid", "path, passphrase: expected texts")
        report = await trio.to_thread.run_sync(
            partial(
                backup.write_backup,
                self._machine.database,
                self._keystore_raw,
                Path(target),
                passphrase,
                created=self._machine.clock(),
                force=bool(params.get("force")),
            )
        )
        await self._loop.submit(partial(backups.backed_up, keys=report.keys_path))
        return {
            "path": target,
            "size_bytes": report.size_bytes,
            "deals": report.deals,
            "keys_path": str(report.keys_path),
            "keys": report.keys,
        }

    def _peer(self, peer: PeerStatus) -> Json:
        return asdict(peer)

    def _identity(self) -> Json:
        return {
            "vendor": keys.to_did(self._machine.identity.root),
            "peer_id": self._network.peer_id,
            "note": "customers are known by a fresh pseudonym per intent",
        }

    def _keys(self, tx: Connection, _: Mapping[str, object], now: int) -> object:
        identity = self._machine.identity
        return key_desk.key_list(tx, identity.root, identity.vendor_certificates(now))

    def _clock_warnings(self) -> list[str]:
        warning = self._gate.clock_warning()
        return [] if warning is None else [warning]

    def hook_warning(self) -> str | None:
        """What the owner should know of where devices report to."""
        if self.hook_address is None:
            return None
        split = split_hook_address(self.hook_address)
        if split is None or is_loopback(split[0]):
            return None
        return (
            f"the hook for devices listens at {self.hook_address}, beyond this machine, and has no"
            " TLS: whoever is on the way reads tokens and notes; put a proxy with TLS before it"
        )

    async def _held(self) -> object:
        room = self._room
        return room and await self._read(lambda tx, _, now: postbox.status(tx, room), {})

    async def _status(self) -> Json:
        counts = await self._read(lambda tx, _, now: views.status(tx, now), {})
        return {
            "version": VERSION,
            "pid": getpid(),
            "peer_id": self._network.peer_id,
            "addresses": list(self._network.addresses),
            "peers": len(self._network.peers()),
            "uptime_s": self._machine.clock() - self._started,
            "vendor": keys.to_did(self._machine.identity.root),
            **(counts if isinstance(counts, dict) else {}),
            "network": self._network.stats(),
            "refused": dict(self._gate.refused),
            "postbox": await self._held(),
            "hook": self.hook_address,
            "warnings": [*self._clock_warnings(), *filter(None, [self.hook_warning()])],
        }


def _text(params: Mapping[str, object], name: str) -> str | None:
    value = params.get(name)
    return value if isinstance(value, str) else None


def _number(params: Mapping[str, object], name: str, default: int) -> int:
    value = params.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _events(tx: Connection, params: Mapping[str, object], _: int) -> object:
    limit = min(_number(params, "limit", 100), EVENTS_PER_PAGE)
    return views.event_page(tx, _number(params, "after", 0), limit)


_QUERIES: dict[str, Query] = {
    "intent.list": lambda tx, p, now: views.intent_list(tx, _text(p, "status")),
    "intent.show": lambda tx, p, now: views.intent_show(tx, _text(p, "intent") or "", now),
    "standing.list": lambda tx, p, now: standing_views.standing_list(tx),
    "standing.show": lambda tx, p, now: standing_views.standing_show(
        tx, _text(p, "standing") or "", now
    ),
    "intent.why": lambda tx, p, now: why.intent_why(tx, _text(p, "intent") or "", now),
    "offer.compare": lambda tx, p, now: comparison.offer_compare(tx, _text(p, "intent") or "", now),
    "offer.list": lambda tx, p, now: views.offer_list(tx, _text(p, "intent"), now),
    "deal.list": lambda tx, p, now: views.deal_list(tx, _text(p, "role"), _text(p, "state"), now),
    "contact.policy": lambda tx, p, now: disclosure_rules.stored_policy(tx).to_dict(),
    "contact.disclosures": lambda tx, p, now: disclosure_desk.list_disclosures(
        tx, _text(p, "deal")
    ),
    "backup.keys": lambda tx, p, now: backups.key_places(tx),
    "deal.export": lambda tx, p, now: exports.deal_export(
        tx, _text(p, "deal") or "", _text(p, "format") or "vrm"
    ),
    "deletion.export": lambda tx, p, now: deletions.export(tx, _text(p, "deal") or ""),
    "order.list": lambda tx, p, now: order_views.order_list(tx, p),
    "vendor.search": lambda tx, p, now: directory.search(tx, p, now),
    "vendor.show": lambda tx, p, now: directory.show(tx, _text(p, "vendor") or "", now),
    "vendor.counts": lambda tx, p, now: vendor_counts.counts(tx, _text(p, "vendor") or "", now),
    "vendor.profile": lambda tx, p, now: views.vendor_profile(tx),
    "policy.test": lambda tx, p, now: policy_tests.policy_test(tx, _text(p, "of") or "", now),
    "vendor.intents": came_in.listed,
    "demand.list": lambda tx, p, now: demand_desk.demand_list(tx, now),
    "demand.show": lambda tx, p, now: demand_desk.demand_show(tx, _text(p, "week") or ""),
    "vendor.policy": lambda tx, p, now: shop.stored_policy(tx).to_dict(),
    "image.named": lambda tx, p, now: named_images.named(
        tx, offer=_text(p, "offer"), intent=_text(p, "intent"), vendor=_text(p, "vendor")
    ),
    "rights.list": lambda tx, p, now: requests.listed(tx, _text(p, "role") or "customer", now),
    "trust.list": lambda tx, p, now: trust_desk.trust_list(tx, _text(p, "group"), now),
    "policy": lambda tx, p, now: standing.shown_policy(tx),
    "catalogue.list": lambda tx, p, now: views.catalogue_list(
        tx, _number(p, "limit", 100), _text(p, "after")
    ),
    "events": _events,
}

_SEALED_QUERIES: dict[str, SealedQuery] = {
    "contact": contact_desk.show,
    "ledger": ledger.ledger,
    "relation.list": lambda tx, vault, p, now: relation_views.listed(tx, vault, p),
    "relation.show": relation_views.show,
    "breach.list": lambda tx, vault, p, now: breach_desk.listed(tx, p),
    "breach.show": breach_desk.show,
    "breach.export": breach_desk.export,
    "contact.status": lambda tx, vault, p, now: contact_spread.status(tx, vault, now),
    "offer.show": lambda tx, vault, p, now: views.offer_show(
        tx, vault, _text(p, "offer") or "", now
    ),
    "vendor.questions": lambda tx, vault, p, now: questions.inbox(
        tx, vault, everything=p.get("all") is True
    ),
    "feedback.list": feedback_desk.feedback_list,
    "feedback.sealed": lambda tx, vault, p, now: sealed_feedback.sealed_list(tx, vault),
    "deal.show": shop_screen.deal_show,
    "order.show": shop_screen.order_show,
    "vendor.orders": shop_screen.order_list,
    "vendor.label": labels.show,
    "rights.show": answers.show,
    "rights.answer": answers.export,
    "thing.list": things_desk.listed,
    "thing.show": things_desk.show,
    "thing.draft": thing_requests.draft,
    "inbox.list": by_human.inbox_list,
    "inbox.show": by_human.inbox_show,
    "vendor.policy.test": policy_tests.vendor_policy_test,
    "hook.list": hook_desk.listed,
    "draft.list": draft_desk.listed,
    "draft.show": draft_desk.show,
}
