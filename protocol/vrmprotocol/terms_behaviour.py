"""Whom an agent answers: the behaviours of IEEE 7012 agents.

Implements `specs/05-terms.md#who-may-ask`. Who a party is to the owner is the caller's knowledge.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Behaviour: TypeAlias = Literal["anybody", "known", "priorAgreement", "nobody"]
Party: TypeAlias = Literal["stranger", "known", "priorAgreement"]

BEHAVIOURS: tuple[Behaviour, ...] = ("anybody", "known", "priorAgreement", "nobody")
"""From who answers everybody to who answers nobody."""
_ANSWERS: dict[Behaviour, frozenset[Party]] = {
    "anybody": frozenset({"stranger", "known", "priorAgreement"}),
    "known": frozenset({"known", "priorAgreement"}),
    "priorAgreement": frozenset({"priorAgreement"}),
    "nobody": frozenset(),
}


# SPEC 05: The reader MUST NOT answer by itself a request or a negotiation of a party that its own
# behaviour doesn't admit.
def answers_request(requests: Behaviour | None, party: Party) -> bool:
    """Whether a party's first message is answered; no behaviour: anybody's is."""
    return party in _ANSWERS[requests or "anybody"]


def answers_negotiation(
    requests: Behaviour | None, negotiation: Behaviour | None, party: Party
) -> bool:
    """Whether what follows a party's first message is answered, before an agreement."""
    return answers_request(requests, party) and party in _ANSWERS[negotiation or "anybody"]
