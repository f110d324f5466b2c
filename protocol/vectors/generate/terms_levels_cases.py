"""Cases of termslevels.json: addenda, policies, what vendors can keep, and the texts."""

from __future__ import annotations

from .canonical import pack
from .cases import VectorFile
from .terms_rules import AXES, ROSTER, Axis, Levels, digest, page, reasons

Choice = tuple[str, Levels]
SPEC = "specs/05-terms.md"
STRICT: Levels = {"marketing": [], "retentionOrder": 30}
LOOSER: Levels = {"marketing": ["email"], "retentionOrder": 365}
CASTER: Levels = {"service": "intent", "portability": "onRequest"}


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "termslevels",
        SPEC,
        "`addendum` and `policy` read the bytes of one. `own` is what a writer checks. `choose` "
        "gets choices in order, the vendor's `policy` (null: none), the ids it accepts and a "
        "category, and gives the place of the choice that is kept (from 0) and the reasons of "
        "those before it; where it is none, `expect` is the first code of the only choice, or "
        "`none`. `listed` gives the ids that a profile with a policy lists. `text` gives the text "
        "and its digest.",
    )
    _addenda(file.at(f"{SPEC}#addendum"))
    _own(file)
    _policies(file.at(f"{SPEC}#vendors-policy"))
    _choices(file.at(f"{SPEC}#matching"))
    _texts(file.at(f"{SPEC}#text"))
    return file


def _addenda(file: VectorFile) -> None:
    for name, value, comment in GOOD_ADDENDA:
        file.ok("addendum", f"addendum-{name}", comment, {"raw": pack(value)}, {"value": value})
    for name, bad, comment in BAD_ADDENDA:
        file.bad("addendum", f"addendum-{name}", "terms.schema", comment, {"raw": pack(bad)})


GOOD_ADDENDA: list[tuple[str, Levels, str]] = [
    ("strict", STRICT, "no advertising, and data of the order for 30 days"),
    ("all-channels", {"marketing": AXES["marketing"].members}, "a set of all its members"),
    ("unknown-axis", {"colour": "red"}, "well formed; nobody agrees to it"),
    ("unknown-level", {"tracking": 7}, "well formed; nobody agrees to it"),
    ("longest-name", {"a" * 32: "b" * 32}, "32 letters are the most"),
    ("most-days", {"retentionOrder": 2**31 - 1}, "the largest number"),
    ("most-axes", {f"a{chr(97 + n // 8)}{chr(97 + n % 8)}": n for n in range(64)}, "64 axes"),
    ("most-members", {"a": [f"b{chr(97 + n)}" for n in range(16)]}, "16 members"),
]
BAD_ADDENDA: list[tuple[str, object, str]] = [
    ("empty", {}, "no axis: then there is no addendum"),
    ("array", ["marketing"], "not a map"),
    ("too-many-axes", {f"a{chr(97 + n // 8)}{chr(97 + n % 8)}": n for n in range(65)}, "65 axes"),
    ("capital", {"Tracking": "none"}, "names begin with a small letter"),
    ("digit", {"axis1": "none"}, "names have letters only"),
    ("dash", {"retention-order": 30}, "names have letters only"),
    ("long-name", {"a" * 33: "none"}, "33 letters"),
    ("no-name", {"": "none"}, "a name has a letter"),
    ("level-nil", {"tracking": None}, "no level"),
    ("level-true", {"tracking": True}, "bool is no int"),
    ("level-bin", {"tracking": b"none"}, "bin is no str"),
    ("level-empty", {"tracking": ""}, "a name has a letter"),
    ("level-capital", {"tracking": "None"}, "names begin with a small letter"),
    ("level-long", {"tracking": "a" * 33}, "33 letters"),
    ("level-line-feed", {"tracking": "none\n"}, "letters only, to the end"),
    ("level-map", {"tracking": {"level": "none"}}, "no level"),
    ("days-negative", {"retentionOrder": -1}, "not below 0"),
    ("days-large", {"retentionOrder": 2**31}, "more than the largest number"),
    ("set-descending", {"marketing": ["phone", "email"]}, "members ascend"),
    ("set-twice", {"marketing": ["email", "email"]}, "each once"),
    ("set-of-int", {"marketing": [1]}, "members are names"),
    ("set-nested", {"marketing": [["email"]]}, "members are names"),
    ("set-large", {"a": [f"b{chr(97 + n)}" for n in range(17)]}, "17 members"),
]


