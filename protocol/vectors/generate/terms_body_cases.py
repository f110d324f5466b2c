"""Cases of termsbodies.json: terms where they stand in intents, profiles, drafts and declines."""

from __future__ import annotations

from typing import Any

from .agreement_cases import signed
from .body_file import BODY
from .canonical import Raw, pack
from .cases import VectorFile
from .envelope_file import intent_envelope
from .mail_cases import MailCases
from .market_cases import MarketCases
from .messages import document_of, draft_body, from_customer, from_vendor, offer, offer_body
from .terms_levels_cases import BAD_ADDENDA, BAD_POLICIES, CASTER, GOOD_POLICIES, LOOSER, STRICT
from .terms_rules import digest, page
from .world import Body, certificate, intent_body, profile_body

SPEC = "specs/05-terms.md"
WHERE = f"{SPEC}#where-they-stand"
TEXT = "terms.text"


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "termsbodies",
        WHERE,
        "`market` is `read` of market.json, `mail` is `read` of message.json, and `verify` that "
        "of agreement.json.",
    )
    _intents(file.at(WHERE))
    _profiles(file)
    _drafts(file)
    _texts(file.at(f"{SPEC}#text"))
    _declines(file.at(f"{SPEC}#explanations"))
    return file


def _intents(file: VectorFile) -> None:
    def proffer(ids: list[str], addendum: Any) -> Body:
        return intent_body(acceptedTerms=ids, addendum=addendum)

    cases = MarketCases(file, "intent", "intent", proffer(["SD-BASE"], [STRICT]))
    cases.op = "market"
    two, three = ["SD-BASE", "SD-BASE-A"], ["SD-BASE", "SD-BASE", "SD-BASE-A"]
    for name, comment, body in (
        ("one", "an addendum to the only id", cases.good),
        ("second", "the first has none", proffer(two, [{}, STRICT])),
        ("same-id", "one id three times", proffer(three, [STRICT, LOOSER, {}])),
        ("unknown-axis", "an axis of a later revision", proffer(["SD-BASE"], [{"colour": "red"}])),
        ("unknown-id", "an id outside the roster", proffer(["X-9"], [STRICT])),
        ("thirteen", "as many as may be", proffer(["X"] * 13, [{"a": n} for n in range(13)])),
    ):
        cases.accept(name, comment, body)
    for name, comment, body in (
        ("short", "one addendum for two ids", proffer(two, [STRICT])),
        ("long", "two addenda for one id", proffer(["SD-BASE"], [STRICT, LOOSER])),
        ("all-empty", "no addendum at all is left out", proffer(two, [{}, {}])),
        ("none", "an empty array is left out", proffer(["SD-BASE"], [])),
        ("map", "a map instead of an array", proffer(["SD-BASE"], STRICT)),
        ("nil", "nil instead of an empty map", proffer(two, [STRICT, None])),
        ("same-choice", "the same twice", proffer(["SD-BASE"] * 2, [STRICT, STRICT])),
        (
            "same-empty",
            "the same id twice without",
            proffer(["SD-BASE"] * 2 + ["X"], [{}, {}, STRICT]),
        ),
        ("fourteen", "more than may be", proffer(["X"] * 14, [{"a": n} for n in range(14)])),
    ):
        cases.refuse(name, BODY, comment, body)
    _forms(cases, lambda levels: proffer(two, [levels, STRICT]))


def _forms(cases: MarketCases | MailCases, around: Any) -> None:
    """Every wrong form of an addendum, in its place in a body."""
    for name, levels, comment in BAD_ADDENDA:
        if name != "empty":
            cases.refuse(f"form-{name}", BODY, comment, around(levels))


def _profiles(file: VectorFile) -> None:
    cases = MarketCases(file, "profile", "vendor_profile", profile_body(termsPolicy={"levels": {}}))
    cases.op = "market"
    for name, policy, comment in GOOD_POLICIES:
        cases.allow(name, comment, "termsPolicy", policy)
    for name, wrong, comment in BAD_POLICIES:
        code = "message.unknown_field" if name in ("unknown-field", "category-unknown") else BODY
        cases.change(name, comment, "termsPolicy", wrong, code)
    nil = Raw(b"\xc0")
    cases.change("nil", "left out where there is none", "termsPolicy", nil)


def _drafts(file: VectorFile) -> None:
    cases = MailCases(file, "draft", from_vendor("offer", offer_body()))
    cases.op = "mail"
    cases.allow("addendum", "under an addendum", "draft.addendum", STRICT)
    cases.allow("addendum-unknown", "of a later revision", "draft.addendum", {"colour": "red"})
    cases.change("addendum-empty", "an empty map is left out", "draft.addendum", {})
    cases.change("addendum-array", "an array", "draft.addendum", [STRICT])
    for name, levels, comment in BAD_ADDENDA:
        if name not in ("empty", "array"):
            cases.change(f"addendum-{name}", comment, "draft.addendum", levels)


def _texts(file: VectorFile) -> None:
    cases = MailCases(file, "text", from_vendor("offer", offer_body()))
    cases.op = "mail"
    plain, strict = digest(page("SD-BASE", {})), digest(page("SD-BASE", STRICT))
    for name, code, comment, changes in (
        ("plain", None, "the text of SD-BASE", {"termsText": plain}),
        ("strict", None, "with the addendum", {"termsText": strict, "addendum": STRICT}),
        ("later-axis", None, "unknown", {"termsText": plain, "addendum": {"colour": "red"}}),
        ("later-id", None, "unknown", {"termsText": bytes(32), "terms": "X-9"}),
        ("of-other-id", TEXT, "another id", {"termsText": plain, "terms": "SD-BASE-A"}),
        ("without-addendum", TEXT, "the text lacks it", {"termsText": plain, "addendum": STRICT}),
        ("with-addendum", TEXT, "there is none", {"termsText": strict}),
        ("zero", TEXT, "no digest of any text", {"termsText": bytes(32)}),
        ("short", BODY, "31 bytes", {"termsText": plain[:31]}),
        ("hex", BODY, "as text", {"termsText": plain.hex()}),
    ):
        body = offer_body(draft=draft_body(**changes))
        if code is None:
            cases.accept(name, comment, body)
        else:
            cases.refuse(name, code, comment, body)
    for name, text in (("right", strict), ("wrong", plain)):
        draft = draft_body(termsText=text, addendum=STRICT)
        raw = pack(signed(document_of(draft, offer().digest)))
        comment = "an agreement under terms with an addendum"
        if name == "right":
            file.ok("verify", f"agreement-{name}", comment, {"raw": raw})
        else:
            file.bad("verify", f"agreement-{name}", "agreement.terms_text", comment, {"raw": raw})


def _declines(file: VectorFile) -> None:
    of = intent_envelope().id
    good = {"of": of, "reason": "terms", "levels": LOOSER, "certificate": certificate()}
    cases = MailCases(file, "decline", from_vendor("decline", good))
    cases.op = "mail"
    cases.accept("levels", "the vendor's levels", good)
    cases.allow("one", "one axis", "levels", {"service": CASTER["service"]})
    cases.allow("unknown-axis", "of a later revision", "levels", {"colour": "red"})
    cases.change("other-reason", "the reason is another", "reason", "floor")
    cases.change("no-levels", "an empty map is left out", "levels", {})
    _forms(cases, lambda levels: {**good, "levels": levels})
    own = {"of": offer().digest, "reason": "terms", "levels": LOOSER}
    customers = MailCases(file, "customer-decline", from_customer("decline", own))
    customers.op = "mail"
    customers.refuse("levels", BODY, "a customer has none", own)
