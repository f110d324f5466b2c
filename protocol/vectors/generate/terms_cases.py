"""Cases of terms.json: the customer's order decides."""

from __future__ import annotations

from collections.abc import Sequence

from .cases import VectorFile

ROSTER = (
    "SD-BASE",
    "SD-BASE-DP",
    "SD-BASE-A",
    "SD-BASE-A-DP",
    "SD-BASE-AT",
    "SD-BASE-AT-DP",
    "SD-BASE-ATP",
    "SD-BASE-ATP-DP",
    "SD-BASE-ATP-S3P",
    "SD-BASE-ATP-S3P-DP",
    "PDC-INTENT",
    "PDC-AI",
    "PDC-GOOD",
)


def choose(customer: Sequence[str], vendor: Sequence[str]) -> str | None:
    """The first of the customer's that the vendor accepts and the roster has."""
    for terms in customer:
        if terms in ROSTER and terms in vendor:
            return terms
    return None


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "terms",
        "specs/03-messages.md#offer",
        "`choose` gets the ids that the customer's intent names, in order, and those that the "
        "vendor accepts. `none` stands where nothing matches and the vendor makes no offer.",
    )
    for terms in ROSTER:
        comment = "an id of the roster, wanted and accepted"
        _add(file, f"only-{terms.lower()}", comment, [terms], [terms])
    for name, comment, customer, vendor in CASES:
        _add(file, name, comment, customer, vendor)
    for terms in ROSTER:
        others = [other for other in ROSTER if other != terms]
        comment = "the vendor accepts every other id"
        _add(file, f"all-but-{terms.lower()}", comment, [terms], others)
    return file


def _add(
    file: VectorFile, name: str, comment: str, customer: Sequence[str], vendor: Sequence[str]
) -> None:
    given = {"customer": list(customer), "vendor": list(vendor)}
    chosen = choose(customer, vendor)
    if chosen is None:
        file.bad("choose", name, "none", comment, given)
    else:
        file.ok("choose", name, comment, given, {"terms": chosen})


CASES: list[tuple[str, str, Sequence[str], Sequence[str]]] = [
    ("customers-first", "both accepted: the customer's first", ["SD-BASE", "SD-BASE-A"], ROSTER),
    ("order-matters", "the same two the other way round", ["SD-BASE-A", "SD-BASE"], ROSTER),
    (
        "vendors-order-is-nothing",
        "the vendor's order changes nothing",
        ["SD-BASE-AT", "SD-BASE"],
        ["SD-BASE", "SD-BASE-AT"],
    ),
    (
        "second-choice",
        "the first isn't accepted",
        ["SD-BASE", "SD-BASE-A", "SD-BASE-AT"],
        ["SD-BASE-AT", "SD-BASE-A"],
    ),
    ("last-choice", "only the last of thirteen", ROSTER, ["PDC-GOOD"]),
    (
        "unknown-first",
        "an id outside the roster never matches",
        ["X-1", "SD-BASE"],
        ["X-1", "SD-BASE"],
    ),
    ("disjoint", "nothing in common", ["SD-BASE"], ["SD-BASE-A"]),
    ("unknown-only", "both name the same id, but the roster doesn't", ["X-1"], ["X-1"]),
    ("lower-case", "ids are compared by their bytes", ["sd-base"], ["SD-BASE"]),
    ("prefix", "a longer id isn't the shorter one", ["SD-BASE-A"], ["SD-BASE-AT", "SD-BASE"]),
    ("variant", "the -DP variant is another id", ["SD-BASE"], ["SD-BASE-DP"]),
    ("stricter", "no id implies another", ["SD-BASE-ATP"], ["SD-BASE"]),
    ("vendor-none", "the vendor accepts nothing", ["SD-BASE"], []),
    ("no-wish", "an empty list matches nothing", [], ["SD-BASE"]),
    ("swapped-words", "not in the roster", ["SD-BASE-A-ATP"], ["SD-BASE-A-ATP"]),
    ("many-unknown", "thirteen unknown ids", [f"T-{n}" for n in range(13)], ROSTER),
]
