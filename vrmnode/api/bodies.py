"""The JSON bodies and query strings of the API: closed models, unknown fields are refused.

They check shape alone. What a `request`, a policy or a profile may contain is decided by the
node, which answers with the field's name.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from vrmnode.values.returning import MOST_COUNTED
from vrmprotocol import contact, negotiation_rules, order_rules

MAX_PRODUCTS = 500
MAX_PAGE = 1000

HEX_ID = r"^[0-9a-f]{6,64}$"
WEEK = r"^[0-9]{4}-W[0-9]{2}$"
NONCE = r"^[0-9a-f]{64}$"
HexId = Annotated[str, Field(pattern=HEX_ID, description="an id or a prefix of it")]

VENDOR = r"^[0-9A-Za-z:]{6,64}$"
VendorId = Annotated[
    str,
    Field(pattern=VENDOR, description="a did:key, a root in hex, or a prefix"),
]
ABSOLUTE_PATH = "^/"


def _encodable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    # JSON can write half a surrogate pair, and a number can be NaN for Python's reader; neither
    # can be stored or sent on.
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("Unicode text, no lone surrogates") from error
    return value


JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_encodable)]


def _disclosable(name: str) -> str:
    names = (*contact.NAMES, "relationship")
    if name not in names:
        raise ValueError(f"one of {', '.join(names)}")
    return name


class Closed(BaseModel):
    """A model that refuses fields it doesn't know, and numbers JSON doesn't have."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PublishIntent(Closed):
    """`POST /v1/intents`."""

    request: JsonObject
    acceptance: JsonObject | None = None
    standing: JsonObject | None = None
    dry_run: Annotated[bool, Field(strict=True)] = False


class WithdrawIntent(Closed):
    """`POST /v1/intents/{intent}/withdraw`."""

    reason: Annotated[str, Field(max_length=64)] | None = None


class ExtendIntent(Closed):
    """`POST /v1/intents/{intent}/extend`: for how long from now."""

    valid_for: Annotated[str, Field(max_length=40)]


Language = Annotated[str, Field(max_length=35)] | None
"""Of the text beside it, as a tag of BCP 47; the node knows what it may be."""


class DeclineOffer(Closed):
    """`POST /v1/offers/{offer}/decline`."""

    reason: Annotated[str, Field(max_length=64)] = "unspecified"
    note: Annotated[str, Field(max_length=200)] | None = None
    language: Language = None


class AskQuestion(Closed):
    """`POST /v1/offers/{offer}/question`."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    language: Language = None


class CounterOffer(Closed):
    """`POST /v1/offers/{offer}/counter`: a total to the door such as "40.00 EUR"."""

    total: Annotated[str, Field(min_length=1, max_length=64)]
    note: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    language: Language = None


class AnswerQuestion(Closed):
    """`POST /v1/vendor/questions/{question}/answer`."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    language: Language = None


class QuestionFilter(Closed):
    """Query of `GET /v1/vendor/questions`; without `all` only those to be answered."""

    all: bool = False


class WithdrawDeal(Closed):
    """`POST /v1/deals/{deal}/withdraw`."""

    reason: Annotated[str, Field(max_length=64)] = "unspecified"


class SayOfOrder(Closed):
    """`POST /v1/orders/{order}/statements`: a word of spec 11 and what belongs to it.

    Amounts are texts such as "45.00 EUR"; times are Unix seconds. `instructions` are ways to pay,
    or where to send goods back.
    """

    word: Annotated[str, Field(max_length=32)]
    at: int | None = None
    of: HexId | None = None
    reason: Annotated[str, Field(max_length=32)] | None = None
    carrier: Annotated[str, Field(max_length=64)] | None = None
    tracking: Annotated[str, Field(max_length=64)] | None = None
    amount: Annotated[str, Field(max_length=64)] | None = None
    method: Annotated[str, Field(max_length=32)] | None = None
    due_by: int | None = None
    reference: Annotated[str, Field(max_length=64)] | None = None
    instructions: (
        Annotated[str, Field(max_length=1000)] | Annotated[list[JsonObject], Field(max_length=4)]
    ) | None = None
    quantity: int | None = None
    accepted: Annotated[bool, Field(strict=True)] | None = None
    refund: Annotated[str, Field(max_length=64)] | None = None
    number: Annotated[str, Field(max_length=64)] | None = None
    paid_at: int | None = None
    note: Annotated[str, Field(max_length=500)] | None = None
    language: Language = None
    restock: Annotated[bool, Field(strict=True)] | None = None


