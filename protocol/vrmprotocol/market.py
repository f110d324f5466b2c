"""Public messages: vendor profiles, key updates, intents and their updates, feedback.

Implements `specs/03-messages.md#market-messages`. `load_market` reads the body of a verified
envelope and holds it against that envelope; remembering sequence numbers is left to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from vrmprotocol import certificate as certificates
from vrmprotocol import encoding, feedback, functions, key_update, schema
from vrmprotocol.body_checks import (
    check_choices,
    check_constraint,
    check_extensions,
    check_gtin,
    check_own_currency,
    check_recipient_key,
    refuse,
)
from vrmprotocol.certificate import Certificate
from vrmprotocol.encoding import Map
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.feedback import Feedback, Reply
from vrmprotocol.fields import (
    DAY_S,
    Amount,
    Body,
    BusinessFunction,
    Bytes16,
    CategoryId,
    Country,
    Currency,
    DeliveryMethod,
    Gtin,
    Images,
    ItemCondition,
    Language,
    LeaseDays,
    PaymentMethod,
    RecipientKey,
    TermsId,
    Text16,
    Text64,
    Text128,
    Text200,
    Text256,
    Text1000,
    Time,
    Wire,
)
from vrmprotocol.key_update import KeyUpdate
from vrmprotocol.terms_addendum import WireLevels, check_proffer
from vrmprotocol.terms_matching import Choice
from vrmprotocol.terms_policy import TermsPolicy, check_policy

Features = Annotated[tuple[Text64, ...], Meta(max_length=32)]
Scalar: TypeAlias = str | int | bool


class Prekey(RecipientKey, frozen=True, kw_only=True):
    """A vendor's weekly key for first mail; nobody seals to it after `not_after`."""

    not_after: Time

    def recipient_key(self) -> RecipientKey:
        """The key alone, as sealing takes it."""
        return RecipientKey(suite=self.suite, key=self.key)


class VendorProfile(Body, frozen=True, kw_only=True):
    """What a vendor deals in, on which terms, and how to reach it first."""

    v: Literal[1]
    seq: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    name: Text128
    legal_name: Text128 | None = None
    url: Text256 | None = None
    description: Text1000 | None = None
    area_served: Annotated[tuple[Country, ...], Meta(max_length=64)]
    category: Annotated[tuple[CategoryId, ...], Meta(max_length=64)]
    business_function: Annotated[tuple[BusinessFunction, ...], Meta(min_length=1, max_length=7)]
    accepted_terms: Annotated[tuple[TermsId, ...], Meta(min_length=1, max_length=16)]
    terms_policy: TermsPolicy | None = None
    payment_method: Annotated[tuple[PaymentMethod, ...], Meta(max_length=16)]
    delivery_method: Annotated[tuple[DeliveryMethod, ...], Meta(max_length=4)]
    in_language: Annotated[tuple[Language, ...], Meta(max_length=16)]
    certificate: Certificate
    prekey: Prekey
    reply_tag: Bytes16
    features: Features
    paused_until: Time | None = None
    image: Images = ()


class DemandedItem(Wire, frozen=True, kw_only=True):
    """What is wanted; at least one of name, gtin, mpn and category."""

    name: Text200 | None = None
    gtin: Gtin | None = None
    mpn: Text64 | None = None
    brand: Text64 | None = None
    category: CategoryId | None = None
    description: Text1000 | None = None


class Constraint(Wire, frozen=True, kw_only=True):
    """A condition on a property of the item; an array of values exactly with `in`."""

    name: Text64
    op: Literal["eq", "in", "ge", "le"]
    value: Scalar | Annotated[tuple[str | int, ...], Meta(min_length=1, max_length=64)]


class Area(Wire, frozen=True, kw_only=True):
    """Where to; no finer than the customer chose."""

    country: Country
    region: Text64 | None = None
    cell: Text16 | None = None


class Budget(Wire, frozen=True, kw_only=True):
    """The currency, and the most to pay to the door in minor units, if the customer says so.

    `min_price` is the least to be paid by a vendor that buys.
    """

    price_currency: Currency
    max_price: Amount | None = None
    min_price: Amount | None = None


