"""Which pairs belong together is told as one would by looking at each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.processes.pairs import Item, Pairs

LABELS = st.lists(st.sampled_from("abc"), min_size=2, max_size=6)


def _items(labels: list[str]) -> list[Item]:
    return [Item(label, {"size": at}) for at, label in enumerate(labels)]


@given(LABELS, LABELS, st.randoms())
def test_pairs_of_two_lists(left, right, chance):
    pairs = Pairs(_items(left), _items(right))
    chance.shuffle(left)
    told = pairs.truth(left)
    assert [told >> at & 1 for at in range(len(pairs.places))] == [
        one == other for one in left for other in right
    ]


@given(LABELS, st.randoms())
def test_pairs_of_one_list(labels, chance):
    pairs = Pairs(_items(labels))
    chance.shuffle(labels)
    told = pairs.truth(labels)
    assert [told >> at & 1 for at in range(len(pairs.places))] == [
        one == other for at, one in enumerate(labels) for other in labels[at + 1 :]
    ]
