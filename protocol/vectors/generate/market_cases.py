"""Cases of market.json: what everybody can read."""

from __future__ import annotations

from typing import Any

from . import constraint_cases
from .body_file import BODY, BodyCases
from .canonical import Raw, pack
from .cases import VectorFile
from .mutation import DROP, put
from .notation import notation
from .primitives import fixed
from .world import (
    CUSTOMER,
    DAY,
    NOW,
    OTHER_ROOT,
    STRANGER,
    VENDOR,
    Body,
    certificate,
    intent_body,
    profile_body,
    small_intent_body,
    update_body,
)

VERSION = "message.version"
EXPIRES = {"intent": NOW + 30 * DAY, "intent_update": NOW + 60 * DAY}


class MarketCases(BodyCases):
    """Cases about the body of one market kind."""

    def __init__(self, file: VectorFile, prefix: str, kind: str, good: Body) -> None:
        super().__init__(file, prefix, good, "read")
        self.kind = kind
        self.given = self._given
        self.output = lambda body: {"body": notation(body)}

    def _given(self, body: Any, author: bytes | None = None, now: int = NOW) -> object:
        own = VENDOR.public if self.kind == "vendor_profile" else CUSTOMER.public
        return {
            "kind": self.kind,
            "author": author or own,
            "created": now,
            "expires": EXPIRES.get(self.kind, now + 7 * DAY),
            "now": now,
            "body": pack(body),
        }

    def refuse_by(self, name: str, code: str, comment: str, body: Body, **given: Any) -> None:
        """A body that is refused because of who signed the envelope, or when it is read."""
        name = f"{self.prefix}-{name}"
        self.file.bad(self.op, name, code, comment, self._given(body, **given))

    def versions(self) -> None:
        """`v`, and bodies that aren't bodies."""
        for name, comment, value in (
            ("v-0", "version 0", 0),
            ("v-negative", "a negative version", -1),
            ("v-str", "the version as text", "1"),
            ("v-true", "true is not 1", True),
            ("without-v", "no version", DROP),
        ):
            self.change(name, comment, "v", value)
        for number in (2, 2**31):
            self.change(f"v-{number}", "a later version", "v", number, VERSION)
        later = {"v": 2, "entirely": "different"}
        self.refuse("v-2-different", VERSION, "a later version isn't looked into", later)
        raw = pack(self.good)
        for name, comment, value in (
            ("body-nil", "nil instead of a map", b"\xc0"),
            ("body-array", "an array instead of a map", pack([1])),
            ("body-empty-map", "an empty map", b"\x80"),
            ("body-trailing", "a byte after the map", raw + b"\0"),
            ("body-truncated", "cut off", raw[:-1]),
            ("body-noncanonical", "the version in two bytes", _long_version(self.good)),
        ):
            self.refuse(name, BODY, comment, Raw(value))  # type: ignore[arg-type]


def _long_version(body: Body) -> bytes:
    return pack({**body, "v": Raw(b"\xcc\x01")})


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "market",
        "specs/03-messages.md",
        "`read` gets the body of a verified market envelope with its kind, author and `expires`, "
        "and the reader's clock; `update` also the intent that the reader knows.",
    )
    _intent(file.at("specs/03-messages.md#intent"))
    _profile(file.at("specs/03-messages.md#vendor_profile"))
    _update(file.at("specs/03-messages.md#intent_update"))
    return file


