"""Cases of functions.json: what a vendor does besides selling, and the fields that go with it."""

from __future__ import annotations

from dataclasses import replace

from .body_file import BODY
from .canonical import pack
from .cases import VectorFile
from .mail_cases import MailCases
from .market_cases import MarketCases
from .message_cases import CUSTOMERS_EYES
from .messages import draft_body, offer, offer_body, small_draft_body
from .mutation import DROP, put
from .world import DAY, NOW, Body, altered, intent_body, small_intent_body

FUNCTIONS = ["Sell", "LeaseOut", "Repair", "Maintain", "ProvideService", "Dispose", "Buy"]
CHANGES_HANDS = ("Sell", "LeaseOut", "Buy")
START = (NOW // DAY + 2) * DAY


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "functions",
        "specs/03-messages.md#functions",
        "`intent` is `read` of market.json, `draft` is `read` of mail.json. `answer` gets a right "
        "offer (`raw`, and what the reader knows as in message.json) and the bytes of the body "
        "of the intent that it answers.",
    )
    _intents(file.at("specs/03-messages.md#intent"))
    _drafts(file.at("specs/03-messages.md#agreement-draft"))
    _warranties(file)
    _answers(file.at("specs/03-messages.md#offer"))
    return file


def broken_thing() -> Body:
    """An intent to have a thing repaired, or replaced, or another one leased meanwhile."""
    return intent_body(businessFunction="Repair", alternatives=["Sell", "LeaseOut"], leaseLength=14)


def _intents(file: VectorFile) -> None:
    cases = MarketCases(file, "intent", "intent", broken_thing())
    cases.op = "intent"
    cases.accept("repair-or-replace-or-rent", "three functions in order", cases.good)
    every = small_intent_body(alternatives=[f for f in FUNCTIONS if f != "Repair"], leaseLength=1)
    cases.accept("all-functions", "whatever a vendor can do", every)
    for function in FUNCTIONS:
        length = 7 if function == "LeaseOut" else None
        alone = small_intent_body(businessFunction=function, leaseLength=length)
        cases.accept(f"{function.lower()}-alone", "one function", alone)
    cases.choices("alternatives", None, ["Sell"], empty=False)
    asked = ["LeaseOut", "Repair"]
    cases.change("alternatives-asked", "what is asked for anyway", "alternatives", asked)
    for name, entry in (("unknown", "Lend"), ("lower", "sell"), ("int", 1)):
        comment = "no such function"
        cases.change(f"alternatives-entry-{name}", comment, "alternatives", ["LeaseOut", entry])
    cases.wrong(("leaseLength", "int", 3650, 1))
    cases.allow("lease-length-3650", "ten years", "leaseLength", 3650)
    cases.change("lease-length-missing", "for how long?", "leaseLength", DROP)
    cases.change("lease-length-beside", "nothing is to be leased", "alternatives", ["Sell"])
    cases.refuse(
        "lease-length-with-sell",
        BODY,
        "a sale has no end",
        small_intent_body(businessFunction="Sell", leaseLength=7),
    )
    _prices(cases)


def _prices(cases: MarketCases) -> None:
    def sale(function: str, alternatives: list[str] | None = None, **price: int) -> Body:
        body = altered(cases.good, {"alternatives": alternatives, "leaseLength": None})
        specification = {"priceCurrency": "EUR", **price}
        return {**body, "businessFunction": function, "priceSpecification": specification}

    cases.accept("buy-min-price", "the least that a vendor may pay", sale("Buy", minPrice=4_000))
    cases.accept("buy-min-price-0", "even for nothing", sale("Buy", minPrice=0))
    cases.accept(
        "dispose-or-buy",
        "it may cost something, or bring something",
        sale("Dispose", ["Buy"], maxPrice=3_000, minPrice=500),
    )
    cases.accept("min-above-max", "they are about two functions", sale(
        "Buy", ["Dispose"], maxPrice=100, minPrice=500))  # fmt: skip
    for name, comment, body in (
        ("buy-max-price", "the most that the vendor may pay?", sale("Buy", maxPrice=4_000)),
        ("sell-min-price", "the least to pay?", sale("Sell", minPrice=4_000)),
        ("repair-min-price", "a repair brings nothing", sale("Repair", ["Sell"], minPrice=1)),
        ("min-price-negative", "less than nothing", sale("Buy", minPrice=-1)),
        ("min-price-high", "more than there is", sale("Buy", minPrice=10**12 + 1)),
    ):
        cases.refuse(name, BODY, comment, body)


def leased(**changes: object) -> Body:
    """The draft of a lease with every field of one."""
    lease = {"leaseLength": 14, "deposit": 10_000, "startDate": START}
    return draft_body(businessFunction="LeaseOut", lease=lease, **changes)


