"""Ways of delivery by country: how, for how much and in how many days.

Read from a vendor's policy or from one product; which way an intent allows is decided here,
which is offered by the responder.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vrmnode.values.fields import Fields
from vrmnode.values.money import MAX_AMOUNT, format_money
from vrmnode.values.spans import DAY_S, floor_day
from vrmnode.vendor.policy_fields import own_currency

METHODS = ("ship", "pickup", "download", "onsite")
ANYWHERE = "*"
MAX_DAYS = 366
DEFAULT_DAYS = (3, 7)
_RANGE = re.compile(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of delivery: `charge` in minor units, none from `free_from` on; whole days."""

    method: str
    charge: int
    days: tuple[int, int]
    free_from: int | None = None

    def charge_for(self, goods: int) -> int:
        return 0 if self.free_from is not None and goods >= self.free_from else self.charge

    def window(self, now: int) -> tuple[int, int]:
        """The first and the last day of delivery, each as its midnight UTC."""
        today = floor_day(now)
        return today + self.days[0] * DAY_S, today + self.days[1] * DAY_S


Table = Mapping[str, tuple[Way, ...]]


def read_table(raw: object, family: str, where: str, currency: str) -> dict[str, tuple[Way, ...]]:
    """A table {country or "*": way or list of ways}; amounts are in `currency`.

    Raises: FieldError `<family>.invalid`, `<family>.unknown_field`.
    """
    fields = Fields(raw, family, where)
    if not isinstance(raw, Mapping):
        raise fields.error("", "ways of delivery by country", raw)
    table: dict[str, tuple[Way, ...]] = {}
    for name in raw:
        country = str(name).strip().upper()
        if not re.fullmatch(r"[A-Z]{2}|\*", country):
            raise fields.error(str(name)[:20], 'a country such as "NL", or "*"', name)
        ways = fields.items(str(name), 8)
        table[country] = tuple(
            _way(Fields(way, family, fields.name_of(str(name))), currency) for way in ways
        )
    return table


def table_to_dict(table: Table, currency: str) -> dict[str, object]:
    return {
        country: [_way_to_dict(way, currency) for way in ways] for country, ways in table.items()
    }


def ways_to(table: Table, country: str, methods: Collection[str]) -> tuple[Way, ...]:
    """The ways to a country by an allowed method; none named allows all."""
    ways = table.get(country, table.get(ANYWHERE, ()))
    return tuple(way for way in ways if not methods or way.method in methods)


def goes_to(table: Table, country: str) -> bool:
    return bool(table.get(country, table.get(ANYWHERE, ())))


def _way(fields: Fields, currency: str) -> Way:
    way = Way(
        method=fields.one_of("method", METHODS, "ship"),
        charge=own_currency(fields, "charge", currency) or 0,
        days=_days(fields),
        free_from=own_currency(fields, "free_from", currency),
    )
    fields.finish()
    return way


def _days(fields: Fields) -> tuple[int, int]:
    """3, [1, 3] or "1-3"."""
    expected = f'days such as 3, [1, 3] or "1-3", at most {MAX_DAYS}'
    raw = fields.take("days")
    if raw is None:
        return DEFAULT_DAYS
    if isinstance(raw, str) and (found := _RANGE.fullmatch(raw)):
        raw = [int(part) for part in found.groups() if part is not None]
    given = raw if isinstance(raw, list | tuple) else [raw]
    days = [day for day in given if isinstance(day, int) and not isinstance(day, bool)]
    if len(days) != len(given) or not 1 <= len(days) <= 2:
        raise fields.error("days", expected, raw)
    first, last = days[0], days[-1]
    if not 0 <= first <= last <= MAX_DAYS:
        raise fields.error("days", expected + ", the smaller first", raw)
    return first, last


def _way_to_dict(way: Way, currency: str) -> dict[str, object]:
    found: dict[str, object] = {
        "method": way.method,
        "charge": format_money(min(way.charge, MAX_AMOUNT), currency),
        "days": list(way.days),
    }
    if way.free_from is not None:
        found["free_from"] = format_money(way.free_from, currency)
    return found