class OrderFilter(Closed):
    """Query of `GET /v1/orders`."""

    role: Literal["customer", "vendor"] | None = None
    status: order_rules.Status | None = None


class ShopOrderFilter(Closed):
    """Query of `GET /v1/vendor/orders`; without `all` only those with something left to do."""

    all: bool = False


class CatalogueRows(Closed):
    """`POST /v1/catalogue/rows`: one chunk of an import."""

    products: Annotated[list[JsonObject], Field(min_length=1, max_length=MAX_PRODUCTS)]


Sku = Annotated[str, Field(min_length=1, max_length=64)]


class TestVendorPolicy(Closed):
    """`POST /v1/vendor/policy/test`: a stored intent, or the request of an example.

    `returning`: as if its customer had so many finished deals.
    """

    intent: HexId | None = None
    request: JsonObject | None = None
    returning: Annotated[int, Field(strict=True, ge=0, le=MOST_COUNTED)] | None = None


class PauseShop(Closed):
    """`POST /v1/vendor/pause`: the last day of it, and a sentence for customers.

    `announce`: say it in the public profile.
    """

    until: Annotated[str, Field(max_length=32)] | None = None
    note: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    language: Language = None
    announce: Annotated[bool, Field(strict=True)] | None = None


class ChangeProduct(Closed):
    """`POST /v1/catalogue/change`: fields of one product; null takes one away."""

    sku: Sku
    changes: Annotated[JsonObject, Field(min_length=1)]


class RemoveProducts(Closed):
    """`POST /v1/catalogue/remove`."""

    skus: Annotated[list[Sku], Field(min_length=1, max_length=MAX_PRODUCTS)]


class ConnectPeer(Closed):
    """`POST /v1/peers`: a multiaddress that ends in /p2p/<peer id>."""

    address: Annotated[str, Field(min_length=1, max_length=512)]


class JoinPeers(Closed):
    """`POST /v1/peers/join`: addresses to dial now and for as long as the node runs."""

    peers: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=512)]],
        Field(min_length=1, max_length=64),
    ]


class WriteBackup(Closed):
    """`POST /v1/backup`: where the node writes it, and the passphrase that protects it."""

    path: Annotated[str, Field(min_length=1, max_length=4096, pattern=ABSOLUTE_PATH)]
    passphrase: Annotated[str, Field(max_length=4096)]
    force: Annotated[bool, Field(strict=True)] = False


class IntentFilter(Closed):
    """Query of `GET /v1/intents`."""

    status: Literal["active", "withdrawn", "expired", "fulfilled"] | None = None


class OfferFilter(Closed):
    """Query of `GET /v1/offers`."""

    intent: HexId | None = None


class DealFilter(Closed):
    """Query of `GET /v1/deals`."""

    role: Literal["customer", "vendor"] | None = None
    state: negotiation_rules.State | None = None


class ExportFormat(Closed):
    """Query of `GET /v1/deals/{deal}/agreement`."""

    format: Literal["vrm", "json-ld"] | None = None


class ProductPage(Closed):
    """Query of `GET /v1/catalogue`; `after` is the last sku of the page before."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100
    after: Annotated[str, Field(max_length=64)] | None = None


class NamedImages(Closed):
    """Query of `GET /v1/images`: of an offer, an intent or a vendor's profile, one of them."""

    offer: HexId | None = None
    intent: HexId | None = None
    vendor: VendorId | None = None


