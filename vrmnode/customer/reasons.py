"""The coded reasons of vendors in plain words (specs/03-messages.md#decline)."""

from __future__ import annotations

from collections.abc import Mapping

from vrmprotocol.mail import VendorReason

REFUSAL_WORDS: Mapping[VendorReason, str] = {
    "floor": "it gives way no further",
    "out_of_stock": "it has none left",
    "late": "it can't be there, or answer, in time",
    "over_budget": "it costs more there than you would pay",
    "out_of_area": "it doesn't serve your area",
    "terms": "it accepts none of your terms",
    "quantity": "it doesn't have as many as you want",
    "condition": "it doesn't have it in the condition you asked for",
    "constraint": "what it has doesn't meet one of your musts",
    "delivery": "it doesn't deliver in any of your ways",
    "payment": "it takes none of your ways of paying",
    "currency": "it sells in another currency than yours",
    "closed": "it is closed",
    "withdrawn": "it takes this off the market",
    "invalid": "it can't make sense of the intent",
    "function": "it has it, but does nothing of what you ask",
    "below_minimum": "it would pay less than you would take",
    "unspecified": "it gives no reason",
}


def refusal_words(reason: str) -> str:
    """A vendor's reason in words; an unknown code stands for itself."""
    for known, words in REFUSAL_WORDS.items():
        if known == reason:
            return words
    return reason