def _intent(file: VectorFile) -> None:
    cases = MarketCases(file, "intent", "intent", intent_body())
    cases.accept("full", "every field", cases.good)
    cases.accept("small", "the required fields only", small_intent_body())
    cases.versions()
    cases.extensions()
    cases.missing(*(field for field in small_intent_body() if field != "v"))
    cases.missing("area.country", "priceSpecification.priceCurrency")
    cases.optional("itemOffered.gtin", "priceSpecification.maxPrice", "inLanguage", "must")
    cases.unknown("x", "itemOffered.sku", "area.city", "priceSpecification.price", "itemoffered")
    cases.bound = frozenset({"validThrough", "availabilityEnds"})
    cases.wrong(
        ("salt", "bin", 16),
        ("businessFunction", "function"),
        ("itemOffered", "map"),
        ("itemOffered.name", "text", 200),
        ("itemOffered.gtin", "gtin"),
        ("itemOffered.mpn", "text", 64),
        ("itemOffered.brand", "text", 64),
        ("itemOffered.category", "category"),
        ("itemOffered.description", "text", 1000),
        ("eligibleQuantity", "int", 10_000, 1),
        ("area", "map"),
        ("area.country", "country"),
        ("area.region", "text", 64),
        ("area.cell", "text", 16),
        ("availabilityEnds", "time"),
        ("priceSpecification", "map"),
        ("priceSpecification.priceCurrency", "currency"),
        ("priceSpecification.maxPrice", "amount"),
        ("replyKey", "map"),
        ("replyTag", "bin", 16),
        ("maxOffers", "int", 100, 1),
        ("validThrough", "time"),
    )
    cases.change("max-price-float", "a price of 1.5", "priceSpecification.maxPrice", _FLOAT)
    cases.change(
        "day", "not a whole day", "availabilityEnds", intent_body()["availabilityEnds"] + 1
    )
    cases.change("valid-through-later", "outlives the envelope", "validThrough", NOW + 31 * DAY)
    cases.change("valid-through-earlier", "ends earlier", "validThrough", NOW + 29 * DAY)
    cases.change("item-empty", "nothing is wanted", "itemOffered", {})
    cases.change("item-brand", "a brand alone says nothing", "itemOffered", {"brand": "Example"})
    for field, value in (("name", "Kettle"), ("gtin", "96385074"), ("mpn", "K-1"), ("category", 1)):
        cases.allow(f"item-{field}-alone", f"{field} is enough", "itemOffered", {field: value})
    cases.allow("item-name-200", "code points count", "itemOffered.name", "\U0001f600" * 200)
    cases.allow("description-lines", "line feeds are text", "itemOffered.description", "a\n\nb\n")
    cases.allow("terms-unknown", "an unknown terms id is well formed", "acceptedTerms", ["X-9"])
    cases.allow("payment-free", "payment methods are an open list", "paymentMethod", ["barter_2"])
    for number in (0, 8, 9, 11, 13, 31, 127, 128, 133, 159):
        comment = f"the control character U+{number:04X}"
        text = f"a{chr(number)}b"
        cases.change(f"description-control-{number}", comment, "itemOffered.description", text)
    for number in (0x20, 0xA0, 0x200B, 0x2028, 0xFFFF, 0x10FFFF):
        comment = f"U+{number:04X} is no control character"
        text = f"a{chr(number)}b"
        cases.allow(f"description-{number}", comment, "itemOffered.description", text)
    cases.recipient_key("replyKey")
    _intent_arrays(cases)
    constraint_cases.add(cases)


