"""One change of address, five vendors: who has it is right at each moment, a month long.

The second is away for a month, the terms of the third don't permit it, the fourth was revoked, the
fifth was never told. Time is virtual.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.databases import open_databases
from tests.engine.disclosing import ANNA
from tests.engine.steps import set_shop_policy
from tests.engine.world import World
from vrmnode.engine.disclosure import contact_spread, disclosed
from vrmnode.engine.records import load_deal
from vrmnode.engine.relationship import relation_views
from vrmnode.storage import deals
from vrmprotocol import envelope_rules

CUSTOMER = "customer-1"
VENDORS = [f"vendor-{number}" for number in range(1, 6)]
HOUR, DAY = 3_600, 86_400
REACHED_WITHIN_S = 8 * HOUR
NEW = "neu@mail.example"


class Away(World):
    """A world some of whose nodes are off."""

    away: frozenset[str] = frozenset()

    def deliver(self, index: int, *, keep: bool) -> None:
        if not self.link:
            return
        flight = self.link.pop(index % len(self.link))
        for node in self.nodes.values():
            if node.name not in {flight.sender, *self.away}:
                node.deliver(flight)

    def pass_time(self, seconds: int, step: int = HOUR) -> None:
        """Let the clock go on; whoever is on does what is due."""
        until = self.now + seconds
        while self.now < until:
            self.now += step
            for _ in range(4):
                for node in self.nodes.values():
                    if node.name not in self.away:
                        node.run_timers()
                        self.link += node.pump()
                while self.link:
                    self.deliver(0, keep=False)


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    monkeypatch.setattr(envelope_rules, "required_bits", lambda kind, body_bytes: 0)
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as made:
        opened = open_databases(Path(made), [CUSTOMER, *VENDORS])
        yield Away(opened, 7, [3] * 5, [0] * 6)
        for database in opened.values():
            database.close()


def bought_everywhere(world: Away) -> None:
    """A deal with each vendor, under its own terms."""
    for vendor in VENDORS:
        silent = {"terms_policy": {"levels": {"reach": "none"}}} if vendor == "vendor-3" else {}
        set_shop_policy(world, vendor, **silent)
    world.introduce()
    world.run_command(CUSTOMER, "contact.set", **ANNA)
    for vendor in VENDORS:
        asked: dict[str, Any] = {"terms": ["SD-BASE"]}
        if vendor == "vendor-3":
            asked["addendum"] = {"reach": "none"}
        world.publish(CUSTOMER, 1, automatic=True, to=[vendor], **asked)
        world.pass_time(20, step=2)
    agreed = deals.list_deals(world.nodes[CUSTOMER].reader, role="customer", state="agreed")
    assert len(agreed) == 5


def root(world: Away, vendor: str) -> bytes:
    return world.nodes[vendor].machine.identity.root


def deal(world: Away, vendor: str) -> bytes:
    rows = deals.list_deals(world.nodes[CUSTOMER].reader, role="customer", state="agreed")
    return next(row.deal for row in rows if row.vendor_root == root(world, vendor))


def status(world: Away) -> dict[str, tuple[object, object, object]]:
    """Of each vendor: what it has, whether more is on its way, and why not."""
    node = world.nodes[CUSTOMER]
    rows = contact_spread.status(node.reader, node.machine.vault, world.now)
    names = {deal(world, vendor).hex(): vendor for vendor in VENDORS}
    found = {}
    for row in rows:
        fields: Any = row["fields"]
        email = fields["email"]
        shown = (email["has"], email.get("on_its_way"), email.get("why"))
        found[names[str(row["deal"])]] = shown
    return found


def known(world: Away) -> dict[str, object]:
    """The e-mail address that each vendor's node really has."""
    found: dict[str, object] = {}
    for vendor in VENDORS:
        node = world.nodes[vendor]
        record = load_deal(node.reader, deal(world, vendor))
        told = disclosed.of_deal(node.reader, node.machine.vault, record, world.now).fields
        found[vendor] = told["email"].value if "email" in told else None
    return found


def check_list(world: Away) -> None:
    """The list says of nobody more than is so, and of everybody what has been acknowledged."""
    has = known(world)
    for vendor, (said, *_) in status(world).items():
        if said == "new":
            assert has[vendor] == NEW
        elif said == "nothing":
            assert has[vendor] is None
        else:
            assert has[vendor] in {ANNA["email"], NEW}


def test_one_change_reaches_whom_it_may_and_the_list_is_right_at_each_moment(market: Away) -> None:
    bought_everywhere(market)
    for vendor in VENDORS[:4]:
        market.run_command(
            CUSTOMER, "deal.disclose", deal=deal(market, vendor).hex(), fields=["email"]
        )
    market.pass_time(60, step=3)
    old, new = ("old", None), ("new", None)
    assert {v: has[0] for v, has in status(market).items()} == {
        **dict.fromkeys(VENDORS[:4], "new"),
        "vendor-5": "nothing",
    }
    fourth = deal(market, "vendor-4").hex()
    assert market.run_command(
        CUSTOMER, "relation.reach", relation=fourth, status="revoked", channels=["email"]
    )
    market.away = frozenset({"vendor-2"})
    market.pass_time(60, step=3)

    market.run_command(CUSTOMER, "contact.set", email=NEW)
    untold = {
        "vendor-3": (*old, "not_permitted"),
        "vendor-4": (*old, "revoked"),
        "vendor-5": ("nothing", None, "never_disclosed"),
    }
    on_its_way = ("old", True, None)
    assert status(market) == {"vendor-1": on_its_way, "vendor-2": on_its_way, **untold}
    check_list(market)
    market.pass_time(60, step=3)
    reached = {"vendor-1": (*new, None), **untold}
    assert status(market) == {**reached, "vendor-2": on_its_way}
    assert known(market)["vendor-1"] == NEW
    for _ in range(30):
        market.pass_time(DAY, step=6 * HOUR)
        assert status(market) == {**reached, "vendor-2": on_its_way}
        check_list(market)
    assert known(market)["vendor-2"] == ANNA["email"]

    market.away = frozenset()
    market.pass_time(REACHED_WITHIN_S, step=HOUR // 4)
    assert status(market) == {**reached, "vendor-2": (*new, None)}
    assert known(market) == {
        "vendor-1": NEW,
        "vendor-2": NEW,
        "vendor-3": ANNA["email"],
        "vendor-4": ANNA["email"],
        "vendor-5": None,
    }
    check_list(market)


def test_five_relationships_are_listed(market: Away) -> None:
    bought_everywhere(market)
    node = market.nodes[CUSTOMER]
    found = relation_views.listed(node.reader, node.machine.vault, {})
    assert len(found) == 5
    assert {row["status"] for row in found} == {"active"}