def _drafts(file: VectorFile) -> None:
    cases = MailCases(file, "draft", replace(offer(), body=offer_body(draft=leased())))
    cases.op = "draft"
    cases.accept("lease", "with a deposit and the day when it begins", cases.good)
    cases.optional("draft.lease.deposit", "draft.lease.startDate")
    cases.allow("lease-longest", "ten years", "draft.lease.leaseLength", 3650)
    cases.allow("lease-no-deposit", "a deposit of nothing", "draft.lease.deposit", 0)
    cases.missing("draft.lease", "draft.lease.leaseLength", "draft.itemOffered.itemCondition")
    cases.unknown("draft.lease.x", "draft.lease.leaseDays")
    cases.bound = frozenset({"draft.lease.startDate"})
    cases.wrong(
        ("draft.lease", "map"),
        ("draft.lease.leaseLength", "int", 3650, 1),
        ("draft.lease.deposit", "amount"),
        ("draft.lease.startDate", "time"),
    )
    cases.change("lease-start-noon", "not a whole day", "draft.lease.startDate", START + DAY // 2)
    comment = "the deposit isn't a part of the total"
    cases.change(
        "lease-total-with-deposit",
        comment,
        "draft.priceSpecification.total",
        20_475,
        "message.total_mismatch",
    )
    for function in FUNCTIONS:
        _function(cases, function)


def warranted(**changes: object) -> Body:
    """The draft of a sale with every field of a warranty."""
    warranty = {"durationOfWarranty": 24, "warrantyScope": "PartsAndLabor-BringIn"}
    return draft_body(warranty=warranty, **changes)


def _warranties(file: VectorFile) -> None:
    cases = MailCases(file, "draft", replace(offer(), body=offer_body(draft=warranted())))
    cases.op = "draft"
    cases.accept("warranty", "two years, parts and labour, where it is brought in", cases.good)
    cases.optional("draft.warranty", "draft.warranty.warrantyScope")
    cases.allow("warranty-longest", "a century", "draft.warranty.durationOfWarranty", 1200)
    cases.missing("draft.warranty.durationOfWarranty")
    cases.unknown("draft.warranty.x", "draft.warranty.warrantyUntil")
    cases.wrong(("draft.warranty", "map"), ("draft.warranty.durationOfWarranty", "int", 1200, 1))
    for scope in ("Labor-BringIn", "PartsAndLabor-PickUp"):
        path = "draft.warranty.warrantyScope"
        cases.allow(f"warranty-{scope.lower()}", "another scope", path, scope)
    for name, comment, value in (
        ("scope", "no such scope", "Everything"),
        ("scope-case", "in small letters", "partsandlabor-bringin"),
        ("scope-array", "several scopes", ["Labor-BringIn"]),
    ):
        cases.change(f"warranty-{name}", comment, "draft.warranty.warrantyScope", value)
    for function in FUNCTIONS:
        _promised(cases, function)


def _promised(cases: MailCases, function: str) -> None:
    """A warranty beside what is done under this function."""
    lease = {"leaseLength": 14} if function == "LeaseOut" else None
    warranty = {"durationOfWarranty": 6}
    draft = small_draft_body(businessFunction=function, lease=lease, warranty=warranty)
    if function not in CHANGES_HANDS:
        draft = put(draft, "itemOffered.itemCondition", DROP)
    name = f"{function.lower()}-warranty"
    if function in ("Sell", "Repair"):
        cases.accept(name, "without a scope", offer_body(draft=draft))
    else:
        cases.refuse(name, BODY, "neither sold nor repaired", offer_body(draft=draft))


def _function(cases: MailCases, function: str) -> None:
    """A draft of this function, and what doesn't belong into one."""
    slug = function.lower()
    lease = {"leaseLength": 14} if function == "LeaseOut" else None
    draft = small_draft_body(businessFunction=function, lease=lease)
    with_condition = function in CHANGES_HANDS
    without = put(draft, "itemOffered.itemCondition", DROP)
    right, wrong = (draft, without) if with_condition else (without, draft)
    cases.accept(slug, "the required fields only", offer_body(draft=right))
    comment = "what changes hands has a condition" if with_condition else "it has no condition"
    cases.refuse(f"{slug}-condition", BODY, comment, offer_body(draft=wrong))
    if function != "LeaseOut":
        beside = {**right, "lease": {"leaseLength": 14}}
        cases.refuse(f"{slug}-lease", BODY, "nothing is leased out", offer_body(draft=beside))


def _answers(file: VectorFile) -> None:
    def given(draft: Body, intent: Body) -> object:
        raw = replace(offer(), body=offer_body(draft=draft)).raw
        return {"raw": raw, **CUSTOMERS_EYES, "intent": pack(intent)}

    repair = put(small_draft_body(businessFunction="Repair"), "itemOffered.itemCondition", DROP)
    bought = small_draft_body(businessFunction="Buy")
    sold, asked = draft_body(), broken_thing()
    for name, comment, draft, intent in (
        ("asked", "what was asked for", repair, asked),
        ("alternative", "what would do instead", sold, asked),
        ("last-alternative", "what would do instead of both", leased(), asked),
        ("sell", "a sale where one was asked for", sold, intent_body()),
    ):
        file.ok("answer", f"answer-{name}", comment, given(draft, intent))
    alone = altered(asked, {"alternatives": None, "leaseLength": None})
    for name, comment, draft, intent in (
        ("unasked", "bought instead of repaired", bought, asked),
        ("sold-instead", "only a repair was asked for", sold, alone),
        ("leased-instead", "a lease where a sale was asked for", leased(), intent_body()),
        ("repaired-instead", "a repair where a sale was asked for", repair, intent_body()),
        ("bought-instead", "the other way round", bought, intent_body()),
    ):
        file.bad("answer", f"answer-{name}", BODY, comment, given(draft, intent))