class Intent(Body, frozen=True, kw_only=True):
    """What a customer wants, under a pseudonym of its own; times are Unix seconds."""

    v: Literal[1]
    salt: Bytes16
    business_function: BusinessFunction
    alternatives: Annotated[tuple[BusinessFunction, ...], Meta(max_length=6)] = ()
    item_offered: DemandedItem
    eligible_quantity: Annotated[int, Meta(ge=1, le=10_000)]
    item_condition: Annotated[tuple[ItemCondition, ...], Meta(max_length=4)] = ()
    must: Annotated[tuple[Constraint, ...], Meta(max_length=16)] = ()
    prefer: Annotated[tuple[Constraint, ...], Meta(max_length=16)] = ()
    area: Area
    availability_ends: Time | None = None
    lease_length: LeaseDays | None = None
    price_specification: Budget | None = None
    accepted_terms: Annotated[tuple[TermsId, ...], Meta(min_length=1, max_length=13)]
    addendum: Annotated[tuple[WireLevels, ...], Meta(max_length=13)] = ()
    delivery_method: Annotated[tuple[DeliveryMethod, ...], Meta(max_length=4)] = ()
    payment_method: Annotated[tuple[PaymentMethod, ...], Meta(max_length=16)] = ()
    reply_key: RecipientKey
    reply_tag: Bytes16
    max_offers: Annotated[int, Meta(ge=1, le=100)]
    valid_through: Time
    in_language: Annotated[tuple[Language, ...], Meta(max_length=16)] = ()
    image: Images = ()
    features: Features = ()

    @property
    def functions(self) -> tuple[BusinessFunction, ...]:
        """What a vendor may do: what is asked for, then what would do in its place."""
        return (self.business_function, *self.alternatives)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The terms that the customer proffers, in order of preference."""
        addenda = self.addendum or ({},) * len(self.accepted_terms)
        return tuple(map(Choice, self.accepted_terms, addenda))


class IntentUpdate(Body, frozen=True, kw_only=True):
    """A whole intent that takes the place of the one before, or says it is withdrawn."""

    v: Literal[1]
    salt: Bytes16
    seq: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    status: Literal["active", "withdrawn"]
    intent: Intent


@dataclass(frozen=True, slots=True)
class Uninterpreted:
    """A market message of a kind or version that isn't known here; it is relayed all the same."""

    kind: str
    reason: str


MarketBody: TypeAlias = VendorProfile | Intent | IntentUpdate | KeyUpdate | Feedback | Reply

_STRUCTS: dict[str, type[MarketBody]] = {
    "vendor_profile": VendorProfile,
    "intent": Intent,
    "intent_update": IntentUpdate,
    "key_update": KeyUpdate,
    "feedback": Feedback,
    "reply": Reply,
}


def load_market(
    envelope: Envelope,
    *,
    now: int | None = None,
    known_ext: frozenset[str] = frozenset(),
) -> MarketBody | Uninterpreted:
    """What a verified market envelope says.

    `now` (Unix seconds) is the moment at which a profile's or a reply's certificate has to be
    valid; without it (a message read again from a store) that is the envelope's `created`.

    Raises:
        RemoteError: `message.*`, `certificate.*` or `feedback.grant`; the verdict is ignore.
    """
    # SPEC 00: The reader MUST relay and store a well-formed market envelope of an unknown kind
    # without interpreting its body.
    struct = _STRUCTS.get(envelope.kind)
    if struct is None:
        return Uninterpreted(envelope.kind, "message.version")
    fields = _body_map(envelope.body)
    # SPEC 00: The reader MUST treat a body whose `v` it doesn't know like a body of an unknown
    # kind.
    if fields["v"] != 1:
        return Uninterpreted(envelope.kind, "message.version")
    body = schema.load(struct, fields, code="message.body", unknown_code="message.unknown_field")
    check_content(body, known_ext=known_ext)
    moment = envelope.created if now is None else now
    if isinstance(body, VendorProfile):
        _check_signer(body, envelope, moment)
        return body
    if isinstance(body, Feedback | Reply):
        feedback.check_author(body, author=envelope.author, created=envelope.created, now=moment)
        return body
    if isinstance(body, KeyUpdate):
        return body
    intent = body.intent if isinstance(body, IntentUpdate) else body
    # SPEC 03: The reader MUST refuse an intent whose `validThrough` isn't its envelope's `expires`
    # with `message.body`.
    if intent.valid_through != envelope.expires:
        raise refuse(
            "validThrough", f"the envelope's {envelope.expires}, came {intent.valid_through}"
        )
    return body


def to_body(body: MarketBody) -> bytes:
    """The bytes that go into an envelope.

    Raises:
        LocalError: the code with which a reader would refuse them.
    """
    checked = schema.check_own(body)
    if isinstance(checked, Intent) and checked.price_specification is not None:
        check_own_currency(checked.price_specification.price_currency)
    try:
        check_content(checked, known_ext=frozenset(checked.ext))
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None
    return encoding.encode(schema.dump(checked))


