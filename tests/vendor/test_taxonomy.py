"""Categories by id and by path."""

import pytest

from vrmnode.vendor import taxonomy
from vrmnode.vendor.taxonomy_names import NAMES


def test_every_category_has_its_place():
    tops = [category for category, name in NAMES.items() if " > " not in name]
    below = [each for top in tops for each in taxonomy.with_children(top)]
    assert len(below) == len(set(below)) == 5_595
    assert all(taxonomy.ancestors(each)[-1] in tops for each in below)
    for category, name in NAMES.items():
        named = [NAMES[each] for each in reversed(taxonomy.ancestors(category))]
        assert name == named[-1] and name.startswith(named[0])


def test_names_are_of_the_first_two_levels():
    assert NAMES[784] == "Media > Books"
    assert len(NAMES) == 213
    assert all(name.count(" > ") <= 1 for name in NAMES.values())
    tops = {name for name in NAMES.values() if " > " not in name}
    assert {name.split(" > ")[0] for name in NAMES.values()} == tops


@pytest.mark.parametrize(
    ("path", "category"),
    [
        ("Media > Books", 784),
        ("Media > Books > Audiobooks", 784),
        ("Books > Non-Fiction > Essential programming", 784),
        ("BOOKS", 784),
        ("books/fiction", 784),
        ("Media", 783),
        ("Hardware > Tools > Pliers", 1167),
        ("Home and Garden > Kitchen & Dining", 638),
        ("Our own > Books", None),
        ("Bookshelves", None),
        ("", None),
        (">>", None),
    ],
)
def test_category_of_path(path, category):
    assert taxonomy.category_of_path(path) == category


@pytest.mark.parametrize(
    ("wanted", "category", "path", "belongs"),
    [
        (784, 784, "", True),
        (783, 784, "", True),
        (784, 783, "", False),
        (784, None, "Books > Fiction", True),
        (783, None, "Books > Fiction", True),
        (1167, None, "Books > Fiction", False),
        (784, 543541, "Media > Books > Audiobooks", True),
        (543541, 543541, "", True),
        (784, None, "", False),
        (632, 1367, "", True),
        (1217, 1367, "", True),
        (1367, 1217, "", False),
        (784, 1367, "", False),
    ],
)
def test_belongs(wanted, category, path, belongs):
    assert taxonomy.belongs(wanted, category, path) is belongs


def test_children_and_starts():
    assert 784 in taxonomy.with_children(783)
    assert taxonomy.with_children(784) == (784, 543541, 543542, 543543)
    assert taxonomy.ancestors(1367) == (1367, 1217, 1167, 632)
    assert taxonomy.with_children(999_999) == taxonomy.ancestors(999_999) == (999_999,)
    assert taxonomy.path_starts(784) == ("Media > Books", "Books")
    assert taxonomy.path_starts(543541) == ()
    assert taxonomy.name_of(784) == "Media > Books"
