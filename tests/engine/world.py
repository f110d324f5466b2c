"""A small world of engines without network: nodes, a bad link, clocks that differ, crashes.

Nodes are real (`Machine` on a real database); only sealing, stamps and sockets are left out: the
link carries inner messages and the tags they would travel under.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import apsw

from vrmnode.customer.request import read_request
from vrmnode.engine import clockwork, commands, inbound
from vrmnode.engine.context import Context
from vrmnode.engine.customer import castings
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.machine import Machine
from vrmnode.engine.mail import dispatch
from vrmnode.engine.mail.dispatch import Parcel
from vrmnode.engine.stated_time import stated_creation
from vrmnode.engine.vendor import shop
from vrmnode.errors import ServiceError
from vrmnode.storage import backup, catalogue, deals, outbox, settings, tags, timers
from vrmnode.storage.catalogue import Product
from vrmnode.storage.connection import Connection
from vrmnode.storage.database import Database
from vrmnode.storage.secrets import Vault
from vrmprotocol import envelope, keys, negotiation
from vrmprotocol.envelope import SKEW_S

START = 1_800_000_000
SKU = "B-1"
GTIN = "09780131103627"

_TABLES = (
    *("rights_planned", "orders", "reservations", "outbox", "messages", "watched_tags"),
    *("timers", "events", "deals"),
    *("seen", "envelopes", "evictions", "settings", "secrets", "pseudonyms", "intents"),
    *("market_intents", "profiles", "inbox", "inbox_mail"),
    *("standing_intents", "disclosures", "breaches", "prekeys", "key_updates", "revoked_keys"),
    *("feedback", "feedback_replies", "own_feedback"),
    *("demand_intents", "demand_summaries"),
    *("products", "trust", "domain_checks", "hooks", "drafts", "things"),
)


class Crash(Exception):
    """The process ends before this transaction is on disk."""


@dataclass(frozen=True)
class Flight:
    """Something on the link: a market envelope, or mail under its tag, created when it was."""

    sender: str
    raw: bytes
    tag: bytes | None
    body_bytes: int
    created: int


class SimNode:
    """One node; it survives in its database, everything else of it can be lost."""

    def __init__(self, name: str, database: Database, world: World, skew: int) -> None:
        self.name, self.database, self.world, self.skew = name, database, world, skew
        self.seed = world.rng.randbytes(64)
        self.crash_next = False
        self.machine = self._boot()

    def _boot(self) -> Machine:
        return Machine(
            self.database,
            NodeIdentity(self.seed, START - 86_400),
            Vault(bytes(32)),
            clock=lambda: self.world.now + self.skew,
            random=self.world.rng.randbytes,
            grind=lambda core, bits: bytes(8),
        )

    def turn(self, action: Callable[[Context], object]) -> object:
        """Run a turn; a planned crash undoes it and restarts the node."""

        def crashing(ctx: Context) -> object:
            action(ctx)
            raise Crash

        if not self.crash_next:
            return self.machine.turn(action)
        self.crash_next = False
        with contextlib.suppress(Crash, ServiceError):
            self.machine.turn(crashing)
        self.restart()
        return None

    def restart(self) -> None:
        """The process ends after what it has committed, and starts again."""
        self.machine = self._boot()
        self.machine.turn(clockwork.start)

    def copy(self) -> apsw.Connection:
        """The database as it is now, in memory."""
        copy = apsw.Connection(":memory:")
        _copy(self.database._writer.raw, copy)
        return copy

    def put_back(self, copy: Path | apsw.Connection) -> None:
        """The database is as it was when the copy was made, and nothing of that is known."""
        if isinstance(copy, apsw.Connection):
            _copy(copy, self.database._writer.raw)
        else:
            source = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)
            _copy(source, self.database._writer.raw)
            source.close()
        self.crash_next = False
        self.machine = self._boot()

    def restore(self, copy: Path | apsw.Connection) -> None:
        """The database becomes an older copy of itself, and the process starts again."""
        self.put_back(copy)
        backup.mark_restored(self.database, self.machine.clock())
        self.restart()

    def pump(self) -> list[Flight]:
        """Everything due, as it goes on the link; a crash may forget that it was sent."""
        due = outbox.next_due_at(self.reader, self.machine.clock())
        if due is None or due > self.machine.clock():
            return []
        found = self.turn(dispatch.parcels)
        flights = []
        for parcel in found if isinstance(found, list) else []:
            flights.append(self._flight(parcel))
            self.turn(partial(dispatch.sent, parcel=parcel, raw=b"", peers=1, spread=50))
        return flights

    def _flight(self, parcel: Parcel) -> Flight:
        created = stated_creation(self.machine.clock())
        if not parcel.is_mail:
            created = envelope.unsecure_load(parcel.raw).created
        return Flight(self.name, parcel.raw, parcel.tag, parcel.body_bytes, created)

    def deliver(self, flight: Flight) -> None:
        """Take something from the link, as the gate and the loop would."""
        if flight.created > self.machine.clock() + SKEW_S:
            return
        if flight.tag is None:
            arrived = envelope.unsecure_load(flight.raw)
            if arrived.expires + SKEW_S > self.machine.clock():
                self.turn(partial(inbound.accept_envelope, arrived=arrived))
            return
        watched = tags.lookup(self.reader, flight.tag)
        if watched is not None:
            self.turn(
                partial(
                    inbound.receive,
                    watched=watched,
                    inner=flight.raw,
                    body_bytes=flight.body_bytes,
                    work=16,
                )
            )

    def run_timers(self) -> None:
        """Let the clock do its part."""
        due = timers.next_at(self.reader)
        if due is not None and due <= self.machine.clock():
            self.turn(partial(clockwork.run_due, max_store_bytes=1 << 30))

    @property
    def reader(self) -> Connection:
        """Reads what is committed; outside a turn the writer's connection does."""
        return self.database._writer


