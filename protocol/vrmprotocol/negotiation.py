"""The state of a deal: a function of the set of its verified messages, and of nothing else.

Implements `specs/04-negotiation.md`. Order, repetition and clocks make no difference, so both
sides and every replay find the same state. The tables are in `negotiation_rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from vrmprotocol import agreement as agreements
from vrmprotocol import coherence, feedback
from vrmprotocol.draft import Draft
from vrmprotocol.encoding import Map
from vrmprotocol.errors import LocalError
from vrmprotocol.inner import SignedMessage, UninterpretedMessage
from vrmprotocol.mail import Accept, Agreement, Decline, Offer, WithdrawAccept
from vrmprotocol.moments import in_words
from vrmprotocol.negotiation_rules import MOVES as MOVES
from vrmprotocol.negotiation_rules import ROLES as ROLES
from vrmprotocol.negotiation_rules import RULES as RULES
from vrmprotocol.negotiation_rules import STATES as STATES
from vrmprotocol.negotiation_rules import TERMINAL as TERMINAL
from vrmprotocol.negotiation_rules import Flags as Flags
from vrmprotocol.negotiation_rules import Move as Move
from vrmprotocol.negotiation_rules import Role as Role
from vrmprotocol.negotiation_rules import Rule as Rule
from vrmprotocol.negotiation_rules import State as State
from vrmprotocol.negotiation_rules import check_move as check_move
from vrmprotocol.negotiation_rules import permitted as permitted
from vrmprotocol.negotiation_rules import state_of as state_of

Message = SignedMessage | UninterpretedMessage


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something a party shouldn't have signed; it is recorded and decides nothing."""

    code: str
    detail: str
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealState:
    """What a set of messages amounts to.

    `offers` are by digest, embedded ones included. `accept` is the accept that counts,
    `accepted_offer` the offer in it, `document` the agreement document that follows from both.
    """

    state: State
    flags: Flags
    offers: Mapping[bytes, SignedMessage]
    declined_offers: frozenset[bytes]
    accept: SignedMessage | None
    accepted_offer: SignedMessage | None
    agreement: SignedMessage | None
    decline: SignedMessage | None
    withdraw: SignedMessage | None
    document: Map | None = field(repr=False)
    faults: tuple[Fault, ...]

    def agreement_file(self) -> bytes:
        """The bytes of the agreement file.

        Raises:
            LocalError: `negotiation.no_agreement` while the vendor hasn't countersigned.
        """
        if self.document is None or self.accept is None or self.agreement is None:
            raise LocalError("negotiation.no_agreement", f"expected agreed, came {self.state}")
        assert isinstance(self.accept.body, Accept)
        assert isinstance(self.agreement.body, Agreement)
        return agreements.agreement_file(
            self.document,
            customer_signature=self.accept.body.signature,
            vendor_signature=self.agreement.body.signature,
        )


# SPEC 04: The reader MUST compute the state of a deal from the set of its verified messages alone.
def evaluate(messages: Iterable[Message]) -> DealState:
    """The state of the deal that these verified messages belong to; duplicates don't matter.

    Raises:
        LocalError: `negotiation.mixed_deals` for messages of more than one deal.
    """
    every = _unique(messages)
    members = _Members([message for message in every if isinstance(message, SignedMessage)])
    agreement = members.agreement()
    accept = members.accept(agreement)
    vendor_no = members.vendor_decline(accept)
    withdraw = members.withdrawal(accept)
    declined = members.declined_offers()
    customer_no = members.last_word(declined)
    refusal = members.refusal()
    flags = Flags(
        agreement=agreement is not None,
        withdraw=withdraw is not None,
        vdecline=vendor_no is not None,
        accept=accept is not None,
        cdecline=customer_no is not None,
        offer=bool(members.offers),
        refused=refusal is not None,
    )
    state = state_of(flags)
    return DealState(
        state=state,
        flags=flags,
        offers=members.offers,
        declined_offers=frozenset(declined),
        accept=accept,
        accepted_offer=None if accept is None else members.offer_of[accept.digest],
        agreement=agreement,
        decline={"declined": vendor_no or customer_no, "refused": refusal}.get(state),
        withdraw=withdraw,
        document=None if accept is None else members.document_of(accept),
        faults=tuple(sorted({*_equivocations(every), *members.faults()})),
    )