def _own(file: VectorFile) -> None:
    for name, (terms, addendum), comment in OWN:
        file.ok("own", f"own-{name}", comment, {"terms": terms, "addendum": addendum})
    for name, (terms, addendum), code, comment in NOT_OWN:
        given = {"terms": terms, "addendum": addendum}
        file.bad("own", f"own-{name}", f"terms.{code}", comment, given)


OWN: list[tuple[str, Choice, str]] = [
    ("strict", ("SD-BASE", STRICT), "stricter where the agreement is silent"),
    ("loose", ("SD-BASE", LOOSER), "looser where the agreement is silent"),
    ("same", ("SD-BASE", {"analytics": "none"}), "what the agreement has already"),
]
NOT_OWN: list[tuple[str, Choice, str, str]] = [
    ("loosens", ("SD-BASE", {"analytics": "vendor"}), "no_effect", "the prohibition prevails"),
    ("third-party", ("SD-BASE-A", {"analytics": "thirdParty"}), "no_effect", "so it does here"),
    ("duty", ("SD-BASE-DP", {"portability": "none"}), "no_effect", "the duty prevails"),
    ("id", ("SD-BASIC", {}), "unknown_id", "not in the roster"),
    ("axis", ("SD-BASE", {"colour": "red"}), "unknown_axis", "no such axis"),
    ("level", ("SD-BASE", {"retentionOrder": 31}), "unknown_level", "31 days is no level"),
]


def _policies(file: VectorFile) -> None:
    for name, value, comment in GOOD_POLICIES:
        file.ok("policy", f"policy-{name}", comment, {"raw": pack(value)}, {"value": value})
    for name, bad, comment in BAD_POLICIES:
        file.bad("policy", f"policy-{name}", "terms.schema", comment, {"raw": pack(bad)})
    for name, levels, listed, comment in LISTED:
        given = {"policy": {"levels": levels}}
        file.ok("listed", f"listed-{name}", comment, given, {"terms": listed})


def entry(categories: list[int], levels: Levels) -> Levels:
    """An entry of a policy for some categories."""
    return {"category": categories, "levels": levels}


