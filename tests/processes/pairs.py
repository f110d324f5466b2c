"""Pairs of messages for the classifier of `linkage`: how alike they are, which belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Fields = Mapping[str, bytes | int]


@dataclass(frozen=True, slots=True)
class Item:
    """What an outsider sees of one message, and who it really belongs to."""

    label: str
    fields: Fields


def closeness(left: Fields, right: Fields) -> dict[str, float]:
    """How alike two messages are, feature by feature; larger is more alike."""
    found: dict[str, float] = {}
    for name in left.keys() & right.keys():
        one, other = left[name], right[name]
        if isinstance(one, bytes) and isinstance(other, bytes):
            pairs = list(zip(one, other, strict=True))
            found |= {f"{name}[{at}]": -abs(a - b) for at, (a, b) in enumerate(pairs)}
            found[f"{name} bits"] = -sum((a ^ b).bit_count() for a, b in pairs)
            found[f"{name} number"] = -abs(int.from_bytes(one[:6]) - int.from_bytes(other[:6]))
        elif isinstance(one, int) and isinstance(other, int):
            found[name] = -abs(one - other)
    return dict(sorted(found.items()))


class Pairs:
    """The pairs of some items: their closeness, and which of them belong together.

    Without `right` the pairs are those of `left` among themselves.
    """

    def __init__(self, left: Sequence[Item], right: Sequence[Item] | None = None) -> None:
        self.left = left
        self.right = right
        others = left if right is None else right
        self.places = [
            (at, with_)
            for at in range(len(left))
            for with_ in range(len(others))
            if right is not None or at < with_
        ]
        rows = [closeness(left[a].fields, others[b].fields) for a, b in self.places]
        self._bits = {place: 1 << number for number, place in enumerate(self.places)}
        # Of each left item, which of its pairs are with a label: whoever shuffles asks often.
        self._with: list[dict[str, int]] = [{} for _ in left]
        for (a, b), bit in self._bits.items() if right is not None else ():
            mine, label = self._with[a], others[b].label
            mine[label] = mine.get(label, 0) | bit
        self.names = list(rows[0])
        self.columns = {name: [row[name] for row in rows] for name in self.names}

    def truth(self, labels: Sequence[str]) -> int:
        """A bit per pair: whether its two items have the same label; `labels` are the left's."""
        mask = 0
        if self.right is not None:
            for mine, label in zip(self._with, labels, strict=True):
                mask |= mine.get(label, 0)
            return mask
        groups: dict[str, list[int]] = {}
        for at, label in enumerate(labels):
            groups.setdefault(label, []).append(at)
        for group in groups.values():
            for place in combinations(group, 2):
                mask |= self._bits[place]
        return mask

    @property
    def labels(self) -> list[str]:
        """The true labels of the left items."""
        return [item.label for item in self.left]