def _order(message: Message) -> tuple[int, bytes]:
    return message.seq, message.digest


def _unique(messages: Iterable[Message]) -> list[Message]:
    """One message for each digest, in an order that depends on the messages alone."""
    by_digest: dict[bytes, Message] = {}
    for message in sorted(messages, key=lambda each: each.raw):
        by_digest.setdefault(message.digest, message)
    unique = sorted(by_digest.values(), key=_order)
    if len({message.deal for message in unique}) > 1:
        raise LocalError("negotiation.mixed_deals", "expected messages of one deal")
    return unique


class _Members:
    """The set, sorted by kind; every list is in the order (seq, digest)."""

    def __init__(self, spoken: list[SignedMessage]) -> None:
        self.agreements = [m for m in spoken if isinstance(m.body, Agreement)]
        self.accepts = _with_embedded(
            [m for m in spoken if isinstance(m.body, Accept)], self.agreements
        )
        self.declines = [m for m in spoken if isinstance(m.body, Decline)]
        self.withdrawals = [m for m in spoken if isinstance(m.body, WithdrawAccept)]
        own_offers = [m for m in spoken if isinstance(m.body, Offer)]
        self.offer_of = _embedded_offers(self.accepts, own_offers)
        known = {m.digest: m for m in (*self.offer_of.values(), *own_offers)}
        self.offers = {m.digest: m for m in sorted(known.values(), key=_order)}
        self.accept_by_digest = {m.digest: m for m in self.accepts}
        self.signed = [m for m in self.agreements if self._is_countersigned(m)]

    def _is_countersigned(self, message: SignedMessage) -> bool:
        assert isinstance(message.body, Agreement)
        accept = self.accept_by_digest.get(message.body.accept)
        if accept is None:
            return False
        offer = self.offer_of[accept.digest]
        assert isinstance(accept.body, Accept)
        assert isinstance(offer.body, Offer)
        vendor = offer.body.draft.vendor
        # SPEC 14: The reader MUST count an agreement whose grant is wrong like one whose signature
        # over the document is wrong.
        return agreements.verify_signature(
            self.document_of(accept), vendor.certificate.subject, message.body.signature
        ) and feedback.is_granted(
            message.body.feedback_grant,
            subject=vendor.certificate.subject,
            root=vendor.root,
            feedback_key=accept.body.feedback_key,
            month=feedback.month_of(accept.body.accepted_at),
        )

    def agreement(self) -> SignedMessage | None:
        return self.signed[0] if self.signed else None

    # SPEC 04: The reader MUST choose among several accepts the one named by a valid agreement, and
    # otherwise the one with the lowest sequence number and then the lowest digest.
    def accept(self, agreement: SignedMessage | None) -> SignedMessage | None:
        if agreement is not None:
            assert isinstance(agreement.body, Agreement)
            return self.accept_by_digest[agreement.body.accept]
        return self.accepts[0] if self.accepts else None

    def vendor_decline(self, accept: SignedMessage | None) -> SignedMessage | None:
        if accept is None:
            return None
        return next((m for m in self.declines if _names_accept(m, accept)), None)

    def withdrawal(self, accept: SignedMessage | None) -> SignedMessage | None:
        for message in self.withdrawals:
            assert isinstance(message.body, WithdrawAccept)
            if accept is None or message.body.accept != accept.digest:
                continue
            if message.author == accept.author:
                return message
        return None

    def declined_offers(self) -> dict[bytes, SignedMessage]:
        """The first decline by the customer of each offer that has one."""
        declined: dict[bytes, SignedMessage] = {}
        for message in self.declines:
            assert isinstance(message.body, Decline)
            offer = self.offers.get(message.body.of)
            if offer is not None and message.author == offer.recipient:
                declined.setdefault(offer.digest, message)
        return declined

    def last_word(self, declined: dict[bytes, SignedMessage]) -> SignedMessage | None:
        """The decline that ended the deal for the customer: the last one, if no offer is left."""
        if not declined or len(declined) < len(self.offers):
            return None
        return max(declined.values(), key=_order)

    def document_of(self, accept: SignedMessage) -> Map:
        return coherence.document_of(accept, self.offer_of[accept.digest])

    def refusal(self) -> SignedMessage | None:
        """The first decline of the intent: the only kind that proves its vendor by itself."""
        for message in self.declines:
            assert isinstance(message.body, Decline)
            names_accept = message.body.of in self.accept_by_digest
            if message.body.certificate is not None and not names_accept:
                return message
        return None

    def faults(self) -> Iterable[Fault]:
        if len(self.accepts) > 1:
            yield _fault("second_accept", "one accept in a deal", self.accepts)
        for message in self.agreements:
            assert isinstance(message.body, Agreement)
            accept = self.accept_by_digest.get(message.body.accept)
            if accept is None:
                continue
            # SPEC 03: The reader MUST refuse an agreement whose signature over the agreement
            # document is wrong with `agreement.vendor_signature`.
            if message not in self.signed:
                yield _fault("countersignature", "the vendor's signature", [message])
                continue
            declines = [m for m in self.declines if _names_accept(m, accept)]
            if declines:
                yield _fault(
                    "agreement_and_decline", "one answer to an accept", [message, *declines]
                )


