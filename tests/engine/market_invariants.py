"""What holds in every market at every step, whatever goes wrong.

The states are evaluated here from the signed messages, and quantities taken from the accepted
drafts: neither the rows of a node nor its own sums are believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.engine.random_market import RandomMarket
from tests.engine.test_both_roles import check_acknowledged, check_promises, check_told_once
from tests.engine.world import SKU, SimNode
from vrmnode.engine.mail import mailroom
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import evaluate
from vrmnode.storage import catalogue, deals, intents, messages, outbox
from vrmnode.storage.deals import Deal
from vrmprotocol.negotiation import DealState

LOCKING = ("accepted", "agreed")


def is_over(node: SimNode, row: Deal) -> bool:
    """Whether the order was cancelled: then nothing is bought any more, and nothing has left."""
    found = find_order(node.reader, row.deal)
    return found is not None and found.order.status == "cancelled"


OVER = ("agreed", "cancelled", "declined", "withdrawn", "refused", "none")


class Watch:
    """Looks at a market after each of its steps, and at the end of it."""

    def __init__(self) -> None:
        self._known: dict[bytes, dict[str, tuple[frozenset[bytes], DealState]]] = {}
        self._withdrawn: dict[str, set[bytes]] = {}

    def __call__(self, market: RandomMarket) -> None:
        """Nobody has bought or sold too much, and no two sides contradict each other.

        Raises:
            AssertionError: something that holds always doesn't.
        """
        for who in market.world.customers:
            self._bought_no_more_than_wanted(market.world.nodes[who])
        for who in market.world.vendors:
            if who != market.two_faced:
                self._sold_what_left_the_shelf(market, market.world.nodes[who])
                if who not in market.restored:
                    self._signed_nothing_withdrawn(market.world.nodes[who])
        for deal, sides in self._sides(market).items():
            vendor = self._vendor_of(market, deal)
            if vendor is None or vendor in market.restored or vendor == market.two_faced:
                continue
            customer, shop = sides.get("customer"), sides.get("vendor")
            if customer == "agreed":
                assert shop in ("agreed", "cancelled"), (deal.hex(), sides)
            assert (customer, shop) not in {("declined", "agreed"), ("refused", "agreed")}, sides

    def states(self, node: SimNode) -> Iterator[tuple[Deal, DealState]]:
        """Each deal of a node with what its messages amount to, and its row says the same."""
        held: dict[bytes, set[bytes]] = {}
        for deal, digest in node.reader.rows("SELECT deal, digest FROM messages"):
            held.setdefault(bytes(deal), set()).add(bytes(digest))
        for row in deals.list_deals(node.reader):
            digests = frozenset(held.get(row.deal, ()))
            known = self._known.setdefault(row.deal, {}).get(node.name)
            if known is None or known[0] != digests:
                known = digests, evaluate(messages.raws(node.reader, row.deal))
                self._known[row.deal][node.name] = known
            state = known[1]
            assert row.state == state.state, (node.name, row.deal.hex(), row.state, state.state)
            if row.state in LOCKING:
                assert row.quantity == quantity_of(state)
            yield row, state

    def _bought_no_more_than_wanted(self, node: SimNode) -> None:
        bought: Counter[bytes] = Counter()
        for row, state in self.states(node):
            if row.role == "customer" and state.state in LOCKING and not is_over(node, row):
                bought[row.intent_id] += quantity_of(state)
        for own in intents.list_intents(node.reader):
            assert bought[own.intent_id] <= own.quantity, (
                f"{node.name} wanted {own.quantity} and has {bought[own.intent_id]}"
            )

    def _sold_what_left_the_shelf(self, market: RandomMarket, node: SimNode) -> None:
        sold = sum(
            quantity_of(state)
            for row, state in self.states(node)
            if row.role == "vendor" and state.state == "agreed" and not is_over(node, row)
        )
        product = catalogue.get(node.reader, SKU)
        assert product is not None and product.stock is not None and product.stock >= 0
        assert product.stock + sold == market.supplied[node.name], (
            f"{node.name} was supplied with {market.supplied[node.name]}, has sold {sold} and has"
            f" {product.stock}"
        )
        held = node.reader.value(
            "SELECT coalesce(sum(quantity), 0) FROM reservations"
            " WHERE state = 'reserved' AND until > ?",
            (node.machine.clock(),),
        )
        assert held <= product.stock, f"{node.name} has promised {held} of {product.stock}"

    def _signed_nothing_withdrawn(self, node: SimNode) -> None:
        """What a vendor had not countersigned when it saw the withdrawal stays so.

        The states don't show it: with the withdrawal an agreement is nothing but a cancelled deal.
        """
        withdrawn, signed = (
            {
                bytes(deal)
                for (deal,) in node.reader.rows(
                    "SELECT deal FROM messages WHERE kind = ? AND own = ?", (kind, own)
                )
            }
            for kind, own in (("withdraw_accept", 0), ("agreement", 1))
        )
        before = self._withdrawn.setdefault(node.name, set())
        assert not before & signed, f"{node.name} has countersigned what was withdrawn"
        before |= withdrawn - signed

    def _sides(self, market: RandomMarket) -> dict[bytes, dict[str, str]]:
        found: dict[bytes, dict[str, str]] = {}
        for node in market.world.nodes.values():
            for row, state in self.states(node):
                found.setdefault(row.deal, {})[row.role] = state.state
        return found

    def at_the_end(self, market: RandomMarket) -> Counter[str]:
        """Both sides hold the same, nothing is left to send; how the deals ended.

        Raises:
            AssertionError: something that holds in the end doesn't.
        """
        ends: Counter[str] = Counter()
        for deal, sides in self._sides(market).items():
            customer, shop = sides.get("customer"), sides.get("vendor")
            ends[customer or f"unknown to the customer, {shop}"] += 1
            if self._vendor_of(market, deal) in market.restored:
                # It may have forgotten what it signed, but what it signs reaches the customer.
                assert shop != "agreed" or customer in ("agreed", "cancelled"), (deal.hex(), sides)
                continue
            if customer is None:
                assert shop in ("offered", "refused", "none"), (deal.hex(), sides)
            elif customer != "none":
                assert customer == shop and customer in OVER, (deal.hex(), sides)
        for node in market.world.nodes.values():
            left = outbox.pending_count(node.reader)
            assert left == 0, f"{node.name} still has {left} to send"
        self._same_documents(market)
        if not market.restored:
            check_promises(market.world, but=market.two_faced)
            check_told_once(market.world)
            check_acknowledged(market.world)
        return ends

    def _same_documents(self, market: RandomMarket) -> None:
        files: dict[bytes, set[bytes]] = {}
        for node in market.world.nodes.values():
            for row, state in self.states(node):
                if state.state == "agreed":
                    assert row.document == state.agreement_file()
                    files.setdefault(row.deal, set()).add(row.document)
        assert all(len(kept) == 1 for kept in files.values())

    def _vendor_of(self, market: RandomMarket, deal: bytes) -> str | None:
        for node in market.world.nodes.values():
            row = deals.get(node.reader, deal)
            if row is not None:
                for who in market.world.vendors:
                    if market.world.nodes[who].machine.identity.root == row.vendor_root:
                        return who
        return None


def quantity_of(state: DealState) -> int:
    """How many pieces the accepted offer is about."""
    assert state.accepted_offer is not None
    return mailroom.offer_of(state.accepted_offer).draft.eligible_quantity
