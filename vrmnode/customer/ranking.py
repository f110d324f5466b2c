"""The order of the offers for an intent, with the reasons in plain words.

Offers that meet the intent come first, those that do what was asked for before those that do an
alternative; among those in one currency the lower total to the door (the higher, where the vendor
buys), then more of the wishes, earlier delivery, trusted vendors, vendors with a proved domain.
Offers in different currencies are kept apart: which of them is cheaper nobody says. Nothing is
accepted here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from vrmnode.customer.fitness import (
    KEY_REVOKED,
    Problem,
    problems_of,
    replaces,
    same_model,
    unproven,
    wishes,
)
from vrmnode.customer.regard import STRANGER, DomainProof, Regard
from vrmnode.values.addenda import choice_words
from vrmnode.values.functions import does, leases, ready
from vrmnode.values.money import Money, format_money
from vrmnode.values.prices import currency_of, total_of
from vrmnode.values.spans import format_day, format_moment
from vrmprotocol.draft import Draft
from vrmprotocol.mail import Offer
from vrmprotocol.market import Intent


@dataclass(frozen=True, slots=True)
class ReceivedOffer:
    """A verified offer as it came.

    `declined` when the customer already said no to it; `revoked` when its vendor has since revoked
    the key that signed it.
    """

    digest: bytes
    deal: bytes
    offer: Offer
    vendor_root: bytes
    received_at: int
    declined: bool = False
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class RankedOffer:
    """An offer in its place; `reasons` say why there. `acceptable`: it has no problems.

    The vendor's `note` binds nobody.
    """

    position: int
    digest: bytes
    deal: bytes
    vendor_root: bytes
    vendor_name: str
    item_name: str
    business_function: str
    lease_days: int | None
    deposit: int | None
    total: int
    currency: str
    quantity: int
    terms: str
    delivery_latest: int | None
    valid_through: int
    confirm_by: int
    reserved: bool
    trusted: bool
    groups: tuple[str, ...]
    proved: DomainProof | None
    acceptable: bool
    note: str | None
    note_language: str | None
    reasons: tuple[str, ...]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, object]:
        """Ready for JSON: ids in hex, amounts also as people read them."""
        found: dict[str, object] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            found[name] = value.hex() if isinstance(value, bytes) else value
        found["groups"] = list(self.groups)
        found["proved"] = None if self.proved is None else asdict(self.proved)
        found["reasons"] = list(self.reasons)
        found["problems"] = [{"code": each.code, "words": each.words} for each in self.problems]
        found["price"] = format_money(self.total, self.currency)
        return found


@dataclass(frozen=True, slots=True)
class _Weighed:
    received: ReceivedOffer
    problems: tuple[Problem, ...]
    satisfied: int
    regard: Regard

    @property
    def draft(self) -> Draft:
        return self.received.offer.draft

    @property
    def total(self) -> Money:
        return total_of(self.received.offer.draft)

    @property
    def function(self) -> str:
        return self.received.offer.draft.business_function

    def order(self, currency: str, asked: Sequence[str]) -> tuple[object, ...]:
        total = self.total
        latest = self.draft.delivery_latest
        return (
            bool(self.problems),
            len(self.problems),
            asked.index(self.function) if self.function in asked else len(asked),
            total.currency != currency,
            total.currency,
            -total.amount if self.function == "Buy" else total.amount,
            -self.satisfied,
            (latest is None, latest or 0),
            not self.regard.trusted,
            self.regard.proof is None,
            self.received.received_at,
            self.received.digest,
        )


def rank(
    offers: Iterable[ReceivedOffer],
    intent: Intent,
    *,
    regards: Mapping[bytes, Regard],
    now: int,
    private_maximum: Money | None = None,
) -> list[RankedOffer]:
    """The offers, best first; those of one currency together. `regards` by vendor root."""
    weighed = [
        _Weighed(
            received,
            (
                *problems_of(received.offer.draft, intent, now, private_maximum, received.declined),
                *([KEY_REVOKED] if received.revoked else []),
            ),
            wishes(received.offer.draft, intent),
            regards.get(received.vendor_root, STRANGER),
        )
        for received in offers
    ]
    currency = _main_currency(intent, weighed)
    weighed.sort(key=lambda each: each.order(currency, intent.functions))
    return [_ranked(at, each, weighed, intent) for at, each in enumerate(weighed, 1)]


def _main_currency(intent: Intent, weighed: list[_Weighed]) -> str:
    """That of the intent; else the one most offers are in."""
    if (wanted := currency_of(intent)) is not None:
        return wanted
    seen = [each.total.currency for each in weighed]
    return max(sorted(set(seen)), key=seen.count) if seen else ""


def _ranked(position: int, each: _Weighed, all_of: list[_Weighed], intent: Intent) -> RankedOffer:
    draft, received = each.draft, each.received
    price = draft.price_specification
    return RankedOffer(
        position=position,
        digest=received.digest,
        deal=received.deal,
        vendor_root=received.vendor_root,
        vendor_name=draft.vendor.name,
        item_name=draft.item_offered.name,
        business_function=draft.business_function,
        lease_days=None if draft.lease is None else draft.lease.lease_length,
        deposit=None if draft.lease is None else draft.lease.deposit,
        total=price.total,
        currency=price.price_currency,
        quantity=draft.eligible_quantity,
        terms=draft.terms,
        delivery_latest=draft.delivery_latest,
        valid_through=draft.valid_through,
        confirm_by=draft.confirm_by,
        reserved=draft.reserved,
        trusted=each.regard.trusted,
        groups=each.regard.groups,
        proved=each.regard.proof,
        acceptable=not each.problems,
        note=received.offer.note,
        note_language=received.offer.in_language,
        reasons=tuple(_reasons(each, all_of, intent)),
        problems=each.problems,
    )


def _reasons(each: _Weighed, all_of: list[_Weighed], intent: Intent) -> list[str]:
    draft = each.draft
    reasons = [*_function_reasons(draft, intent), *_price_reasons(each, all_of)]
    if draft.delivery_latest is not None:
        day = format_day(draft.delivery_latest)
        dated = [one.draft.delivery_latest for one in all_of if one.function == each.function]
        first = min(day for day in dated if day is not None)
        fastest = len(dated) > 1 and draft.delivery_latest == first and dated.count(first) == 1
        soon = "soonest" if fastest else ready(draft.business_function)
        reasons.append(f"{soon} by {day} ({draft.delivery_method})")
    if intent.prefer:
        reasons.append(f"{each.satisfied} of {len(intent.prefer)} wishes met")
    choices, choice = intent.choices, draft.choice
    if choice in choices and (len(choices) > 1 or choice.addendum):
        place = choices.index(choice) + 1
        reasons.append(f"{choice_words(choice)}, your choice {place} of {len(choices)}")
    reasons.append(_trust_reason(each.regard))
    if each.regard.proof is not None:
        reasons.append(each.regard.proof.words)
    if draft.reserved:
        reasons.append(f"set aside for you until {format_moment(draft.confirm_by)}")
    reasons += [f"the vendor must still show: {words}" for words in unproven(draft, intent)]
    return reasons


def _function_reasons(draft: Draft, intent: Intent) -> list[str]:
    """What the vendor would do, unless it was only asked to sell."""
    if intent.functions == ("Sell",):
        return []
    asked = intent.business_function
    if draft.lease is None:
        reasons = [does(draft.business_function, asked)]
    else:
        currency, deposit = draft.price_specification.price_currency, draft.lease.deposit
        shown = None if deposit is None else str(Money(deposit, currency))
        reasons = [leases(draft.eligible_quantity, draft.lease.lease_length, shown)]
    if replaces(draft, intent) and not same_model(draft, intent):
        reasons.append(f"not your model: {draft.item_offered.name}")
    return reasons


def _trust_reason(regard: Regard) -> str:
    if not regard.trusted:
        return "a vendor you haven't marked as trusted"
    return "a vendor you trust" + (f" ({', '.join(regard.groups)})" if regard.groups else "")


def _price_reasons(each: _Weighed, all_of: list[_Weighed]) -> list[str]:
    """How the total stands among those in its own currency, and that it does to no others."""
    currency = each.total.currency
    all_of = [one for one in all_of if one.function == each.function]
    reasons = [_price_reason(each, [one for one in all_of if one.total.currency == currency])]
    if others := sorted({one.total.currency for one in all_of} - {currency}):
        reasons.append(f"not compared with offers in {' and '.join(others)}")
    return reasons


def _price_reason(each: _Weighed, alike: list[_Weighed]) -> str:
    comparable = [one.total for one in alike if bool(each.problems) or not one.problems]
    if each.function == "Buy":
        return _pay_reason(each.total, comparable)
    total, least = each.total, min(comparable)
    if total > least:
        return f"to the door: {total}, {total - least} more than the cheapest"
    if comparable.count(least) > 1:
        return f"to the door: {total}, as cheap as another"
    return f"cheapest to the door: {total}" if len(alike) > 1 else f"to the door: {total}"


def _pay_reason(total: Money, comparable: list[Money]) -> str:
    most = max(comparable)
    if total < most:
        return f"pays you {total}, {most - total} less than another"
    if comparable.count(most) > 1:
        return f"pays you {total}, as much as another"
    return f"pays you most: {total}" if len(comparable) > 1 else f"pays you {total}"
