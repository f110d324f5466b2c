"""Whether a product belongs to the category that an intent names by its taxonomy id.

Catalogues hold an id, or only a path in words ("Books > Fiction"), which may leave out the top
of the taxonomy's own path ("Media > Books"). Paths lead to the ids of `taxonomy_names`, the first
two levels; what lies below what is known of every id, from `taxonomy_tree.txt`.
"""

from functools import cache, lru_cache
from importlib import resources

from vrmnode.values.words import fold
from vrmnode.vendor.taxonomy_names import NAMES

Path = tuple[str, ...]


def name_of(category: int) -> str | None:
    """ "Media > Books" for 784; None for ids below the second level."""
    return NAMES.get(category)


@lru_cache(maxsize=4096)
def category_of_path(path: str) -> int | None:
    """The most specific known id of a catalogue's path, or None."""
    steps = _steps(path)
    if not steps:
        return None
    by_path = _by_path()
    # The whole path of the taxonomy first, then one that starts below its top.
    for length in (2, 1):
        found = by_path.get(steps[:length]) if len(steps) >= length else None
        if found is not None:
            return found
    return _by_last_step().get(steps[0])


def ancestors(category: int) -> tuple[int, ...]:
    """The category itself and all that are above it."""
    found = [category]
    while (above := _parents().get(found[-1])) is not None:
        found.append(above)
    return tuple(found)


def top(category: int | None) -> int | None:
    """The top level above a category; None for one that isn't known."""
    if category is None:
        return None
    found = ancestors(category)[-1]
    name = NAMES.get(found)
    return None if name is None or " > " in name else found


def with_children(category: int) -> tuple[int, ...]:
    """The category itself and all that are below it."""
    found = [category]
    for each in found:
        found += _children().get(each, ())
    return tuple(found)


def path_starts(category: int) -> tuple[str, ...]:
    """How the paths of a known category's products may begin; `belongs` has the last word."""
    names = [NAMES[each] for each in with_children(category) if each in NAMES]
    return tuple(dict.fromkeys(start for name in names for start in (name, name.split(" > ")[-1])))


def belongs(wanted: int, category: int | None, category_path: str) -> bool:
    """Whether a product with this id or this path lies in the wanted category."""
    if category is not None and wanted in ancestors(category):
        return True
    found = category_of_path(category_path) if category_path else None
    return found is not None and wanted in ancestors(found)


def _steps(path: str) -> Path:
    parts = path.replace("/", ">").replace("|", ">").split(">")[:8]
    # "&" and "and" are one; the order of words counts.
    folded = (" ".join(word for word in fold(part) if word != "and") for part in parts)
    return tuple(part for part in folded if part)


@cache
def _by_path() -> dict[Path, int]:
    return {_steps(name): category for category, name in NAMES.items()}


@cache
def _by_last_step() -> dict[str, int]:
    """Second-level names that stand only once, so that they tell their top level."""
    found: dict[str, list[int]] = {}
    for path, category in _by_path().items():
        if len(path) == 2:
            found.setdefault(path[1], []).append(category)
    return {step: categories[0] for step, categories in found.items() if len(categories) == 1}


@cache
def _parents() -> dict[int, int]:
    return {child: above for above, below in _children().items() for child in below}


@cache
def _children() -> dict[int, tuple[int, ...]]:
    text = resources.files(__package__).joinpath("taxonomy_tree.txt").read_text("ascii")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {int(above): tuple(map(int, below)) for above, *below in rows}
