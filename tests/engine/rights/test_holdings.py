"""The answer to a request for access against the database, read without the answer's own code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.engine.disclosing import ANNA, deal_of
from tests.engine.rights.asked import BY_HAND, answer, ask, settled, told
from tests.engine.steps import VENDOR, command, deal_with
from tests.engine.world import World
from vrmnode.engine.mail import private_mail
from vrmnode.storage import holdings
from vrmprotocol import keys, message
from vrmprotocol.agreement_graph import time_text
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.message import SignedMessage

FOR_THE_NETWORK = {"envelopes", "evictions", "held", "seen", "peers"}
"""What every node keeps alike, whoever takes part in the deal."""


def table_names(world: World) -> list[str]:
    rows = world.nodes[VENDOR].reader.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'products_fts%'"
    )
    return [str(name) for (name,) in rows]


def marks(world: World) -> set[bytes]:
    """What says in any column that a row is of this deal: its id, the pseudonym, its messages."""
    reader, row = world.nodes[VENDOR].reader, deal_with(world, VENDOR, VENDOR)
    digests = reader.rows("SELECT digest FROM messages WHERE deal = ?", (row.deal,))
    return {row.deal, row.customer, row.intent_id, *(bytes(digest) for (digest,) in digests)}


def rows_with(world: World, table: str, sought: set[bytes]) -> int:
    """How many rows of a table name one of these in a column of their own, or in a text as hex."""
    texts = [mark.hex() for mark in sought] + [keys.to_did(mark) for mark in sought]

    def names(value: object) -> bool:
        if isinstance(value, bytes):
            return value in sought
        return isinstance(value, str) and any(text in value for text in texts)

    found = world.nodes[VENDOR].reader.rows(f"SELECT * FROM {table}")
    return sum(1 for row in found if any(names(value) for value in row))


def document(world: World, request: str) -> dict[str, Any]:
    """The answer made by hand, so that nothing else happens between counting and answering."""
    command(world, VENDOR, "vendor.rights.fulfil", request=request)
    settled(world)
    return answer(world, request)


# SPEC 15: The writer MUST name in the answer every contact field, message and record that its
# database holds because of the deal at the moment of the answer, the request included, and no
# other.
def test_the_answer_equals_the_database(world: World) -> None:
    told(world, **BY_HAND)
    request = ask(world, "access")["request"]
    settled(world)
    sought = marks(world)
    counted = {
        table: rows_with(world, table, sought)
        for table in table_names(world)
        if table not in FOR_THE_NETWORK
    }
    reader = world.nodes[VENDOR].reader
    stored = reader.rows("SELECT digest, kind, own, received_at FROM messages")
    order = reader.row("SELECT status, payment, reference FROM orders")
    fields = dict(values_in_the_database(world))
    found = document(world, request)
    del counted["messages"]
    assert found["records"] == {table: count for table, count in counted.items() if count}
    assert [
        (one["digest"], one["kind"], one["sender"], one["receivedAt"]) for one in found["messages"]
    ] == sorted(
        (
            (digest.hex(), kind, "vendor" if own else "customer", time_text(at))
            for digest, kind, own, at in stored
        ),
        key=lambda one: (one[3], one[0]),
    )
    assert request in {one["digest"] for one in found["messages"]}
    assert {one["name"]: one["value"] for one in found["contact"]} == fields == ANNA
    assert order is not None
    assert tuple(found["order"].values()) == (order[1], order[2], order[0])
    assert found["person"] is None and all(one["body"] is None for one in found["messages"])


def values_in_the_database(world: World) -> Iterator[tuple[str, str]]:
    """The contact data in the sealed messages of the database, opened one by one."""
    node = world.nodes[VENDOR]
    for (digest,) in node.reader.rows("SELECT digest FROM messages WHERE kind = 'disclosure'"):
        raw = private_mail.content(node.reader, node.machine.vault, deal_of(world), digest)
        assert raw is not None
        signed = message.verify_and_load(raw, expected_recipient=None)
        assert isinstance(signed, SignedMessage) and isinstance(signed.body, Disclosure)
        yield from ((one.name, one.value) for one in signed.body.fields)


def test_every_table_is_in_the_answer_or_holds_nothing_of_a_customer(world: World) -> None:
    """A table that is new has to be added to one of the two in `storage/holdings.py`."""
    known = holdings.TABLES | holdings.OF_NO_CUSTOMER
    assert set(table_names(world)) == known
    assert not holdings.TABLES & holdings.OF_NO_CUSTOMER
