"""Which vendors a customer's search finds among their profiles, and in which order.

A profile that names no category deals in any, one that names no country serves everywhere
(specs/03-messages.md#vendor_profile): both fit, after those that say so themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from vrmnode.values import words
from vrmnode.values.fields import Fields
from vrmnode.vendor import taxonomy
from vrmprotocol import terms
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.market import VendorProfile

MAX_FOUND = 1000
COUNTRY = "[A-Za-z]{2}"


@dataclass(frozen=True, slots=True)
class VendorQuery:
    """What is asked for; what isn't set doesn't matter. Of several `terms` one is enough."""

    words: tuple[str, ...] = ()
    category: int | None = None
    country: str | None = None
    terms: frozenset[str] = frozenset()
    function: str | None = None
    limit: int = 100


def read_query(raw: Mapping[str, object]) -> VendorQuery:
    """Raises: FieldError `search.invalid`, `search.unknown_field`."""
    fields = Fields(raw, "search")
    country = fields.text("country", 2, COUNTRY)
    query = VendorQuery(
        words=words.significant(fields.text("words", 200) or ""),
        category=fields.whole("category", 0, 2**31 - 1, None),
        country=None if country is None else country.upper(),
        terms=frozenset(fields.several_of("terms", terms.ROSTER)),
        function=fields.one_of("function", FUNCTIONS, None),
        limit=fields.whole("limit", 1, MAX_FOUND, 100),
    )
    fields.finish()
    return query


def fits(profile: VendorProfile, query: VendorQuery) -> bool:
    """Whether the vendor says that it does what is asked."""
    if query.country and profile.area_served and query.country not in profile.area_served:
        return False
    if query.function and query.function not in profile.business_function:
        return False
    if query.terms and not query.terms & set(profile.accepted_terms):
        return False
    if query.category is not None and profile.category and not _named(profile, query.category):
        return False
    return not query.words or words.enough(query.words, _text(profile))


def closeness(profile: VendorProfile, query: VendorQuery) -> tuple[int, ...]:
    """How well a profile that fits does so: the greater, the nearer to the top of the list."""
    return (
        words.share(query.words, profile.name),
        words.share(query.words, _text(profile)),
        int(query.category is not None and _named(profile, query.category)),
        int(query.country is not None and query.country in profile.area_served),
    )


def _named(profile: VendorProfile, wanted: int) -> bool:
    """Whether a category of the profile is the wanted one, above it or below it."""
    above = taxonomy.ancestors(wanted)
    return any(each in above or wanted in taxonomy.ancestors(each) for each in profile.category)


def _text(profile: VendorProfile) -> str:
    names = (taxonomy.name_of(each) for each in profile.category)
    parts = (profile.name, profile.legal_name, profile.description, _host(profile.url), *names)
    return " ".join(part for part in parts if part)


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").netloc
    except ValueError:
        return ""
