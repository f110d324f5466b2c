"""Rows of a Shopify product export, made whole: there a product's other variants have rows of their
own, which repeat nothing but its handle, and further pictures have rows without anything to sell.

What the cells mean is left to `columns` and `cells`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SIGNS = frozenset({"handle", "title", "variant sku", "variant price"})
"""Columns that together no other export has."""
_OF_A_VARIANT = re.compile(r"variant |image |option\d+ (value|linked)")
_OPTION = re.compile(r"option\d+ value")
_NO_OPTION = "default title"
_ASLEEP = frozenset({"draft", "archived", "unlisted"})
_NOT_SIMPLE = re.compile(r"[^\w]+")


class Variants:
    """Rows in the order of the file; `asleep` counts those of products that aren't for sale.

    `used` are the columns from which a row is made whole.
    """

    @classmethod
    def of(cls, header: Sequence[str]) -> Variants | None:
        """For a header of such an export; None for any other."""
        names = [cell.strip().casefold() for cell in header]
        return cls(names) if set(names) >= _SIGNS else None

    def __init__(self, names: Sequence[str]) -> None:
        self._at = {name: at for at, name in reversed(list(enumerate(names)))}
        self._shared = [at for at, name in enumerate(names) if not _OF_A_VARIANT.match(name)]
        self._options = [at for at, name in enumerate(names) if _OPTION.fullmatch(name)]
        self._first: list[str] = []
        self.asleep = 0
        own = re.compile(r"handle|status|option\d+ (name|value|linked to)")
        self.used = {at for at, name in enumerate(names) if own.fullmatch(name)}

    def whole(self, cells: Sequence[str]) -> list[str] | None:
        """A row with all that a product needs; None for one with nothing to sell."""
        row = list(cells)
        handle = row[self._at["handle"]].strip()
        if self._first and handle and handle == self._first[self._at["handle"]].strip():
            for at in self._shared:
                row[at] = row[at] if row[at].strip() else self._first[at]
        else:
            self._first = list(row)
        if not row[self._at["variant price"]].strip():
            return None
        if "status" in self._at and row[self._at["status"]].strip().casefold() in _ASLEEP:
            self.asleep += 1
            return None
        chosen = [row[at].strip() for at in self._options if row[at].strip()]
        if [each.casefold() for each in chosen] == [_NO_OPTION]:
            chosen = []
        title, sku = self._at["title"], self._at["variant sku"]
        if row[title].strip() and chosen:
            row[title] = f"{row[title].strip()}, {' / '.join(chosen)}"
        if not row[sku].strip():
            row[sku] = "-".join(_simple(part) for part in (handle, *chosen) if _simple(part))
        return row


def _simple(text: str) -> str:
    return _NOT_SIMPLE.sub("-", text.casefold()).strip("-")