GOOD_POLICIES: list[tuple[str, Levels, str]] = [
    ("empty", {"levels": {}}, "needs nothing beyond SD-BASE"),
    ("levels", {"levels": LOOSER}, "what the vendor needs"),
    (
        "full",
        {
            "levels": CASTER,
            "category": [entry([784, 500], LOOSER), entry([8], {"reach": "any"})],
            "requests": "known",
            "negotiation": "priorAgreement",
        },
        "everything that a policy can say",
    ),
    (
        "most",
        {
            "levels": {},
            "category": [entry(list(range(64 * n, 64 * n + 64)), STRICT) for n in range(32)],
        },
        "32 entries of 64 categories",
    ),
]
BAD_POLICIES: list[tuple[str, object, str]] = [
    ("no-levels", {}, "levels are required"),
    ("levels-nil", {"levels": None}, "a map"),
    ("levels-form", {"levels": {"tracking": True}}, "levels have the form of an addendum"),
    ("levels-set", {"levels": {"marketing": ["phone", "email"]}}, "members ascend"),
    ("unknown-field", {"levels": {}, "needs": {}}, "no such field"),
    ("category-empty", {"levels": {}, "category": []}, "left out where it would be empty"),
    ("category-none", {"levels": {}, "category": [entry([], {"reach": "any"})]}, "at least one"),
    ("category-no-levels", {"levels": {}, "category": [entry([8], {})]}, "at least one axis"),
    ("category-twice", {"levels": {}, "category": [entry([8, 8], STRICT)]}, "each at most once"),
    (
        "category-in-two",
        {"levels": {}, "category": [entry([8], STRICT), entry([9, 8], LOOSER)]},
        "a category stands in one entry",
    ),
    ("category-negative", {"levels": {}, "category": [entry([-1], STRICT)]}, "no such category"),
    (
        "category-many",
        {"levels": {}, "category": [entry([n], STRICT) for n in range(33)]},
        "33 entries",
    ),
    (
        "category-65",
        {"levels": {}, "category": [entry(list(range(65)), STRICT)]},
        "65 categories",
    ),
    (
        "category-unknown",
        {"levels": {}, "category": [{**entry([8], STRICT), "name": "Books"}]},
        "no such field",
    ),
    ("category-map", {"levels": {}, "category": entry([8], STRICT)}, "an array of entries"),
    ("category-alone", {"levels": {}, "category": [{"levels": STRICT}]}, "of which categories?"),
    ("category-text", {"levels": {}, "category": [entry(["8"], STRICT)]}, "ids are numbers"),  # type: ignore[list-item]
    ("requests-word", {"levels": {}, "requests": "everybody"}, "no such behaviour"),
    ("negotiation-nil", {"levels": {}, "negotiation": None}, "left out where it has no value"),
]
SD = [terms for terms in ROSTER if terms.startswith("SD")]
LISTED: list[tuple[str, Levels, list[str], str]] = [
    ("empty", {}, [terms for terms in SD if "-DP" not in terms], "it hands no data back"),
    ("caster", CASTER, list(ROSTER), "who needs nothing can sign anything"),
    ("tracker", {"tracking": "vendor"}, SD[4::2], "from -AT on"),
    ("silent", {**LOOSER, **CASTER}, list(ROSTER), "some addendum allows it"),
    ("third-party", {"analytics": "thirdParty"}, [], "no agreement allows that"),
]


def _choices(file: VectorFile) -> None:
    for axis in AXES.values():
        _one_axis(file, axis)
    for name, choices, levels, comment in LISTS:
        _chosen(file, name, comment, choices, {"levels": levels})
    for name, choice, accepted, comment in IDS:
        _chosen(file, f"ids-{name}", comment, [choice], None, accepted)
    policy = {"levels": {"retentionOrder": 365}, "category": [entry([8, 784], STRICT)]}
    for number in (None, 8, 9):
        _chosen(
            file, f"category-{number}", "by category", [("SD-BASE", STRICT)], policy, [], number
        )


def _one_axis(file: VectorFile, axis: Axis) -> None:
    """The customer's strictest level against the vendor's loosest, and the other way round."""
    ends: list[object] = (
        [[], axis.members] if axis.kind == "set" else [axis.members[0], axis.members[-1]]
    )
    strict, loose = ends[::-1] if axis.duty else ends
    beside: Levels = {axis.only_with: AXES[axis.only_with].members[1]} if axis.only_with else {}
    if axis.only_with == "marketing":
        beside = {"marketing": ["email"]}
    terms = "SD-BASE-ATP-S3P"
    name = axis.name.lower()
    vendor = {"levels": {**beside, axis.name: loose}}
    comment = "the strictest level against the loosest"
    _chosen(file, f"strict-{name}", comment, [(terms, {**beside, axis.name: strict})], vendor)


