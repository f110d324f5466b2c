"""Cases of language.json: which tags fit, and the language of what a message says in words."""

from __future__ import annotations

from .body_file import BODY
from .cases import VectorFile
from .mail_cases import MailCases
from .messages import from_customer, from_vendor, offer, offer_body
from .mutation import DROP
from .primitives import fixed

NONE = "none"
LANG = ("inLanguage", "lang")


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "language",
        "specs/03-messages.md#languages",
        "`fits` says whether a language fits another, else `none`; `choose` gives the one of "
        "`spoken` that fits the earliest of `wanted`, or `none`. `read` as in mail.json.",
    )
    for name, one, other, comment in FITTING:
        file.ok("fits", name, comment, {"one": one, "other": other})
        if one != other:
            file.ok("fits", f"{name}-turned", comment, {"one": other, "other": one})
    for name, one, other, comment in APART:
        file.bad("fits", name, NONE, comment, {"one": one, "other": other})
        file.bad("fits", f"{name}-turned", NONE, comment, {"one": other, "other": one})
    for name, wanted, spoken, found, comment in CHOICES:
        given = {"wanted": wanted, "spoken": spoken}
        if found is None:
            file.bad("choose", name, NONE, comment, given)
        else:
            file.ok("choose", name, comment, given, {"language": found})
    _bodies(file)
    return file


FITTING = [
    ("same", "de", "de", "the same"),
    ("region", "de", "de-AT", "a region more"),
    ("script", "zh-Hant", "zh-Hant-TW", "a script, and a region more"),
    ("case", "DE-at", "de-AT", "case doesn't count"),
]
APART = [
    ("other", "de", "en", "another language"),
    ("regions", "de-DE", "de-AT", "two regions"),
    ("scripts", "zh-Hans", "zh-Hant", "two scripts"),
    ("letters", "de", "den", "the same letters, but not up to a hyphen"),
    ("deeper", "sr-Latn", "sr-Cyrl-RS", "two scripts, one with a region"),
]
CHOICES: list[tuple[str, list[str], list[str], str | None, str]] = [
    ("choose-first-wanted", ["de", "en"], ["en", "de"], "de", "what is wanted first counts"),
    ("choose-second", ["fr", "en"], ["de", "en-GB"], "en-GB", "the second choice"),
    ("choose-among-fitting", ["en"], ["en-GB", "en-US"], "en-GB", "the first that is spoken"),
    ("choose-none", ["fr"], ["de", "en"], None, "none fits"),
    ("choose-of-nothing", ["fr"], [], None, "nothing is spoken"),
    ("choose-without-wish", [], ["de"], None, "nothing is wanted: any will do, none is chosen"),
]


def _bodies(file: VectorFile) -> None:
    asked = {"offer": offer().digest, "text": "Welche Farbe?", "inLanguage": "de"}
    replied = {"question": fixed("a question"), "text": "Schwarz.", "inLanguage": "de-AT"}
    countered = {**_noted("offer"), "total": 9_500}
    for prefix, message in (
        ("question", from_customer("question", asked)),
        ("answer", from_vendor("answer", replied)),
        ("counter", from_customer("counter", countered)),
        ("customer-decline", from_customer("decline", {**_noted("of"), "reason": "language"})),
        ("vendor-decline", from_vendor("decline", {**_noted("of"), "reason": "floor"})),
        ("offer", from_vendor("offer", offer_body(note="Gern.", inLanguage="de"))),
    ):
        cases = MailCases(file, prefix, message)
        cases.accept("language", "the language of its text", cases.good)
        cases.optional("inLanguage")
        cases.wrong(LANG)
        cases.change("language-array", "an array of languages", "inLanguage", ["de"])
        if "note" in cases.good:
            cases.change("language-alone", "a language of no text", "note", DROP, BODY)


def _noted(name: str) -> dict[str, object]:
    return {name: offer().digest, "note": "Danke.", "inLanguage": "de"}