def check_content(body: MarketBody, *, known_ext: frozenset[str] = frozenset()) -> None:
    """Refuse what is wrong in a body whatever its envelope is.

    Raises:
        RemoteError: `message.body`, `message.critical`.
    """
    check_extensions(body, known_ext)
    if isinstance(body, VendorProfile):
        _check_presentation(body)
        return
    if isinstance(body, KeyUpdate):
        key_update.check_content(body)
        return
    if isinstance(body, Feedback | Reply):
        feedback.check_content(body)
        return
    if isinstance(body, IntentUpdate):
        check_extensions(body.intent, known_ext)
    _check_wish(body.intent if isinstance(body, IntentUpdate) else body)


def check_update(
    update: IntentUpdate,
    update_envelope: Envelope,
    *,
    original: Intent,
    original_envelope: Envelope,
) -> None:
    """Refuse an update that doesn't belong to the intent it would replace.

    Raises:
        RemoteError: `message.author` for another author, else `message.body`.
    """
    if update_envelope.author != original_envelope.author:
        raise RemoteError("message.author", "expected the author of the intent, came another")
    # SPEC 03: The reader MUST refuse an update whose reply key or reply tag isn't that of the
    # intent it knows, or that ends before it, with `message.body`.
    check_answered_alike(update.intent, original)
    if update_envelope.expires < original_envelope.expires:
        raise refuse("intent.validThrough", f"at least {original_envelope.expires}")


def check_answered_alike(intent: Intent, known: Intent) -> None:
    """Refuse a later form of an intent with another reply key or reply tag than the known one.

    Raises:
        RemoteError: `message.body`.
    """
    if intent.reply_key != known.reply_key:
        raise refuse("intent.replyKey", "that of the intent")
    if intent.reply_tag != known.reply_tag:
        raise refuse("intent.replyTag", "that of the intent")


# SPEC 03: The reader MUST refuse a market body of a known kind that isn't a canonical map with an
# integer `v` of at least 1 with `message.body`.
def _body_map(body: bytes) -> Map:
    try:
        fields = encoding.decode_map(body)
    except RemoteError as error:
        raise RemoteError("message.body", f"expected a canonical map, came {error.code}") from error
    version = fields.get("v")
    if type(version) is not int or version < 1:
        raise refuse("v", f"int >= 1, came {schema.describe(version)}")
    return fields


def _check_signer(profile: VendorProfile, envelope: Envelope, moment: int) -> None:
    certificates.verify(profile.certificate, now=moment)
    # SPEC 03: The reader MUST refuse a profile whose envelope isn't signed by the certificate's
    # subject with `message.author`.
    if profile.certificate.subject != envelope.author:
        raise RemoteError(
            "message.author", "expected the certificate's subject to sign the envelope"
        )


def _check_presentation(profile: VendorProfile) -> None:
    check_recipient_key("prekey", profile.prekey)
    check_choices(
        {
            "areaServed": profile.area_served,
            "category": profile.category,
            "businessFunction": profile.business_function,
            "acceptedTerms": profile.accepted_terms,
            "paymentMethod": profile.payment_method,
            "deliveryMethod": profile.delivery_method,
            "inLanguage": profile.in_language,
        }
    )
    if profile.terms_policy is not None:
        check_policy(profile.terms_policy, code="message.body")
    # SPEC 03: The reader MUST refuse a profile whose `pausedUntil` isn't a multiple of 86,400 with
    # `message.body`.
    if profile.paused_until is not None and profile.paused_until % DAY_S:
        raise refuse("pausedUntil", f"a multiple of {DAY_S}")


def _check_wish(intent: Intent) -> None:
    item = intent.item_offered
    # SPEC 03: The reader MUST refuse an intent whose item has none of name, gtin, mpn and category
    # with `message.body`.
    if item.name is None and item.gtin is None and item.mpn is None and item.category is None:
        raise refuse("itemOffered", "at least one of name, gtin, mpn, category")
    check_gtin(item.gtin)
    check_recipient_key("replyKey", intent.reply_key)
    budget = intent.price_specification
    functions.check_asked(
        intent.functions,
        lease_length=intent.lease_length,
        max_price=None if budget is None else budget.max_price,
        min_price=None if budget is None else budget.min_price,
    )
    check_choices(
        {
            "itemCondition": intent.item_condition,
            "deliveryMethod": intent.delivery_method,
            "paymentMethod": intent.payment_method,
            "inLanguage": intent.in_language,
        }
    )
    check_proffer(intent.accepted_terms, intent.addendum)
    for name, constraints in (("must", intent.must), ("prefer", intent.prefer)):
        for place, constraint in enumerate(constraints):
            check_constraint(f"{name}[{place}].value", constraint.op, constraint.value)
    if intent.availability_ends is not None and intent.availability_ends % DAY_S:
        raise refuse("availabilityEnds", f"a multiple of {DAY_S}")
