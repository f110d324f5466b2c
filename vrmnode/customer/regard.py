"""What the owner holds of a vendor: whether it is trusted, in which groups, and its domain."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from vrmnode.values.spans import format_day

GROUP_EXPECTED = "a group's name of 1 to 32 letters, digits, - or _"


@dataclass(frozen=True, slots=True)
class DomainProof:
    """A web host that named the vendor when the owner's node looked, at `checked`."""

    host: str
    checked: int

    @property
    def words(self) -> str:
        """ "proved: shop.example, checked 2026-11-21"."""
        return f"proved: {self.host}, checked {format_day(self.checked)}"


@dataclass(frozen=True, slots=True)
class Regard:
    """A vendor in the eyes of this node's owner; `groups` only of a trusted one."""

    trusted: bool = False
    groups: tuple[str, ...] = ()
    proof: DomainProof | None = None


STRANGER = Regard()


def read_group(text: str) -> str | None:
    """A group's name as it is kept; None if it can't be one."""
    name = unicodedata.normalize("NFC", text.strip())
    return name if re.fullmatch(r"[\w-]{1,32}", name) else None
