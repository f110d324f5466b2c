"""Cases of mail.json about offers and the draft inside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .body_file import BODY
from .cases import VectorFile
from .message_cases import FIRST_CONTACT
from .messages import Inner, draft_body, offer, offer_body, small_draft_body
from .mutation import DROP, put
from .primitives import fixed, sha256
from .world import (
    DAY,
    NOW,
    OTHER_CUSTOMER,
    OTHER_ROOT,
    OTHER_VENDOR,
    STRANGER,
    VENDOR_ROOT,
    Body,
    certificate,
)

if TYPE_CHECKING:
    from .mail_cases import MailCases

TOTAL, AUTHOR = "message.total_mismatch", "message.author"


def changed_draft(path: str, value: Any) -> Inner:
    """The offer with one field of its draft changed, rightly signed."""
    return replace(offer(), body=put(offer().body, f"draft.{path}", value))


def add(file: VectorFile, cases: MailCases) -> None:
    """All cases about offers."""
    file.at("specs/03-messages.md#offer")
    cases.accept("full", "every field", cases.good)
    small = offer_body(draft=small_draft_body(), note=None)
    cases.accept("small", "the required fields only", small)
    cases.extensions()
    cases.missing("intent", "draft", "secret", "replyKey", "shard")
    cases.unknown("x", "offer")
    cases.wrong(
        ("intent", "bin", 32),
        ("draft", "map"),
        ("secret", "bin", 32),
        ("note", "text", 500),
        ("replyKey", "map"),
    )
    for name, value in (("negative", -1), ("256", 256), ("str", "0"), ("bool", False)):
        cases.change(f"shard-{name}", f"shard: {name}", "shard", value)
    cases.change("shard-1", "a shard that the network doesn't have", "shard", 1)
    cases.recipient_key("replyKey")
    _size(cases)
    _parties(cases)
    _certificates(cases)
    _repeated(file, cases)
    file.at("specs/03-messages.md#agreement-draft")
    _draft(cases)
    _prices(cases)


def _size(cases: MailCases) -> None:
    cases.accept("size-40000", "the longest offer", of_size(40_000).body)
    cases.refuse("size-40001", BODY, "an accept couldn't carry it", of_size(40_001).body)


def of_size(size: int) -> Inner:
    """An offer whose signed message has so many bytes."""
    ext = {"x": b""}
    body: Body = {**offer().body, "ext": ext}
    ext["x"] = bytes(30_000)
    ext["x"] = bytes(30_000 + size - len(replace(offer(), body=body).raw))
    return replace(offer(), body=body)


def _parties(cases: MailCases) -> None:
    other = sha256(b"vrm/1 deal\0", OTHER_CUSTOMER.public, VENDOR_ROOT.public)
    for name, comment, path, value in (
        ("draft-deal", "the draft is of another deal", "draft.deal", other),
        ("draft-intent", "the draft answers another intent", "draft.intent", bytes(32)),
        ("body-intent", "the body answers another intent", "intent", bytes(32)),
        (
            "draft-customer",
            "the draft is for another customer",
            "draft.customer",
            OTHER_CUSTOMER.public,
        ),
    ):
        cases.change(name, comment, path, value)


def _certificates(cases: MailCases) -> None:
    path = "draft.vendor.certificate"
    for name, code, comment, value in (
        (
            "certificate-other-key",
            AUTHOR,
            "the certificate of another key than the author's",
            certificate(subject=OTHER_VENDOR.public),
        ),
        (
            "certificate-other-root",
            AUTHOR,
            "a certificate of another root than the draft's vendor",
            certificate(root=OTHER_ROOT),
        ),
        (
            "certificate-altered",
            "certificate.signature",
            "another serial after signing",
            {**certificate(), "serial": 9},
        ),
        (
            "certificate-schema",
            "certificate.schema",
            "a key too many",
            certificate(changes={"x": 1}),
        ),
        (
            "certificate-early",
            "certificate.not_yet_valid",
            "valid from 301 s later",
            certificate(changes={"notBefore": NOW + 301}),
        ),
        (
            "certificate-late",
            "certificate.expired",
            "valid until 301 s ago",
            certificate(changes={"notAfter": NOW - 301}),
        ),
    ):
        cases.change(name, comment, path, value, code)
    cases.change("certificate-missing", "no certificate", path, DROP)
    by_stranger = replace(offer(), author=STRANGER).raw
    eyes = cases.eyes
    cases.eyes = FIRST_CONTACT
    cases.refuse_message("by-stranger", AUTHOR, "not the certificate's subject", by_stranger)
    by_root = replace(offer(), author=VENDOR_ROOT).raw
    cases.refuse_message("by-root", AUTHOR, "signed by the root itself", by_root)
    cases.eyes = eyes


def _repeated(file: VectorFile, cases: MailCases) -> None:
    """A later offer of the same deal."""
    earlier = {**cases.eyes, "earlier": offer().raw}

    def given(body: Body) -> object:
        later = replace(offer(), body=body, seq=1, prev=offer().digest)
        return {"raw": later.raw, **earlier}

    comment = "the same secret, reply key and shard"
    file.ok("repeat", "offer-repeated", comment, given({**cases.good, "note": "Once more."}))
    for path, value in (
        ("secret", fixed("another secret")),
        ("replyKey.key", fixed("another key")),
        ("replyKey", {"suite": "mlkem768-x25519", "key": bytes(1216)}),
    ):
        name = f"offer-repeated-{path.replace('.', '-').lower()}"
        comment = f"another {path} than in the first offer"
        file.bad("repeat", name, BODY, comment, given(put(cases.good, path, value)))


FIELDS: list[Any] = [
    ("v", "int", 1, 1),
    ("deal", "bin", 32),
    ("intent", "bin", 32),
    ("customer", "bin", 32),
    ("vendor", "map"),
    ("vendor.root", "bin", 32),
    ("vendor.name", "text", 128),
    ("vendor.legalName", "text", 128),
    ("vendor.url", "text", 256),
    ("vendor.address", "text", 256),
    ("businessFunction", "function"),
    ("itemOffered", "map"),
    ("itemOffered.name", "text", 200),
    ("itemOffered.gtin", "gtin"),
    ("itemOffered.mpn", "text", 64),
    ("itemOffered.sku", "text", 64),
    ("itemOffered.brand", "text", 64),
    ("itemOffered.category", "category"),
    ("itemOffered.description", "text", 1000),
    ("itemOffered.itemCondition", "condition"),
    ("eligibleQuantity", "int", 10_000, 1),
    ("priceSpecification", "map"),
    ("priceSpecification.priceCurrency", "currency"),
    ("priceSpecification.unitPrice", "amount"),
    ("priceSpecification.deliveryCharge", "amount"),
    ("priceSpecification.total", "amount"),
    ("priceSpecification.taxIncluded", "amount"),
    ("priceSpecification.taxRatePpm", "int", 1_000_000, 0),
    ("deliveryMethod", "delivery"),
    ("deliveryEarliest", "time"),
    ("deliveryLatest", "time"),
    ("payment", "map"),
    ("payment.dueDays", "int", 180, 0),
    ("payment.reference", "text", 64),
    ("returns", "map"),
    ("returns.days", "int", 3650, 0),
    ("terms", "terms"),
    ("inLanguage", "lang"),
    ("validThrough", "time"),
    ("confirmBy", "time"),
    ("reserved", "bool"),
]
OPTIONAL = (
    "vendor.legalName",
    "vendor.url",
    "vendor.address",
    "itemOffered.gtin",
    "itemOffered.mpn",
    "itemOffered.sku",
    "itemOffered.brand",
    "itemOffered.category",
    "itemOffered.description",
    "priceSpecification.taxIncluded",
    "priceSpecification.taxRatePpm",
    "payment.reference",
    "deliveryEarliest",
    "deliveryLatest",
)
# The sum binds some of them, the order of times the others.
BOUND = (
    "eligibleQuantity",
    "priceSpecification.unitPrice",
    "priceSpecification.deliveryCharge",
    "priceSpecification.total",
    "deliveryEarliest",
    "deliveryLatest",
    "validThrough",
    "confirmBy",
)


def _draft(cases: MailCases) -> None:
    cases.missing(*(f"draft.{field}" for field in small_draft_body()))
    cases.missing(
        *(
            f"draft.{field}"
            for field in (
                "vendor.root",
                "vendor.name",
                "itemOffered.name",
                "itemOffered.itemCondition",
                "priceSpecification.priceCurrency",
                "priceSpecification.unitPrice",
                "priceSpecification.deliveryCharge",
                "priceSpecification.total",
                "payment.method",
                "payment.due",
                "returns.days",
                "returns.cost",
            )
        )
    )
    cases.optional(*(f"draft.{field}" for field in OPTIONAL))
    cases.unknown(
        "draft.x",
        "draft.vendor.x",
        "draft.itemOffered.x",
        "draft.priceSpecification.price",
        "draft.payment.x",
        "draft.returns.x",
    )
    cases.bound = frozenset(f"draft.{field}" for field in BOUND)
    cases.wrong(*((f"draft.{field}", *rest) for field, *rest in FIELDS))
    _draft_choices(cases)
    _draft_times(cases)
    draft = draft_body(ext={"x": 1}, critical=["x"])
    comment = "an unknown extension of the draft is critical"
    cases.change("draft-critical", comment, "draft", draft, "message.critical")
    cases.allow("draft-ext", "an extension of the draft", "draft", draft_body(ext={"x": 1}))


def _draft_choices(cases: MailCases) -> None:
    cases.choices("draft.payment.method", 16, [f"p{n}" for n in range(17)], empty=False)
    cases.entries(("draft.payment.method", "payment"))
    for name, comment, path, value in (
        ("due-unknown", "no such time to pay", "payment.due", "tomorrow"),
        ("due-days-beside", "days, but due on delivery", "payment.due", "on_delivery"),
        ("due-days-missing", "due after days, but no number", "payment.dueDays", DROP),
        ("returns-cost", "nobody pays for returns", "returns.cost", "nobody"),
        ("image-31", "an image hash of 31 bytes", "itemOffered.image", [bytes(31)]),
        ("image-empty", "an empty optional array is left out", "itemOffered.image", []),
        ("image-9", "nine images", "itemOffered.image", [fixed(f"image {n}") for n in range(9)]),
        ("language-array", "an array of languages", "inLanguage", ["de"]),
        ("delivery-array", "an array of methods", "deliveryMethod", ["ship"]),
    ):
        cases.change(f"draft-{name}", comment, f"draft.{path}", value)
    _pay_within(cases)


def _pay_within(cases: MailCases) -> None:
    path = "draft.payment"
    cash = {"method": ["cash"], "due": "on_delivery"}
    cases.allow("draft-payment-on-delivery", "without a number of days", path, cash)
    first = {"method": ["card"], "due": "on_agreement", "payWithin": 86_400}
    cases.allow("draft-payment-on-agreement", "within a day", path, first)
    for name, within in (("least", 1), ("most", 180 * DAY)):
        comment = f"within {within} s"
        cases.allow(f"draft-pay-within-{name}", comment, path, {**first, "payWithin": within})
    for name, wrong in (("low", 0), ("high", 180 * DAY + 1), ("str", "1d"), ("bool", True)):
        comment = f"payWithin: {wrong}"
        cases.change(f"draft-pay-within-{name}", comment, path, {**first, "payWithin": wrong})
    without = {"method": ["card"], "due": "on_agreement"}
    cases.change("draft-pay-within-missing", "due on agreement, without a time", path, without)
    beside = {**cash, "payWithin": 86_400}
    cases.change("draft-pay-within-beside", "a time, but due on delivery", path, beside)


def _draft_times(cases: MailCases) -> None:
    draft = draft_body()
    through, earliest = draft["validThrough"], draft["deliveryEarliest"]
    early = draft_body(confirmBy=through - 1)
    comment = "the vendor would have to answer before the customer has to"
    cases.change("draft-confirm-early", comment, "draft", early)
    same = draft_body(confirmBy=through)
    cases.allow("draft-confirm-same", "both times may be the same", "draft", same)
    late = draft_body(deliveryLatest=earliest - 1)
    cases.change("draft-latest-first", "the latest before the earliest delivery", "draft", late)


def _prices(cases: MailCases) -> None:
    price = draft_body()["priceSpecification"]
    free = {**price, "unitPrice": 0, "deliveryCharge": 0, "total": 0}
    del free["taxIncluded"]
    cases.allow("price-free", "for nothing", "draft.priceSpecification", free)
    top = {"priceCurrency": "JPY", "unitPrice": 5 * 10**11, "deliveryCharge": 0, "total": 10**12}
    cases.allow("price-highest", "the highest total", "draft.priceSpecification", top)
    many = {"priceCurrency": "EUR", "unitPrice": 1, "deliveryCharge": 0, "total": 10_000}
    draft = draft_body(eligibleQuantity=10_000, priceSpecification=many)
    cases.allow("quantity-most", "ten thousand pieces", "draft", draft)
    draft = draft_body(eligibleQuantity=10_001, priceSpecification={**many, "total": 10_001})
    cases.change("quantity-beyond", "one piece more", "draft", draft)
    comment = "a reader that doesn't know the currency refuses nothing"
    path = "draft.priceSpecification.priceCurrency"
    cases.allow("price-currency-unknown", comment, path, "ZZZ")
    for name, comment, path, value in (
        ("total-less", "a cent less than the sum", "priceSpecification.total", 10_474),
        ("total-more", "a cent more", "priceSpecification.total", 10_476),
        ("total-one-piece", "the price of one piece", "priceSpecification.total", 5_485),
        ("total-without-delivery", "delivery left out", "priceSpecification.total", 9_980),
        ("total-with-tax", "tax added once more", "priceSpecification.total", 10_475 + 1_672),
        ("total-zero", "nothing", "priceSpecification.total", 0),
        ("unit-price", "another unit price", "priceSpecification.unitPrice", 4_991),
        ("delivery-charge", "free delivery", "priceSpecification.deliveryCharge", 0),
        ("quantity", "three pieces", "eligibleQuantity", 3),
    ):
        cases.change(name, comment, f"draft.{path}", value, TOTAL)
