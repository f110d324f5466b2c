"""The state of an order: a function of the set of its deal's verified messages.

Implements `specs/11-orders.md`. The tables are in `order_rules`, what may be said when in
`order_moves`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmprotocol import agreement as agreements
from vrmprotocol import negotiation
from vrmprotocol.draft import Draft
from vrmprotocol.inner import SignedMessage
from vrmprotocol.mail import Offer
from vrmprotocol.negotiation import DealState, Message, Role
from vrmprotocol.order_bodies import (
    Cancel,
    OrderBody,
    OrderEvent,
    ReturnAnswer,
    ReturnRequest,
    Side,
    Statement,
    written_by,
)
from vrmprotocol.order_rules import (
    DELIVERY_WORDS,
    UNDER_WAY,
    DeliveryWord,
    Flags,
    PaymentStatus,
    Status,
    status_of,
)

ReturnStatus: TypeAlias = Literal["requested", "accepted", "refused", "sent", "received"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement that counts, with who made it."""

    side: Side
    body: OrderBody
    message: SignedMessage

    @property
    def digest(self) -> bytes:
        """The name of its message."""
        return self.message.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What was paid, in minor units of the agreement's currency; `due` holds the instructions."""

    status: PaymentStatus
    owed: int
    came: int
    went: int
    due: OrderEvent | None

    @property
    def missing(self) -> int:
        """How much has yet to come."""
        return max(0, self.owed - (self.came - self.went))

    @property
    def refund_due(self) -> int:
        """How much the seller owes back."""
        return max(0, self.came - self.went - self.owed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Goods given back; `refund` is owed once they are received (minor units)."""

    request: Said
    quantity: int
    status: ReturnStatus
    answer: ReturnAnswer | None

    @property
    def refund(self) -> int:
        """What the seller promised for them."""
        return 0 if self.answer is None or self.answer.refund is None else self.answer.refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the messages of an agreed deal amount to.

    `agreement` is the digest (32 bytes) of the vendor's countersignature, signed `agreed_at`.
    `said` are the statements that count, those of one side in the order it signed them.
    `asked` is the buyer's cancel that waits for an answer, `cancel` the seller's. `delivered` is
    the seller's last `delivered`, `received` the buyer's first.
    """

    status: Status
    flags: Flags
    payment: Payment
    draft: Draft
    document: bytes
    agreement: bytes
    agreed_at: int
    said: tuple[Said, ...]
    returns: tuple[Return, ...]
    asked: Said | None
    cancel: Said | None
    delivered: Said | None
    received: Said | None

    def side_of(self, role: Role) -> Side:
        """The part that a role has in this order."""
        return side_of(self.draft, role)

    def spoken(self, side: Side, kind: str) -> tuple[Said, ...]:
        """The statements of a side that are of one kind of message."""
        return tuple(s for s in self.said if (s.side, s.message.kind) == (side, kind))

    @property
    def came(self) -> Said | None:
        """The statement that counts for when the goods came."""
        for said in (self.received, self.delivered):
            if said is not None and isinstance(said.body, OrderEvent):
                return said
        return None

    @property
    def came_at(self) -> int | None:
        """When the goods came, as was asserted, but not before the agreement (Unix seconds)."""
        body = None if self.came is None else self.came.body
        return max(body.at, self.agreed_at) if isinstance(body, OrderEvent) else None


def side_of(draft: Draft, role: Role) -> Side:
    """The part that a role has in the order of a draft: customers sell what a vendor buys."""
    sells: Role = "customer" if draft.business_function == "Buy" else "vendor"
    return "seller" if role == sells else "buyer"


# SPEC 11: The reader MUST compute the state of an order from the set of the deal's verified
# messages alone.
# SPEC 11: The reader MUST NOT change the status of an order because time passes.
def evaluate(messages: Iterable[Message]) -> Order | None:
    """The state of the order that these verified messages belong to; None without an agreement."""
    every = tuple(messages)
    return of_deal(negotiation.evaluate(every), every)


def of_deal(deal: DealState, messages: Iterable[Message]) -> Order | None:
    """The same, for a deal that is evaluated already."""
    if deal.agreement is None or deal.accepted_offer is None or deal.document is None:
        return None
    offer = deal.accepted_offer.body
    assert isinstance(offer, Offer)
    document = agreements.document_digest(deal.document)
    said = _Said(_counting(deal, document, messages))
    draft = offer.draft
    returns = said.returns(draft.eligible_quantity)
    back = sum(one.quantity for one in returns if one.status == "received")
    asked, cancel = said.asked(), said.cancel()
    void = deal.state == "cancelled"
    over = void or (cancel is not None and said.received is None)
    word, delivered = said.word, said.delivered
    all_back = back == draft.eligible_quantity
    fetched = word == "collected" and said.were_under_way()
    home = all_back or fetched
    payment = said.payment(_owed(draft, returns, said.goodwill(), over=over, home=home))
    denied = word == "delivered" and said.denies(delivered)
    flags = Flags(
        void=void,
        ended=cancel is not None,
        received=said.received is not None,
        back=all_back,
        fetched=fetched,
        asked=asked is not None,
        gone=word in UNDER_WAY and not denied,
        denied=denied,
        word=word is not None,
        unpaid=_is_unpaid(draft, payment),
    )
    return Order(
        status=status_of(flags, word),
        flags=flags,
        payment=payment,
        draft=draft,
        document=document,
        agreement=deal.agreement.digest,
        agreed_at=deal.agreement.created,
        said=said.every,
        returns=returns,
        asked=asked,
        cancel=cancel,
        delivered=delivered,
        received=said.received,
    )


# SPEC 11: The reader MUST let a message of an order that names another document than that of the
# agreement change nothing.
def _counting(deal: DealState, document: bytes, messages: Iterable[Message]) -> list[Said]:
    assert deal.accept is not None
    assert deal.accepted_offer is not None
    assert isinstance(deal.accepted_offer.body, Offer)
    draft = deal.accepted_offer.body.draft
    sides: Mapping[bytes, Side] = {
        deal.accept.author: side_of(draft, "customer"),
        deal.accepted_offer.author: side_of(draft, "vendor"),
    }
    found: dict[bytes, Said] = {}
    for message in messages:
        side = sides.get(message.author)
        if not isinstance(message, SignedMessage) or side is None:
            continue
        body = message.body
        # SPEC 11: The reader MUST let a word or a reason that is the other side's change nothing.
        if isinstance(body, Statement) and body.agreement == document and written_by(body, side):
            found[message.digest] = Said(side=side, body=body, message=message)
    return sorted(found.values(), key=lambda said: (said.side, said.message.seq, said.digest))


def _owed(draft: Draft, returns: Iterable[Return], goodwill: int, *, over: bool, home: bool) -> int:
    """What the buyer owes in all; `home`: a leased thing is back."""
    if over:
        return 0
    given_back = sum(one.refund for one in returns if one.status == "received")
    deposit = 0 if draft.lease is None or home else draft.lease.deposit or 0
    return max(0, draft.price_specification.total - given_back - goodwill) + deposit


def _is_unpaid(draft: Draft, payment: Payment) -> bool:
    waited_for = payment.status in ("none", "due", "sent", "partly_paid") and payment.owed > 0
    return draft.payment.due == "on_agreement" and waited_for


class _Said:
    """The statements that count, sorted by what they say; each list is in the order of signing."""

    def __init__(self, every: list[Said]) -> None:
        self.every = tuple(every)
        self.events = [(said, said.body) for said in every if isinstance(said.body, OrderEvent)]
        self.deliveries = [
            (said, body) for said, body in self.events if body.event in DELIVERY_WORDS
        ]
        self.received = next((s for s, body in self.events if body.event == "received"), None)
        last = [said for said, body in self.deliveries if body.event == "delivered"]
        self.delivered = last[-1] if last else None

    @property
    def word(self) -> DeliveryWord | None:
        """The last delivery word."""
        if not self.deliveries:
            return None
        event = self.deliveries[-1][1].event
        return next(word for word in DELIVERY_WORDS if word == event)

    def were_under_way(self) -> bool:
        return any(body.event in UNDER_WAY for _, body in self.deliveries)

    def names(self, event: str) -> frozenset[bytes]:
        """What the events of one word are about."""
        return frozenset(
            body.of for _, body in self.events if body.event == event and body.of is not None
        )

    def denies(self, delivered: Said | None) -> bool:
        return delivered is not None and delivered.digest in self.names("not_received")

    def _cancels(self, side: Side) -> list[Said]:
        return [s for s in self.every if isinstance(s.body, Cancel) and s.side == side]

    def cancel(self) -> Said | None:
        return next(iter(self._cancels("seller")), None)

    def asked(self) -> Said | None:
        refused = self.names("cancel_refused")
        return next((s for s in self._cancels("buyer") if s.digest not in refused), None)

    # SPEC 11: The reader MUST let a return request beyond the agreed quantity change nothing.
    def returns(self, agreed: int) -> tuple[Return, ...]:
        """The returns that count, in the order of their requests."""
        found: list[Return] = []
        taken = 0
        for said in self.every:
            if not isinstance(said.body, ReturnRequest) or taken + said.body.quantity > agreed:
                continue
            one = self._return(said, said.body)
            taken += 0 if one.status == "refused" else one.quantity
            found.append(one)
        return tuple(found)

    def _return(self, request: Said, body: ReturnRequest) -> Return:
        answers = [
            s.body
            for s in self.every
            if isinstance(s.body, ReturnAnswer) and s.body.request == request.digest
        ]
        accepted = next((answer for answer in answers if answer.accepted), None)
        status: ReturnStatus = "requested"
        if request.digest in self.names("return_received"):
            status = "received"
        elif accepted is not None:
            sent = request.digest in self.names("return_sent")
            status = "sent" if sent else "accepted"
        elif answers:
            status = "refused"
        answer = accepted or next(iter(answers), None)
        return Return(request=request, quantity=body.quantity, status=status, answer=answer)

    def _sum(self, event: str, reason: str | None = None) -> int:
        events = (body for _, body in self.events if body.event == event)
        return sum(body.amount or 0 for body in events if reason in (None, body.reason))

    def goodwill(self) -> int:
        """What the seller let the buyer off."""
        return self._sum("refunded", "goodwill")

    # SPEC 11: The reader MUST take the payment of an order from the first row of this table that
    # fits.
    def payment(self, owed: int) -> Payment:
        came, went = self._sum("paid"), self._sum("refunded")
        words = {body.event for _, body in self.events}
        dues = [body for _, body in self.events if body.event == "payment_due"]
        rows: tuple[tuple[bool, PaymentStatus], ...] = (
            (came - went > owed, "refund_due"),
            (went > 0, "refunded"),
            (came > 0 and came >= owed, "paid"),
            (came > 0, "partly_paid"),
            ("payment_sent" in words, "sent"),
            (bool(dues) and owed > 0, "due"),
            (True, "none"),
        )
        status = next(status for fits, status in rows if fits)
        return Payment(
            status=status, owed=owed, came=came, went=went, due=dues[-1] if dues else None
        )
