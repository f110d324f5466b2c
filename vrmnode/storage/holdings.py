"""How many rows each table holds because of one deal: what a vendor has of a customer.

A table of the schema is here with the question for its rows, or among those that hold nothing of a
customer's; a test compares both with the schema.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.storage.connection import Connection, Value

_DIGESTS = "SELECT digest FROM messages WHERE deal = :deal"

_ROWS: Mapping[str, str] = {
    "deals": "deal = :deal",
    "orders": "deal = :deal",
    "messages": "deal = :deal",
    "outbox": "deal = :deal",
    "watched_tags": "owner = :deal",
    "secrets": "owner_kind = 'deal' AND owner_id = :deal",
    "erasable_keys": "owner_id = :deal",
    "events": f"subject_id IN (:deal, :pseudonym, :intent) OR subject_id IN ({_DIGESTS})",
    "timers": f"subject IN (:deal, :pseudonym) OR subject IN ({_DIGESTS})",
    "reservations": "deal = :deal",
    "market_intents": "pseudonym = :pseudonym",
    "inbox": "pseudonym = :pseudonym",
    "inbox_mail": "deal = :deal",
    "demand_intents": "pseudonym = :pseudonym",
    "feedback": "key = :feedback_key",
    "feedback_replies": "root = :root AND about = :feedback_key",
}

OF_NO_CUSTOMER = frozenset(
    {
        # What every node keeps for the network, sealed or public.
        *(
            "seen",
            "envelopes",
            "evictions",
            "held",
            "pools",
            "peers",
            "profiles",
            "key_updates",
            "revoked_keys",
        ),
        # The owner's own, as a customer and as a node.
        *("settings", "intents", "pseudonyms", "standing_intents", "disclosures", "own_feedback"),
        *("breaches", "things", "hooks", "drafts", "domain_checks", "trust", "rights_planned"),
        # The shop's.
        *("products", "prekeys", "demand_summaries"),
    }
)
"""The tables in which nothing stands because of a customer's deal with this vendor."""

TABLES = frozenset(_ROWS)


def count(
    tx: Connection,
    *,
    deal: bytes,
    pseudonym: bytes,
    intent: bytes,
    root: bytes,
    feedback_key: bytes | None,
) -> dict[str, int]:
    """Return the number of rows of each table, 0 included.

    `intent` is the id of the envelope or message in which the intent came, `root` the vendor's.
    """
    named: dict[str, Value] = {
        "deal": deal,
        "pseudonym": pseudonym,
        "intent": intent,
        "root": root,
        "feedback_key": feedback_key,
    }
    found = {}
    for table, where in _ROWS.items():
        bindings = {name: value for name, value in named.items() if f":{name}" in where}
        found[table] = int(tx.value(f"SELECT count(*) FROM {table} WHERE {where}", bindings))
    return found
