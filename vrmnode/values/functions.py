"""What a vendor does, as people write and read it; the names are those of `specs/03-messages.md`.

Catalogues say it in their own language or by an IRI of schema.org or GoodRelations.
"""

import re

from vrmnode.values.constraints import property_name
from vrmprotocol.functions import FUNCTIONS, SUPPLYING

FUNCTION_EXPECTED = f"one of {', '.join(FUNCTIONS)}"
UNIT_EXPECTED = "day, week or month"
UNIT_DAYS = {"day": 1, "week": 7, "month": 30}
"""The days that a price of a lease is for."""

_IRI = re.compile(
    r"(?:https?://(?:schema\.org/|purl\.org/goodrelations/v1#)|schema:|gr:)", re.IGNORECASE
)
_SYNONYMS = {
    "Sell": "sale sales verkauf verkaufen verkoop vente",
    "LeaseOut": "lease rent rental hire vermietung vermieten miete mieten verhuur huur location",
    "Repair": "repairs reparatur reparieren reparatie reparation",
    "Maintain": "maintenance wartung warten onderhoud entretien",
    "ProvideService": "service services dienstleistung dienst prestation",
    "Dispose": "disposal entsorgung entsorgen afvoer elimination",
    "Buy": "purchase ankauf ankaufen inkoop rachat",
}
_BY_WORD = {
    property_name(word): function
    for function in FUNCTIONS
    for word in (function, *_SYNONYMS[function].split())
}
_UNITS = {
    **dict.fromkeys(("day", "days", "tag", "tage", "dag", "jour"), "day"),
    **dict.fromkeys(("week", "weeks", "woche", "wochen", "semaine"), "week"),
    **dict.fromkeys(("month", "months", "monat", "monate", "maand", "mois"), "month"),
}
_DOES = {
    "Sell": "sells it",
    "LeaseOut": "rents it out",
    "Repair": "repairs it",
    "Maintain": "maintains it",
    "ProvideService": "does it",
    "Dispose": "takes it away",
    "Buy": "buys it from you",
}

_READY = {
    "Repair": "back",
    "Maintain": "back",
    "ProvideService": "done",
    "Dispose": "taken",
    "Buy": "taken",
}


def read_function(text: str) -> str | None:
    """The function that a name, an IRI or a word stands for; None if it is none."""
    return _BY_WORD.get(property_name(_IRI.sub("", text.strip(), count=1)))


def read_unit(text: str) -> str | None:
    """ "day", "week" or "month"; None if the text is none of them."""
    return _UNITS.get(property_name(re.sub(r"^(?:per|pro|je|par|/)\s*", "", text.strip().lower())))


def does(function: str, asked: str | None = None) -> str:
    """ "repairs it": what the vendor does; a sale in place of what was `asked` is a replacement."""
    if function == "Sell" and asked is not None and asked not in SUPPLYING:
        return "replaces it"
    return _DOES.get(function, function)


def ready(function: str) -> str:
    """ "there": what a day of delivery means to the customer."""
    return _READY.get(function, "there")


def leases(quantity: int, days: int, deposit: str | None) -> str:
    """ "rents you one for 14 days, deposit 100.00 EUR returned"."""
    pieces = "one" if quantity == 1 else str(quantity)
    span = "1 day" if days == 1 else f"{days} days"
    paid = "no deposit" if deposit is None else f"deposit {deposit} returned"
    return f"rents you {pieces} for {span}, {paid}"
