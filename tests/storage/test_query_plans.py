"""What runs per message or per intent finds its rows by an index, however large the tables are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.storage import samples
from tests.storage.samples import key, tag
from vrmnode.storage import (
    catalogue,
    deals,
    disclosures,
    domain_checks,
    envelopes,
    events,
    holdings,
    inbox,
    intents,
    market,
    messages,
    orders,
    outbox,
    pseudonyms,
    reservations,
    rights_planned,
    secrets,
    seen,
    settings,
    standing_intents,
    tags,
    things,
    timers,
    trust,
)
from vrmnode.storage.connection import Connection
from vrmnode.storage.database import Tx
from vrmnode.values.money import Money

HOT: dict[str, Callable[[Tx], object]] = {
    "seen.contains": lambda tx: seen.contains(tx, key(1)),
    "seen.purge": lambda tx: seen.purge(tx, 1),
    "envelopes.get": lambda tx: envelopes.get(tx, key(1)),
    "envelopes.by_tags": lambda tx: envelopes.by_tags(tx, [tag(1), tag(2)]),
    "envelopes.latest_own": lambda tx: envelopes.latest_own(tx, "/t", "vendor_profile", 1),
    "settings.get": lambda tx: settings.get(tx, "a"),
    "secrets.get": lambda tx: secrets.get(tx, secrets.Vault(key(1)), "deal", key(1), "a"),
    "secrets.erase": lambda tx: secrets.erase(tx, "deal", key(1)),
    "intents.get_by_id": lambda tx: intents.get_by_id(tx, key(1)),
    "pseudonyms.get": lambda tx: pseudonyms.get(tx, key(1)),
    "pseudonyms.of_intent": lambda tx: pseudonyms.of_intent(tx, key(1)),
    "intents.castings_of": lambda tx: intents.castings_of(tx, key(1)),
    "standing_intents.get": lambda tx: standing_intents.get(tx, key(1)),
    "standing_intents.by_prefix": lambda tx: standing_intents.by_prefix(tx, "abcdef"),
    "envelopes.by_prefix": lambda tx: envelopes.by_prefix(tx, "abcdef"),
    "inbox.get": lambda tx: inbox.get(tx, key(1)),
    "inbox.by_prefix": lambda tx: inbox.by_prefix(tx, "abcdef"),
    "market.intents_by_prefix": lambda tx: market.intents_by_prefix(tx, "abcdef"),
    "market.get_intent": lambda tx: market.get_intent(tx, key(1)),
    "market.unanswered": lambda tx: market.list_intents(tx, 1, answer=None),
    "market.forget_intents": lambda tx: market.forget_intents(tx, 1),
    "disclosures.of_deal": lambda tx: disclosures.of_deal(tx, key(1)),
    "deals.get": lambda tx: deals.get(tx, key(1)),
    "deals.of_intent": lambda tx: deals.list_deals(tx, intent_id=key(1)),
    "deals.of_state": lambda tx: deals.list_deals(tx, role="vendor", state="offered"),
    "deals.locked_quantity": lambda tx: deals.locked_quantity(tx, key(1)),
    "deals.by_prefix": lambda tx: deals.by_prefix(tx, "abcdef"),
    "messages.answers_since": lambda tx: messages.answers_since(tx, 1),
    "market.count_intents": lambda tx: market.count_intents(tx, 1),
    "pseudonyms.of_vendor": lambda tx: pseudonyms.of_vendor(tx, key(1)),
    "outbox.hasten": lambda tx: outbox.hasten(tx, key(1), 1),
    "deals.count_by_state": lambda tx: deals.count_by_state(tx, "vendor"),
    "deals.bought_quantity": lambda tx: deals.bought_quantity(tx, key(1)),
    "orders.get": lambda tx: orders.get(tx, key(1)),
    "orders.of_status": lambda tx: orders.list_orders(tx, role="vendor", status="shipped"),
    "orders.has_reference": lambda tx: orders.has_reference(tx, "RF18"),
    "orders.count_by_status": lambda tx: orders.count_by_status(tx, "vendor"),
    "reservations.put_back": lambda tx: reservations.put_back(tx, key(1), 1),
    "messages.get": lambda tx: messages.get(tx, key(1)),
    "messages.raws": lambda tx: messages.raws(tx, key(1)),
    "messages.list_messages": lambda tx: messages.list_messages(tx, key(1)),
    "messages.mark_acked": lambda tx: messages.mark_acked(tx, [key(1)], 1),
    "messages.to_acknowledge": lambda tx: messages.to_acknowledge(tx, key(1)),
    "messages.seqs": lambda tx: messages.seqs(tx, key(1), key(2)),
    "messages.missing_seqs": lambda tx: messages.missing_seqs(tx, key(1), key(2)),
    "messages.rights_requests": lambda tx: messages.rights_requests(tx, own=True, limit=9),
    "holdings.count": lambda tx: holdings.count(
        tx, deal=key(1), pseudonym=key(2), intent=key(3), root=key(4), feedback_key=key(5)
    ),
    "rights_planned.due": lambda tx: rights_planned.of_deal(tx, key(1)),
    "messages.offers": lambda tx: messages.offers(tx, key(1)),
    "tags.lookup": lambda tx: tags.lookup(tx, tag(1)),
    "tags.untils": lambda tx: tags.untils(tx, key(1)),
    "tags.list_tags": lambda tx: tags.list_tags(tx, key(1)),
    "tags.unwatch_below": lambda tx: tags.unwatch_below(tx, key(1), 1),
    "tags.is_watched": lambda tx: tags.is_watched(tx, key(1)),
    "tags.purge": lambda tx: tags.purge(tx, 1),
    "outbox.put_mail": lambda tx: outbox.put_mail(
        tx, deal=key(1), digest=key(2), seq=0, raw=b"", next_at=1, until=2
    ),
    "outbox.due": lambda tx: outbox.due(tx, 1),
    "outbox.pending": lambda tx: outbox.pending(tx, 1),
    "outbox.pending_of_deal": lambda tx: outbox.pending(tx, 1, key(1)),
    "outbox.next_due_at": lambda tx: outbox.next_due_at(tx, 1),
    "outbox.done_by_digest": lambda tx: outbox.done_by_digest(tx, [key(1)], 1),
    "outbox.done_by_deal": lambda tx: outbox.done_by_deal(tx, key(1), 1),
    "outbox.again": lambda tx: outbox.again(tx, key(1), 1),
    "outbox.lapse": lambda tx: outbox.lapse(tx, 1),
    "outbox.purge": lambda tx: outbox.purge(tx, 1),
    "outbox.pending_count": lambda tx: outbox.pending_count(tx),
    "events.after": lambda tx: events.after(tx, 5),
    "events.last_id": lambda tx: events.last_id(tx),
    "events.of_subject": lambda tx: events.of_subject(tx, "deal", key(1)),
    "timers.due": lambda tx: timers.due(tx, 1),
    "timers.next_at": lambda tx: timers.next_at(tx),
    "timers.clear_subject": lambda tx: timers.clear_subject(tx, key(1)),
    "catalogue.upsert_many": lambda tx: catalogue.upsert_many(tx, [samples.product()], updated=1),
    "catalogue.get": lambda tx: catalogue.get(tx, "a"),
    "catalogue.find_by_gtin": lambda tx: catalogue.find_by_gtin(tx, "0" * 14),
    "catalogue.find_by_mpn": lambda tx: catalogue.find_by_mpn(tx, "X", "Y"),
    "catalogue.find_by_category": lambda tx: catalogue.find_by_category(
        tx, [1, 2], Money(100, "EUR")
    ),
    "catalogue.find_by_path": lambda tx: catalogue.find_by_category(tx, ["Media > Books"]),
    "catalogue.find_by_either": lambda tx: catalogue.find_by_category(tx, [1, "Media"]),
    "catalogue.functions": lambda tx: catalogue.functions(tx),
    "catalogue.find_by_gtin_repaired": lambda tx: catalogue.find_by_gtin(
        tx, "0" * 14, function="Repair"
    ),
    "catalogue.list_products": lambda tx: catalogue.list_products(tx, 10, "a"),
    "market.get_profile": lambda tx: market.get_profile(tx, key(1)),
    "domain_checks.get": lambda tx: domain_checks.get(tx, key(1)),
    "domain_checks.proved_since": lambda tx: domain_checks.proved_since(tx, 1),
    "things.get": lambda tx: things.get(tx, secrets.Vault(key(1)), key(1)),
    "things.of_deal": lambda tx: things.of_deal(tx, secrets.Vault(key(1)), key(1)),
    "trust.get": lambda tx: trust.get(tx, key(1)),
    "reservations.available": lambda tx: reservations.available(tx, "a", 1),
    "reservations.sell": lambda tx: reservations.sell(tx, key(1), "a", 1, 1),
    "reservations.lapse": lambda tx: reservations.lapse(tx, 1),
}

# A scan of an index that holds nothing but the rows asked for, or in the order asked for.
ALLOWED = re.compile(
    r"SCAN (messages USING (COVERING )?INDEX messages_to_acknowledge"
    r"|outbox USING (COVERING )?INDEX outbox_pending"
    r"|seen USING (COVERING )?INDEX seen_until|CONSTANT ROW|products_fts VIRTUAL TABLE.*)"
)


def _plans_of(action: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    plans: list[str] = []
    execute = Connection.execute

    def explaining(self: Connection, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        plans.extend(row[3] for row in execute(self, f"EXPLAIN QUERY PLAN {sql}", params))
        return execute(self, sql, params)

    monkeypatch.setattr(Connection, "execute", explaining)
    action()
    return plans


@pytest.mark.parametrize("name", HOT)
def test_no_table_is_scanned(tx: Tx, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = _plans_of(lambda: HOT[name](tx), monkeypatch)
    scans = [plan for plan in plans if plan.startswith("SCAN") and not ALLOWED.fullmatch(plan)]
    assert plans
    assert scans == []


def test_mail_is_looked_for_by_its_tags_alone(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = _plans_of(lambda: envelopes.by_tags(tx, [*map(tag, range(9))]), monkeypatch)
    assert set(plans) == {"SEARCH envelopes USING INDEX envelopes_tag (tag=?)"}


def test_room_is_made_by_the_order_of_an_index(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        envelopes.put(tx, samples.envelope(number))
    plans = _plans_of(lambda: envelopes.evict(tx, 1, 100), monkeypatch)
    # Sorted is one sixteenth at most of what ends in the same second, not the table.
    at = plans.index("SEARCH envelopes USING INDEX envelopes_expires (own=?)")
    assert plans[at + 1] == "USE TEMP B-TREE FOR LAST TERM OF ORDER BY"
