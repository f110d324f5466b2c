"""What became of a customer's rights requests: a function of the set of a deal's messages.

Implements `specs/15-rights.md#the-state-of-a-request`, its deadlines and the duty about sale. The
document that answers a request for access is in `rights_answer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmprotocol import agreement, deletion
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.draft import Draft
from vrmprotocol.errors import LocalError, RemoteError, passes
from vrmprotocol.fields import DAY_S
from vrmprotocol.inner import SignedMessage
from vrmprotocol.mail import Offer
from vrmprotocol.negotiation import DealState, Message
from vrmprotocol.rights_bodies import Right, RightsData, RightsRequest, RightsStatus
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

State: TypeAlias = Literal["open", "in_progress", "fulfilled", "denied"]

ANSWER_DAYS = 30
AT_ONCE_DAYS = 1
LONGEST_DAYS = 90

REMIND_S = 7 * DAY_S

_FINAL = frozenset({"fulfilled", "denied"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that counts, with what counts for it.

    `decisive` is the vendor's message from which the state follows, None while it is open;
    `answer_by` is when it has to be answered (Unix seconds).
    """

    message: SignedMessage
    right: Right
    state: State
    decisive: SignedMessage | None
    answer_by: int

    @property
    def digest(self) -> bytes:
        """The digest of the request, 32 bytes."""
        return self.message.digest

    @property
    def is_final(self) -> bool:
        """Whether the vendor has answered."""
        return self.state in _FINAL

    @property
    def status(self) -> RightsStatus | None:
        """The status that counts; None where there is none, or a deletion is the answer."""
        body = None if self.decisive is None else self.decisive.body
        return body if isinstance(body, RightsStatus) else None

    @property
    def answered_at(self) -> int | None:
        """When the vendor says that it has answered (Unix seconds)."""
        return self.decisive.created if self.is_final and self.decisive is not None else None

    def shown_as(self, now: int) -> str:
        """The state as people are shown it: one that isn't answered in time is `expired`."""
        return "expired" if not self.is_final and now > self.answer_by else self.state

    def remind_at(self) -> int:
        """When to remind of it (Unix seconds): a week before its time is over, or a quarter."""
        # SPEC 15: The node MUST remind its owner of a request that isn't answered 7 days before its
        # time is over, and when it is over; where it has less than 8 days, a quarter of them
        # before.
        whole = self.answer_by - self.message.created
        return self.answer_by - (REMIND_S if whole >= REMIND_S + DAY_S else whole // 4)


# SPEC 15: The writer MUST NOT send a rights request in a deal that wasn't agreed.
def check_allowed(deal: DealState) -> None:
    """Refuse a request in a deal that nobody agreed on.

    Raises:
        LocalError: `negotiation.illegal_move`.
    """
    if deal.agreement is None or deal.document is None:
        raise LocalError(
            "negotiation.illegal_move", f"expected a deal that was agreed, came a {deal.state}"
        )


def check(message: SignedMessage, deal: DealState) -> None:
    """Refuse a request, a status or a part that doesn't fit the agreement of its deal.

    Raises:
        RemoteError: `rights.agreement`.
    """
    body = message.body
    assert isinstance(body, RightsRequest | RightsStatus | RightsData)
    if deal.agreement is None or deal.document is None:
        raise RemoteError("rights.agreement", f"expected an agreed deal, came a {deal.state}")
    if body.agreement != agreement.document_digest(deal.document):
        raise RemoteError("rights.agreement", "expected the agreement of the deal, came another")
    of_customer = isinstance(body, RightsRequest)
    author = deal.agreement.recipient if of_customer else deal.agreement.author
    if message.author != author:
        raise RemoteError("rights.agreement", "expected a party of the agreement, came another")


# SPEC 15: The reader MUST compute the state of a request from the set of the deal's verified
# messages alone.
# SPEC 15: The reader MUST let a message that doesn't count for a request change nothing of it.
def evaluate(deal: DealState, messages: Iterable[Message]) -> tuple[Request, ...]:
    """The requests of a deal that count, in the order in which they were signed."""
    every = sorted({each.digest: each for each in messages}.values(), key=_place)
    counting = [each for each in every if isinstance(each, SignedMessage) and _counts(each, deal)]
    deleted = deletion.standing(deal, every)
    asked = [each for each in counting if isinstance(each.body, RightsRequest)]
    said = [each for each in counting if isinstance(each.body, RightsStatus)]
    return tuple(_request(one, deal, asked, said, deleted) for one in asked)


def opted_out_of_sale(requests: Iterable[Request]) -> int | None:
    """Since when the customer has opted out of sale (Unix seconds); None if it hasn't."""
    times = [one.message.created for one in requests if one.right == "sale:opt_out"]
    return min(times, default=None)


def _place(message: Message) -> tuple[int, bytes]:
    return message.seq, message.digest


def _counts(message: SignedMessage, deal: DealState) -> bool:
    kinds = RightsRequest | RightsStatus | RightsData
    return isinstance(message.body, kinds) and passes(check, message, deal)


def _request(
    one: SignedMessage,
    deal: DealState,
    asked: Sequence[SignedMessage],
    said: Sequence[SignedMessage],
    deleted: Sequence[SignedMessage],
) -> Request:
    assert isinstance(one.body, RightsRequest)
    right = one.body.right
    about = [each for each in said if _status(each).request == one.digest]
    state, decisive = _decided(right, about, _fulfilling(one, asked, deleted))
    return Request(
        message=one,
        right=right,
        state=state,
        decisive=decisive,
        answer_by=_answer_by(one, right, deal, about),
    )


def _status(message: SignedMessage) -> RightsStatus:
    assert isinstance(message.body, RightsStatus)
    return message.body


def _fulfilling(
    one: SignedMessage, asked: Sequence[SignedMessage], deleted: Sequence[SignedMessage]
) -> SignedMessage | None:
    """The first deletion that names this request, or a later one for deletion."""
    later = {each.digest for each in asked if _asks_deletion(each) and _place(each) >= _place(one)}
    for each in deleted:
        assert isinstance(each.body, Deletion)
        if each.body.request in later:
            return each
    return None


def _asks_deletion(message: SignedMessage) -> bool:
    return isinstance(message.body, RightsRequest) and message.body.right == "deletion"


def _decided(
    right: Right, about: Sequence[SignedMessage], deleted: SignedMessage | None
) -> tuple[State, SignedMessage | None]:
    fulfilled = [each for each in about if _fulfils(_status(each), right)]
    if right == "deletion":
        if deleted is not None:
            return "fulfilled", deleted
    elif fulfilled:
        # Who signs two answers is held to the first.
        return "fulfilled", fulfilled[0 if right == "access" else -1]
    states: tuple[State, ...] = ("denied", "in_progress")
    for state in states:
        found = [each for each in about if _status(each).status == state]
        if found:
            return state, found[-1]
    return "open", None


def _fulfils(status: RightsStatus, right: Right) -> bool:
    return status.status == "fulfilled" and (status.answer is not None) == (right == "access")


def _answer_by(
    one: SignedMessage, right: Right, deal: DealState, about: Sequence[SignedMessage]
) -> int:
    until = one.created + _days(right, deal) * DAY_S
    last = one.created + LONGEST_DAYS * DAY_S
    said = [_status(each) for each in about if _status(each).status == "in_progress"]
    expected = said[-1].expected_by if said else None
    return until if expected is None else max(until, min(expected, last))


def _days(right: Right, deal: DealState) -> int:
    draft = draft_of(deal)
    if right != "access" or draft is None or unknown(draft.choice):
        return ANSWER_DAYS
    levels = levels_of(draft.terms, draft.addendum)
    return AT_ONCE_DAYS if levels["portability"] == "immediately" else ANSWER_DAYS


def is_portable(deal: DealState) -> bool:
    """Whether the terms of the agreement want the data handed back."""
    draft = draft_of(deal)
    if draft is None or unknown(draft.choice):
        return False
    return levels_of(draft.terms, draft.addendum)["portability"] != "none"


def draft_of(deal: DealState) -> Draft | None:
    """The draft that a deal agreed on."""
    offer = deal.accepted_offer
    return offer.body.draft if offer is not None and isinstance(offer.body, Offer) else None