_FLOAT = Raw(b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00")


DELIVERIES = ["ship", "pickup", "download", "onsite"]


def _intent_arrays(cases: MarketCases) -> None:
    conditions = ["NewCondition", "UsedCondition", "RefurbishedCondition", "DamagedCondition"]
    cases.choices("itemCondition", 4, conditions, empty=False)
    terms = [f"T-{n}" for n in range(14)]
    cases.choices("acceptedTerms", 13, terms, empty=False)
    cases.choices("deliveryMethod", 4, DELIVERIES, empty=False)
    cases.choices("paymentMethod", 16, [f"p{n}" for n in range(17)], empty=False)
    languages = [f"de-{n:04}" for n in range(17)]
    cases.choices("inLanguage", 16, languages, empty=False)
    cases.entries(
        ("itemCondition", "condition"),
        ("acceptedTerms", "terms"),
        ("deliveryMethod", "delivery"),
        ("paymentMethod", "payment"),
        ("inLanguage", "lang"),
    )
    images = [fixed(f"image {n}") for n in range(9)]
    cases.allow("image-8", "eight images", "image", images[:8])
    cases.change("image-9", "nine images", "image", images)
    cases.change("image-31", "a hash of 31 bytes", "image", [images[0][:31]])
    cases.change("image-hex", "a hash as text", "image", [images[0].hex()])
    for path in ("must", "prefer", "image", "features"):
        cases.change(f"{path}-empty", "an empty optional array is left out", path, [])
    features = [f"feature/{n}" for n in range(33)]
    longest = [*features[:31], "f" * 64]
    cases.allow("features-32", "32 features", "features", longest)
    cases.change("features-33", "33 features", "features", features)
    cases.change("features-65", "a name of 65 characters", "features", ["a" * 65])


def _profile(file: VectorFile) -> None:
    cases = MarketCases(file, "profile", "vendor_profile", profile_body())
    cases.accept("full", "every field but images", cases.good)
    cases.versions()
    cases.extensions()
    optional = ("legalName", "url", "description")
    cases.missing(*(f for f in profile_body() if f not in (*optional, "v")), "prekey.notAfter")
    cases.optional(*optional)
    cases.unknown("x", "prekey.x", "accepted_terms")
    cases.wrong(
        ("seq", "int", 2**53 - 1, 0),
        ("name", "text", 128),
        ("legalName", "text", 128),
        ("url", "text", 256),
        ("description", "text", 1000),
        ("prekey.notAfter", "time"),
        ("replyTag", "bin", 16),
    )
    cases.recipient_key("prekey")
    functions = ["Sell", "LeaseOut", "Repair", "Maintain", "ProvideService", "Dispose", "Buy"]
    cases.allow("all-functions", "a vendor that does everything", "businessFunction", functions)
    cases.choices("businessFunction", None, functions, empty=False)
    cases.choices("acceptedTerms", 16, [f"T-{n}" for n in range(17)], empty=False)
    cases.choices("areaServed", 64, [f"{a}{b}" for a in "ABC" for b in LETTERS], empty=True)
    cases.choices("category", 64, list(range(1, 66)), empty=True)
    cases.choices("paymentMethod", 16, [f"p{n}" for n in range(17)], empty=True)
    cases.choices("deliveryMethod", 4, DELIVERIES, empty=True)
    cases.choices("inLanguage", 16, [f"de-{n:04}" for n in range(17)], empty=True)
    cases.entries(
        ("areaServed", "country"),
        ("category", "category"),
        ("businessFunction", "function"),
        ("acceptedTerms", "terms"),
        ("paymentMethod", "payment"),
        ("deliveryMethod", "delivery"),
        ("inLanguage", "lang"),
    )
    cases.allow("features-may-be-empty", "features may be empty", "features", [])
    features = [f"f{n}" for n in range(31)] + ["f" * 64]
    cases.allow("features-32", "32 features", "features", features)
    cases.change("features-33", "33 features", "features", [*features, "f"])
    cases.change("features-65", "a name of 65 characters", "features", ["f" * 65])
    _profile_pause(cases)
    _profile_certificate(cases)


def _profile_pause(cases: MarketCases) -> None:
    day = (NOW // DAY + 5) * DAY
    cases.allow("paused", "no new offers for some days", "pausedUntil", day)
    cases.allow("paused-long-ago", "a pause that is over", "pausedUntil", day - 40 * DAY)
    for name, value in (
        ("noon", day + DAY // 2),
        ("second", day + 1),
        ("day", "2027-01-20"),
        ("true", True),
        ("null", None),
        ("array", [day]),
        ("negative", -DAY),
    ):
        cases.change(f"paused-{name}", f"pausedUntil: {value!r}", "pausedUntil", value)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _profile_certificate(cases: MarketCases) -> None:
    good = profile_body()
    cases.refuse_by(
        "by-stranger",
        "message.author",
        "the envelope is signed by another key",
        good,
        author=STRANGER.public,
    )
    cases.refuse_by(
        "by-root",
        "message.author",
        "the root signs certificates only",
        good,
        author=good["certificate"]["root"],
    )
    start, end = good["certificate"]["notBefore"], good["certificate"]["notAfter"]
    code = "certificate.not_yet_valid"
    cases.refuse_by("certificate-early", code, "before its time", good, now=start - 301)
    cases.refuse_by("certificate-late", "certificate.expired", "after it", good, now=end + 301)
    sig = good["certificate"]["sig"]
    for name, code, comment, value in (
        ("altered", "certificate.signature", "a bit turned", _turned(sig)),
        ("short", "certificate.schema", "63 bytes", sig[:63]),
    ):
        cases.change(f"certificate-{name}", comment, "certificate.sig", value, code)
    foreign = {**certificate(), "root": OTHER_ROOT.public}
    comment = "another root than the one that signed"
    cases.change("certificate-root", comment, "certificate", foreign, "certificate.signature")
    extra = certificate(changes={"x": 1})
    cases.change(
        "certificate-unknown", "a key too many", "certificate", extra, "certificate.schema"
    )


def _turned(sig: bytes) -> bytes:
    return bytes([sig[0] ^ 1]) + sig[1:]


def _update(file: VectorFile) -> None:
    cases = MarketCases(file, "update", "intent_update", update_body())
    cases.accept("active", "the intent prolonged", cases.good)
    cases.accept("withdrawn", "the intent withdrawn", update_body(status="withdrawn"))
    cases.versions()
    cases.extensions()
    cases.missing("salt", "seq", "status", "intent", "intent.salt", "intent.replyKey")
    cases.unknown("x", "intent.x", "intent.itemOffered.x")
    cases.wrong(
        ("salt", "bin", 16),
        ("seq", "int", 2**31 - 1, 1),
        ("intent", "map"),
        ("intent.eligibleQuantity", "int", 10_000, 1),
        ("intent.itemOffered.gtin", "gtin"),
    )
    cases.change("status-unknown", "no such status", "status", "closed")
    cases.change("status-bool", "a truth value", "status", True)
    cases.change("valid-through", "not the envelope's", "intent.validThrough", NOW + 30 * DAY)
    cases.change("intent-v-0", "the intent inside has version 0", "intent.v", 0)
    cases.change("intent-without-v", "the intent inside has no version", "intent.v", DROP)
    inner = intent_body(validThrough=NOW + 60 * DAY, ext={"x": 1})
    cases.allow("intent-ext", "an extension of the intent inside", "intent", inner)
    critical = {**inner, "critical": ["x"]}
    comment = "an unknown extension of the intent inside is critical"
    cases.change("intent-critical", comment, "intent", critical, "message.critical")
    _known_intent(file, cases)


def _known_intent(file: VectorFile, cases: MarketCases) -> None:
    def given(update: Body) -> dict[str, object]:
        own: Any = cases.given(update)
        return {**own, "known": {"author": CUSTOMER.public, "body": pack(intent_body())}}

    comment = "the same reply key and tag as in the intent"
    file.ok("update", "known-same-keys", comment, given(cases.good))
    other = put(cases.good, "intent.itemOffered", {"name": "Two kettles"})
    file.ok("update", "known-other-item", "what is wanted may change", given(other))
    for name, path, value in (
        ("known-other-tag", "intent.replyTag", fixed("another tag", 16)),
        ("known-other-key", "intent.replyKey.key", fixed("another key")),
        ("known-other-suite", "intent.replyKey", {"suite": "mlkem768-x25519", "key": bytes(1216)}),
    ):
        comment = f"{path} differs from the intent's"
        file.bad("update", name, BODY, comment, given(put(cases.good, path, value)))
    early = put(cases.good, "intent.validThrough", NOW + 29 * DAY)
    before = {**given(early), "expires": NOW + 29 * DAY}
    file.bad("update", "known-ends-before", BODY, "ends before the intent", before)
    by_other = {**given(cases.good), "author": STRANGER.public}
    comment = "by another author than the intent's"
    file.bad("update", "known-other-author", "message.author", comment, by_other)