LISTS: list[tuple[str, list[Choice], Levels, str]] = [
    ("first", [("SD-BASE", STRICT), ("SD-BASE", {})], STRICT, "the earliest that can be kept"),
    ("second", [("SD-BASE", STRICT), ("SD-BASE", LOOSER)], LOOSER, "the looser one"),
    ("neither", [("SD-BASE", STRICT), ("SD-BASE", {})], LOOSER, "both are refused"),
    ("looser-id", [("SD-BASE", {}), ("SD-BASE-A", {})], {"analytics": "vendor"}, "the second id"),
    ("less-needed", [("SD-BASE-ATP", {}), ("SD-BASE", {})], {}, "who needs less keeps it, too"),
    (
        "idle",
        [("SD-BASE", {"trackingIdentity": "none"})],
        {},
        "who doesn't track needs no identity",
    ),
    ("prevails", [("SD-BASE", {"analytics": "vendor"})], {"analytics": "vendor"}, "prohibited"),
    ("pdc", [("PDC-INTENT", {})], CASTER, "only to answer the intent"),
    ("pdc-order", [("PDC-INTENT", {})], {"portability": "onRequest"}, "an order is beyond it"),
    (
        "reordered",
        [("SD-BASE", LOOSER), ("SD-BASE", STRICT)],
        STRICT,
        "the customer's order counts",
    ),
    ("unknown-id", [("SD-BASIC", {})], {}, "not in the roster"),
    ("unknown-axis", [("SD-BASE", {"colour": "red"})], {}, "an axis of a later revision"),
    ("unknown-level", [("SD-BASE", {"tracking": "some"})], {}, "a level of a later revision"),
    ("unknown-need", [("SD-BASE", {})], {"colour": "red"}, "nobody knows what the vendor needs"),
    ("unknown-then", [("SD-BASE", {"colour": "red"}), ("SD-BASE", {})], {}, "the second is known"),
    ("unknown-all", [("X", {"b": 1, "a": 1})], {"c": 1}, "id, addendum, vendor; ascending"),
]
IDS: list[tuple[str, Choice, list[str], str]] = [
    ("same", ("SD-BASE", {}), ["SD-BASE"], "it lists the id"),
    ("other", ("SD-BASE-A", {}), ["SD-BASE"], "another id, though it asks for less"),
    ("stricter", ("SD-BASE", STRICT), ["SD-BASE"], "an id is accepted as it stands"),
    ("looser", ("SD-BASE", {"marketing": ["email"]}), ["SD-BASE"], "nothing more is asked"),
]


def _chosen(
    file: VectorFile,
    name: str,
    comment: str,
    choices: list[Choice],
    policy: Levels | None,
    accepted: list[str] | None = None,
    category: int | None = None,
) -> None:
    ids = accepted or []
    found = [
        reasons(terms, addendum, _levels(policy, category), ids) for terms, addendum in choices
    ]
    given = {
        "choices": [{"terms": terms, "addendum": addendum} for terms, addendum in choices],
        "policy": policy,
        "accepted": ids,
        "category": category,
    }
    place = next((at for at, each in enumerate(found) if not each), None)
    if place is not None:
        output = {"place": place, "reasons": found[:place]}
        file.ok("choose", f"choose-{name}", comment, given, output)
        return
    code = str(found[0][0]["code"]) if len(found) == 1 else "none"
    file.bad("choose", f"choose-{name}", code, comment, given, {"reasons": found})


def _levels(policy: Levels | None, category: int | None) -> Levels | None:
    if policy is None:
        return None
    levels, entries = policy["levels"], policy.get("category", [])
    assert isinstance(levels, dict)
    assert isinstance(entries, list)
    own = [each["levels"] for each in entries if category in each["category"]]
    return {**levels, **own[0]} if own else levels


def _texts(file: VectorFile) -> None:
    texts: list[tuple[str, str, Levels, str]] = [
        (terms.lower(), terms, {}, "the agreement alone") for terms in ROSTER
    ]
    for name, terms, addendum, comment in [*texts, *ADDED]:
        text = page(terms, addendum)
        given = {"terms": terms, "addendum": addendum}
        file.ok("text", f"text-{name}", comment, given, {"text": text, "digest": digest(text)})


ADDED: list[tuple[str, str, Levels, str]] = [
    ("strict", "SD-BASE", STRICT, "an addendum is marked"),
    (
        "many",
        "SD-BASE-ATP",
        {
            "tracking": "none",
            "marketing": ["email", "letter", "phone"],
            "transparencyData": ["after", "before"],
            "deletion": [],
            "retentionOrder": 36500,
            "retentionIntent": 1,
            "reach": "none",
        },
        "sets, days, and what goes only with something else",
    ),
]