class World:
    """Customers and vendors of one example.

    Args:
        databases: one per node, reused between examples and emptied here.
        stock: what each vendor has of the one product.
        skews: seconds by which each node's clock is off.
    """

    def __init__(
        self, databases: dict[str, Database], seed: int, stock: list[int], skews: list[int]
    ) -> None:
        self.rng = random.Random(seed)
        self.now = START
        self.link: list[Flight] = []
        self.nodes = {
            name: SimNode(name, database, self, skew)
            for (name, database), skew in zip(databases.items(), skews, strict=True)
        }
        self.stock = dict(zip(self.vendors, stock, strict=True))
        for node in self.nodes.values():
            node.turn(_wipe)
            node.machine = node._boot()
        for name, count in self.stock.items():
            self.nodes[name].turn(partial(_open_shop, stock=count))

    @property
    def customers(self) -> list[str]:
        return [name for name in self.nodes if name.startswith("customer")]

    @property
    def vendors(self) -> list[str]:
        return [name for name in self.nodes if name.startswith("vendor")]

    def publish(
        self,
        customer: str,
        quantity: int,
        automatic: bool,
        *,
        to: Sequence[str] = (),
        **asked: object,
    ) -> None:
        """An intent for the product, with or without automatic acceptance.

        With `to` nothing of it is public: these vendors, whose profiles the customer has, get it.
        """
        acceptance: dict[str, object] = {"mode": "manual"}
        if automatic:
            acceptance = {
                "mode": "automatic",
                "vendors": "any",
                "max_total": "500.00 EUR",
                "wait_offers": 1,
            }
        roots = [self.nodes[name].machine.identity.root for name in to]
        named = {"to": [keys.to_did(root) for root in roots]} if to else {}
        wanted = {"gtin": GTIN[1:], "quantity": quantity, **named, **asked}
        self.publish_request(customer, wanted, acceptance)

    def publish_request(
        self,
        customer: str,
        request: dict[str, object],
        acceptance: dict[str, object] | None = None,
    ) -> None:
        """An intent by people's fields, to the Netherlands for a week."""
        node = self.nodes[customer]
        common = {"country": "NL", "terms": ["SD-BASE"], "valid_for": "7d"}
        prepared = castings.prepare(
            node.reader,
            node.machine.vault,
            read_request({**common, **request}),
            acceptance or {"mode": "manual"},
            identity=node.machine.identity,
            shard=0,
            now=node.machine.clock(),
            random=self.rng.randbytes,
            grind=lambda core, bits: bytes(8),
        )
        node.turn(partial(castings.record, prepared=prepared))

    def introduce(self) -> None:
        """Let every vendor publish its profile, and everybody have it."""
        for name in self.vendors:
            details = {"name": f"Shop {name}", "area_served": ["NL"], "business_function": ["Sell"]}
            self.run_command(name, "vendor.profile.set", **details)
        self._settle()

    def pump(self, name: str) -> None:
        self.link += self.nodes[name].pump()

    def deliver(self, index: int, *, keep: bool) -> None:
        """Something from the link reaches everybody but its sender; maybe it stays there."""
        if not self.link:
            return
        at = index % len(self.link)
        flight = self.link[at] if keep else self.link.pop(at)
        for node in self.nodes.values():
            if node.name != flight.sender:
                node.deliver(flight)

    def lose(self, index: int) -> None:
        if self.link:
            self.link.pop(index % len(self.link))

    def happen(self, step: tuple[object, ...]) -> bool:
        """What link, clock and crashes do in a script; False for a step of somebody's own."""
        match step:
            case ("pump", str(who)):
                self.pump(who)
            case ("deliver", int(at), bool(keep)):
                self.deliver(at, keep=keep)
            case ("lose", int(at)):
                self.lose(at)
            case ("wait", int(seconds)):
                self.now += seconds
            case ("timers", str(who)):
                self.nodes[who].run_timers()
            case ("crash", str(who)):
                self.nodes[who].crash_next = True
            case ("settle",):
                self._settle()
            case _:
                return False
        return True

    def heal(self) -> None:
        """A link that loses nothing, for long enough that everything ends."""
        for node in self.nodes.values():
            node.crash_next = False
        for step in (1, 3, 10, 30, 120, 600, 1800, 3600, 7200, 86_400, 86_400, 7 * 86_400, 3600):
            for _ in range(3):
                self.now += step
                self._settle()

    def _settle(self) -> None:
        for _ in range(12):
            for node in self.nodes.values():
                node.run_timers()
                self.link += node.pump()
            if not self.link:
                return
            while self.link:
                self.deliver(self.rng.randrange(1 << 16), keep=False)

    def states(self) -> dict[bytes, dict[str, str]]:
        """Each deal's evaluated state by role, after checking that the row says the same."""
        found: dict[bytes, dict[str, str]] = {}
        for node in self.nodes.values():
            for row in deals.list_deals(node.reader):
                found.setdefault(row.deal, {})[row.role] = row.state
        return found

    def run_command(self, name: str, command: str, /, **params: object) -> bool:
        """An owner's command; False when the node refused it."""
        try:
            self.nodes[name].turn(partial(commands.run, command=command, params=params))
        except ServiceError:
            return False
        return True


def _copy(source: apsw.Connection, target: apsw.Connection) -> None:
    with target.backup("main", source, "main") as running:
        running.step(-1)


def _wipe(ctx: Context) -> None:
    for table in _TABLES:
        ctx.tx.run(f"DELETE FROM {table}")


def _open_shop(ctx: Context, stock: int) -> None:
    settings.put(
        ctx.tx, shop.PROFILE, {"name": "Shop", "area_served": ["NL"], "business_function": ["Sell"]}
    )
    # Paid at the door: then nothing has to be said once it is agreed.
    settings.put(
        ctx.tx,
        shop.POLICY,
        {"reserve": ctx.random(1)[0] % 2 == 0, "payment": {"due": "on_delivery"}},
    )
    catalogue.upsert_many(
        ctx.tx,
        [
            Product(
                sku=SKU,
                name="The C Programming Language",
                price=4000 + ctx.random(1)[0],
                currency="EUR",
                gtin14=GTIN,
                stock=stock,
            )
        ],
        updated=ctx.now,
    )


TERMINAL = negotiation.TERMINAL
