"""Stock held for deals: reserved until a time, then sold or released.

`products.stock` is what is on the shelf: a reservation only counts against it, a sale takes it
off, once, however often it is asked for. A deal with several offers holds the product of each, and
sells one of them. All in the caller's transaction, so two customers racing for the last one can't
both have it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table

RESERVED = "reserved"
SOLD = "sold"
RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What a deal holds of one product."""

    deal: bytes
    sku: str
    quantity: int
    until: int
    state: str


_RESERVATIONS = Table("reservations", Reservation)


def of_deal(tx: Connection, deal: bytes) -> dict[str, Reservation]:
    """Return what a deal holds or has held, by sku."""
    found = _RESERVATIONS.select(tx, "WHERE deal = ? ORDER BY sku", (deal,))
    return {each.sku: each for each in found}


def available(tx: Connection, sku: str, now: int, *, but_for: bytes | None = None) -> int | None:
    """Return how much of a product can still be promised; None where stock isn't tracked.

    0 for an unknown product. The reservation of the deal `but_for` doesn't count.
    """
    row = tx.row("SELECT stock FROM products WHERE sku = ?", (sku,))
    if row is None:
        return 0
    if row[0] is None:
        return None
    # SPEC 04: The vendor MUST release a reservation at `confirmBy` if no accept has arrived.
    #
    # From `until` on it doesn't count; `lapse` cleans up later.
    held = tx.value(
        "SELECT coalesce(sum(quantity), 0) FROM reservations"
        " WHERE sku = ? AND state = 'reserved' AND until > ? AND deal IS NOT ?",
        (sku, now, but_for),
    )
    return max(0, int(row[0]) - int(held))


def reserve(tx: Connection, deal: bytes, sku: str, quantity: int, until: int, now: int) -> bool:
    """Hold stock for a deal until a time, in place of what it held of this product.

    False: there is too little. A deal that has already sold keeps that: True, nothing changes.
    """
    if _has_sold(of_deal(tx, deal)):
        return True
    if not _enough(tx, deal, sku, quantity, now):
        return False
    _keep(tx, Reservation(deal=deal, sku=sku, quantity=quantity, until=until, state=RESERVED))
    return True


def sell(tx: Connection, deal: bytes, sku: str, quantity: int, now: int) -> bool:
    """Take the stock for a deal, once, and release what else it holds; False: there is too little.

    What a running reservation holds is sold whatever became of the product meanwhile: its stock
    may have been set lower, or the product taken out of the catalogue. With a lapsed reservation,
    or none, it depends on what is left.
    """
    everything = of_deal(tx, deal)
    if _has_sold(everything):
        return True
    held = everything.get(sku)
    if not _promised(held, quantity, now) and not _enough(tx, deal, sku, quantity, now):
        return False
    # SPEC 04: The vendor MUST release what the other offers of the deal hold in the same
    # transaction in which it countersigns one.
    release(tx, deal)
    # A product whose stock isn't tracked keeps NULL.
    tx.run("UPDATE products SET stock = max(0, stock - ?) WHERE sku = ?", (quantity, sku))
    until = now if held is None else held.until
    _keep(tx, Reservation(deal=deal, sku=sku, quantity=quantity, until=until, state=SOLD))
    return True


def release(tx: Connection, deal: bytes, sku: str | None = None) -> bool:
    """Give back what a deal holds, of one product or of all: promises, or the stock of a sale.

    False where it holds nothing.
    """
    given_back = False
    for held in of_deal(tx, deal).values():
        if held.state == RELEASED or sku not in (None, held.sku):
            continue
        if held.state == SOLD:
            tx.run("UPDATE products SET stock = stock + ? WHERE sku = ?", (held.quantity, held.sku))
        tx.run(
            "UPDATE reservations SET state = 'released' WHERE deal = ? AND sku = ?",
            (deal, held.sku),
        )
        given_back = True
    return given_back


def put_back(tx: Connection, deal: bytes, quantity: int) -> bool:
    """Put some of what a deal had sold back on the shelf, at most what is left of it.

    False where it has sold nothing, or all of that is back.
    """
    for held in of_deal(tx, deal).values():
        if held.state != SOLD:
            continue
        if quantity >= held.quantity:
            return release(tx, deal, held.sku)
        tx.run("UPDATE products SET stock = stock + ? WHERE sku = ?", (quantity, held.sku))
        _keep(tx, replace(held, quantity=held.quantity - quantity))
        return True
    return False


def lapse(tx: Connection, now: int) -> list[bytes]:
    """Release the reservations whose time is over; return their deals."""
    rows = tx.rows(
        "UPDATE reservations SET state = 'released'"
        " WHERE state = 'reserved' AND until <= ? RETURNING deal",
        (now,),
    )
    return list(dict.fromkeys(bytes(deal) for (deal,) in rows))


def _has_sold(everything: dict[str, Reservation]) -> bool:
    return any(held.state == SOLD for held in everything.values())


def _promised(held: Reservation | None, quantity: int, now: int) -> bool:
    return (
        held is not None
        and held.state == RESERVED
        and held.until > now
        and held.quantity >= quantity
    )


def _enough(tx: Connection, deal: bytes, sku: str, quantity: int, now: int) -> bool:
    left = available(tx, sku, now, but_for=deal)
    return left is None or left >= quantity


def _keep(tx: Connection, reservation: Reservation) -> None:
    tx.run(f"INSERT OR REPLACE {_RESERVATIONS.insert_sql}", _RESERVATIONS.values(reservation))
