"""Postal addresses in the form that is usual in their country.

The fields are those of specs/09-relationship.md#contact-fields. A line in which every field is
missing is left out. Countries that aren't listed write the postal code before the locality.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vrmnode.values.countries import NAMES

_USUAL = "{postal_code} {locality}\n{region}"

# What stands below the street, by countries; each line is one of the address.
_FORMS = (
    (
        "AT BE CH CZ DE DK EE FI FO FR GL GR HR IS LI LU MC ME MK NL NO PL PT RS SE SI SK",
        "{postal_code} {locality}",
    ),
    ("ES IT LT SM VA", "{postal_code} {locality} {region}"),
    ("MX", "{postal_code} {locality}, {region}"),
    ("TR", "{postal_code} {locality}/{region}"),
    ("AS GU MP PR US VI", "{locality}, {region} {postal_code}"),
    ("AU", "{locality} {region} {postal_code}"),
    ("CA", "{locality} {region}  {postal_code}"),
    ("CO", "{locality}, {region}, {postal_code}"),
    ("CN JP KR TW", "{locality}, {region}\n{postal_code}"),
    ("BR", "{locality} - {region}\n{postal_code}"),
    ("ID TH VN", "{locality}\n{region} {postal_code}"),
    ("PH", "{locality}\n{postal_code} {region}"),
    ("EG IE KE RU UA ZA", "{locality}\n{region}\n{postal_code}"),
    ("LV", "{region}\n{locality}, {postal_code}"),
    ("GB GG IM JE", "{locality}\n{postal_code}"),
    ("NZ SG", "{locality} {postal_code}"),
    ("BD", "{locality} - {postal_code}"),
    ("PK", "{locality}-{postal_code}"),
    ("IN", "{locality} {postal_code}\n{region}"),
    ("AE HK", "{locality}\n{region}"),
)
_BELOW_STREET = {code: form for codes, form in _FORMS for code in codes.split()}
_ABOVE = "{name}\n{street_address}\n"

# Whole addresses where the script of the country goes from the large to the small.
_NATIVE: dict[str, str] = {
    "CN": "{postal_code}\n{region}{locality}\n{street_address}\n{name}",
    "HK": "{region}{locality}\n{street_address}\n{name}",
    "JP": "〒{postal_code}\n{region}{locality}\n{street_address}\n{name}",
    "KR": "{region} {locality}\n{street_address}\n{name}\n{postal_code}",
    "TW": "{postal_code}\n{region}{locality}\n{street_address}\n{name}",
}
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_CODELESS = (
    "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CM DJ DM ER FJ GD GM GQ GY HK KI KM KN LC ML MO MR"
    " MW NR QA RW SB SC SL SR ST TG TO TV UG VU YE ZW"
)
WITHOUT_POSTAL_CODE = frozenset(_CODELESS.split())
"""Countries whose post knows no codes."""


def needed(country: str | None) -> frozenset[str]:
    """The fields without which an address in this country isn't complete."""
    every = frozenset({"name", "street_address", "postal_code", "locality", "country"})
    return every - {"postal_code"} if country in WITHOUT_POSTAL_CODE else every


def lines(fields: Mapping[str, str], *, sent_from: str | None = None) -> list[str]:
    """An address line by line; the country's name stands last unless it is sent from there.

    `sent_from` is the sender's country; None where it isn't known.
    """
    country = fields.get("country", "")
    native = _NATIVE.get(country, "")
    if native and _EAST_ASIAN.search("".join(fields.values())):
        form = native
    else:
        form = _ABOVE + _BELOW_STREET.get(country, _USUAL)
    found = [line for part in form.split("\n") for line in _filled(part, fields)]
    if country and country != sent_from:
        found.append(NAMES.get(country, country).upper())
    return found


def _filled(form: str, fields: Mapping[str, str]) -> list[str]:
    """The lines that a line of a form becomes: none if its fields are missing."""
    names = re.findall(r"\{(\w+)\}", form)
    present = [name for name in names if fields.get(name)]
    if len(present) < len(names):
        # Marks between fields make sense only where all of them are there.
        return [" ".join(fields[name] for name in present)] if present else []
    return form.format_map(fields).split("\n")