def _names_accept(message: SignedMessage, accept: SignedMessage) -> bool:
    assert isinstance(message.body, Decline)
    return message.body.of == accept.digest and message.author != accept.author


def _with_embedded(
    accepts: list[SignedMessage], agreements: list[SignedMessage]
) -> list[SignedMessage]:
    """The accepts, with those that only an agreement brought, in the order (seq, digest)."""
    known = {message.digest: message for message in accepts}
    for message in agreements:
        assert isinstance(message.body, Agreement)
        raw = message.body.accept_message
        if raw is not None and message.body.accept not in known:
            known[message.body.accept] = coherence.load_accept(raw)
    return sorted(known.values(), key=_order)


def _embedded_offers(
    accepts: list[SignedMessage], own_offers: list[SignedMessage]
) -> dict[bytes, SignedMessage]:
    """The offer in each accept, by the accept's digest; verified again only if it is new."""
    by_raw = {offer.raw: offer for offer in own_offers}
    embedded: dict[bytes, SignedMessage] = {}
    for accept in accepts:
        assert isinstance(accept.body, Accept)
        raw = accept.body.offer
        embedded[accept.digest] = by_raw.get(raw) or coherence.load_offer(raw)
    return embedded


# SPEC 04: The reader MUST keep both messages when one author has signed two with the same sequence
# number, and record the fault.
def _equivocations(messages: list[Message]) -> Iterable[Fault]:
    ordered = sorted(messages, key=lambda m: (m.author, m.seq, m.digest))
    for _, same in groupby(ordered, key=lambda m: (m.author, m.seq)):
        twins = list(same)
        if len(twins) > 1:
            yield _fault("equivocation", "one message for each seq", twins)
    chained = sorted(
        (m for m in messages if m.prev is not None), key=lambda m: (m.author, m.prev, m.digest)
    )
    for _, same in groupby(chained, key=lambda m: (m.author, m.prev)):
        twins = list(same)
        if len({m.seq for m in twins}) > 1:
            yield _fault("equivocation", "one message after each other", twins)


def _fault(word: str, expected: str, messages: list[Message] | list[SignedMessage]) -> Fault:
    return Fault(f"negotiation.{word}", f"expected {expected}", tuple(m.digest for m in messages))


# SPEC 04: The customer's node MUST show an unanswered accept after `confirmBy` as unconfirmed,
# never as declined.
def display_state(state: State, confirm_by: int | None, now: int) -> str:
    """What is shown for a state at `now`; time changes what is shown, never the state.

    `confirm_by` is that of the accepted offer (Unix seconds), None without one.
    """
    if state == "accepted" and confirm_by is not None and now > confirm_by:
        return "unconfirmed"
    return state


def check_acceptable(draft: Draft, now: int) -> None:
    """Refuse to accept an offer whose time is over.

    Raises:
        LocalError: `negotiation.expired`.
    """
    # SPEC 03: The writer MUST NOT send an accept after the draft's `validThrough`.
    if now > draft.valid_through:
        raise LocalError(
            "negotiation.expired",
            f"expected to accept by {in_words(draft.valid_through)}, came {in_words(now)}",
        )


def reason_to_decline(draft: Draft, *, now: int, available: bool) -> str | None:
    """Why a vendor declines an accept of this draft now; None: it countersigns."""
    if now > draft.confirm_by:
        return "late"
    return None if available else "out_of_stock"