class VendorSearch(Closed):
    """Query of `GET /v1/vendors`; the node knows what the fields may contain."""

    words: Annotated[str, Field(max_length=200)] | None = None
    category: int | None = None
    country: Annotated[str, Field(max_length=8)] | None = None
    terms: Annotated[list[str], Field(max_length=16)] | None = None
    function: Annotated[str, Field(max_length=32)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100


class CheckVendor(Closed):
    """`POST /v1/vendors/{vendor}/check`."""

    anyway: Annotated[bool, Field(strict=True)] = False
    loopback: Annotated[bool, Field(strict=True)] = False


class RevokeKey(Closed):
    """`POST /v1/vendor/keys/{serial}/revoke`."""

    reason: Annotated[str, Field(max_length=32)] = "compromised"


class AddTrust(Closed):
    """`POST /v1/trust`; what is absent stays as it is."""

    vendor: VendorId
    note: Annotated[str, Field(max_length=500)] | None = None
    groups: Annotated[list[str], Field(max_length=32)] | None = None


class RemoveTrust(Closed):
    """`POST /v1/trust/{vendor}/remove`; with `group` only from that group."""

    group: Annotated[str, Field(max_length=64)] | None = None


class TrustFilter(Closed):
    """Query of `GET /v1/trust`."""

    group: Annotated[str, Field(max_length=64)] | None = None


class RemoveContact(Closed):
    """`POST /v1/contact/remove`; without `fields` all of them."""

    fields: Annotated[list[str], Field(min_length=1, max_length=32)] | None = None
    tell: Annotated[bool, Field(strict=True)] = False


class DisclosureFilter(Closed):
    """Query of `GET /v1/contact/disclosures`."""

    deal: HexId | None = None


class DiscloseFields(Closed):
    """`POST /v1/deals/{deal}/disclose`: names of contact fields, or `relationship`.

    Without `fields` all that is due.
    """

    fields: Annotated[list[str], Field(min_length=1, max_length=32)] | None = None
    dry_run: Annotated[bool, Field(strict=True)] = False


class ForgetDeal(Closed):
    """`POST /v1/deals/{deal}/forget`; `anyway` also while its order is open."""

    anyway: Annotated[bool, Field(strict=True)] = False
    reason: Literal["afterwards", "on_request", "cancelled", "unspecified"] = "unspecified"


class LedgerFilter(Closed):
    """Query of `GET /v1/ledger`."""

    role: Literal["customer", "vendor"] | None = None
    vendor: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    field: Annotated[str, AfterValidator(_disclosable)] | None = None
    state: Literal["held", "due", "deleted"] | None = None


class FeedbackFilter(Closed):
    """Query of `GET /v1/feedback`; without any of them one's own."""

    vendor: Annotated[str, Field(max_length=64)] | None = None
    gtin: Annotated[str, Field(max_length=14)] | None = None
    brand: Annotated[str, Field(max_length=64)] | None = None


class WithdrawFeedback(Closed):
    """`POST /v1/deals/{deal}/feedback/withdraw`; `now` without waiting."""

    now: Annotated[bool, Field(strict=True)] = False


class ReplyToFeedback(Closed):
    """`POST /v1/feedback/{feedback}/reply`."""

    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    language: Annotated[str, Field(max_length=35)] | None = None


class EventPage(Closed):
    """Query of `GET /v1/events`; `after` is the id of the last event seen."""

    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100


class EventStart(Closed):
    """Query of `GET /v1/events/stream`; without `after` only what happens from now on."""

    after: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class Nothing(Closed):
    """A body or query without fields: `{}` or absent."""


def given(model: Closed) -> dict[str, object]:
    """The fields that the caller sent or that have a default, absent ones left out."""
    return model.model_dump(exclude_none=True)
