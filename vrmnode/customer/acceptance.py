"""Which offer the node may accept by itself, and the rule that said so.

By default none. An automatic policy has bounds that hold together: functions, vendors, maximum
total (or a minimum, where the vendor buys), terms by exact id, and a wait, so that the first offer
isn't taken because it came first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vrmnode.customer.bargaining import LEAD_S, Counters, Talk, read_counters
from vrmnode.customer.ranking import RankedOffer
from vrmnode.customer.regard import GROUP, read_who, who_expected
from vrmnode.values.fields import Fields
from vrmnode.values.functions import does
from vrmnode.values.money import Money, format_money
from vrmnode.values.spans import format_moment
from vrmprotocol import terms
from vrmprotocol.errors import LocalError
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.keys import from_did, to_did

MODES = ("manual", "automatic")
VENDORS = ("trusted", "proved", "named", "any")
"""`vendors` is one of those, or a group of trusted vendors.

`proved` are vendors whose domain named them when the owner's node looked, and the trusted ones.
"""
LEAST_WAIT_S = 120
"""From publishing; a vendor can't end the wait sooner by an offer that lapses at once."""
PRICE_PROBLEMS = frozenset(("over_budget", "over_private_maximum"))
MAX_CONFIRMATION_S = 7 * 86_400
"""An offer whose vendor wants longer to confirm is left to the customer."""


@dataclass(frozen=True, slots=True)
class AcceptancePolicy:
    """`named` holds vendor roots; no `terms`: those of the intent; `wait_s` from publishing.

    No `functions`: the one that the intent asks for in the first place, and no alternative to it.
    """

    mode: str = "manual"
    vendors: str = "trusted"
    named: frozenset[bytes] = frozenset()
    max_total: Money | None = None
    min_total: Money | None = None
    functions: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()
    wait_offers: int = 3
    wait_s: int = 600
    counter: Counters = field(default_factory=Counters)

    @staticmethod
    def from_dict(raw: Mapping[str, object]) -> "AcceptancePolicy":
        """Raises: FieldError `acceptance.invalid`, `acceptance.unknown_field`."""
        return read_policy(raw)

    def to_dict(self) -> dict[str, object]:
        """The form that `read_policy` reads."""
        return {
            "mode": self.mode,
            "vendors": self.vendors,
            "named": sorted(to_did(root) for root in self.named),
            "max_total": None if self.max_total is None else str(self.max_total),
            "min_total": None if self.min_total is None else str(self.min_total),
            "functions": sorted(self.functions),
            "terms": sorted(self.terms),
            "wait_offers": self.wait_offers,
            "wait_for": self.wait_s,
            "counter": self.counter.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """`accept` the offer `digest`, `wait` till `until`, or `none`; `rule` says why."""

    action: str
    rule: str
    digest: bytes | None = None
    until: int | None = None


def read_policy(
    raw: Mapping[str, object], base: AcceptancePolicy | None = None
) -> AcceptancePolicy:
    """The policy that `raw` makes of `base`: what `raw` doesn't name stays.

    Raises: FieldError `acceptance.invalid`, `acceptance.unknown_field`.
    """
    plain = base or AcceptancePolicy()
    fields = Fields(raw, "acceptance")
    given = set(raw)
    policy = AcceptancePolicy(
        mode=fields.one_of("mode", MODES, plain.mode),
        vendors=fields.parsed("vendors", _vendors, who_expected(VENDORS)) or plain.vendors,
        named=_named(fields) if "named" in given else plain.named,
        max_total=fields.money("max_total")
        if _take(given, "max_total", fields)
        else plain.max_total,
        min_total=fields.money("min_total")
        if _take(given, "min_total", fields)
        else plain.min_total,
        functions=_functions(fields) if _take(given, "functions", fields) else plain.functions,
        terms=_terms(fields) if _take(given, "terms", fields) else plain.terms,
        wait_offers=fields.whole("wait_offers", 1, 100, plain.wait_offers),
        wait_s=fields.span("wait_for", plain.wait_s),
        counter=read_counters(fields.take("counter"), plain.counter),
    )
    fields.finish()
    if policy.named and policy.vendors != "named":
        if "vendors" in given:
            raise fields.error(
                "named", 'vendors = "named" beside it', f"vendors = {policy.vendors}"
            )
        policy = replace(policy, vendors="named")
    if policy.vendors == "named" and not policy.named:
        raise fields.error("named", "at least one vendor where vendors is named", None)
    return policy


def decide(
    policy: AcceptancePolicy,
    ranked: Sequence[RankedOffer],
    *,
    now: int,
    published_at: int,
    wanted: int,
    already_locked: int,
    asked: str = "Sell",
    limit: Money | None = None,
    least: Money | None = None,
) -> Decision:
    """What to do now with the offers of one intent, ranked best first.

    `wanted` and `already_locked` are quantities of the intent, `asked` its function; `limit` is the
    customer's own maximum total (public or private), `least` what a vendor that buys has to pay.
    """
    if policy.mode != "automatic":
        return Decision("none", "manual: you accept offers yourself")
    if already_locked >= wanted:
        return Decision("none", f"automatic: {already_locked} of {wanted} already accepted")
    bounds = _Bounds(policy, asked, limit, least)
    if bounds.none():
        return Decision("none", f"automatic: {_UNBOUNDED[asked == 'Buy']}, so nothing is accepted")
    fitting = [
        offer for offer in ranked
        if not _objection(bounds, offer, now) and offer.quantity + already_locked <= wanted
    ]  # fmt: skip
    until = published_at + policy.wait_s
    vendors = len({offer.vendor_root for offer in ranked})
    if not fitting:
        return _without(bounds, ranked, now, until)
    # An offer that lapses during the wait would be lost by waiting.
    lapse = min(offer.valid_through for offer in fitting) - LEAD_S
    until = min(until, max(lapse, published_at + LEAST_WAIT_S))
    if vendors < policy.wait_offers and now < until:
        missing = policy.wait_offers - vendors
        rule = f"automatic: waits for {missing} more offers or until {format_moment(until)}"
        return Decision("wait", rule, until=until)
    return Decision("accept", _rule(bounds, fitting[0], vendors), digest=fitting[0].digest)


_UNBOUNDED = {False: "no maximum total is set", True: "no minimum total is set"}


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The policy together with what the intent itself says."""

    policy: AcceptancePolicy
    asked: str
    limit: Money | None
    least: Money | None

    @property
    def functions(self) -> frozenset[str]:
        """What the vendor may do."""
        return self.policy.functions or frozenset({self.asked})

    def of(self, offer: RankedOffer) -> list[tuple[str, Money]]:
        """What its total is held against: maxima, or minima where the vendor pays it."""
        if offer.business_function == "Buy":
            named = (("minimum", self.policy.min_total), ("least price", self.least))
        else:
            named = (("maximum", self.policy.max_total), ("limit", self.limit))
        return [(name, bound) for name, bound in named if bound is not None]

    def none(self) -> bool:
        """Whether no total is bounded at all."""
        bounds = (self.policy.max_total, self.policy.min_total, self.limit, self.least)
        return all(bound is None for bound in bounds)


def objection(
    policy: AcceptancePolicy,
    offer: RankedOffer,
    *,
    now: int,
    asked: str,
    limit: Money | None,
    least: Money | None,
) -> str | None:
    """What speaks against accepting an offer under the policy, in words; bounds as in `decide`."""
    return _objection(_Bounds(policy, asked, limit, least), offer, now)


def may_bargain(policy: AcceptancePolicy, offer: RankedOffer, now: int) -> bool:
    """Whether nothing but its price could speak against an offer.

    Of more than sales only where the policy names the function; a vendor that buys isn't asked for
    less.
    """
    if offer.business_function not in (policy.functions or {"Sell"}) - {"Buy"}:
        return False
    others = [each for each in offer.problems if each.code not in PRICE_PROBLEMS]
    return not others and _aside_from_price(policy, offer, now) is None


def ceiling(policy: AcceptancePolicy, limit: Money | None) -> Money | None:
    """The least of the bounds on a total; None without any, or in several currencies."""
    bounds = [bound for bound in (policy.max_total, limit) if bound is not None]
    if len({bound.currency for bound in bounds}) != 1:
        return None
    return min(bounds)


def starts_at(
    policy: AcceptancePolicy,
    talks: Sequence[Talk],
    ranked: Sequence[RankedOffer],
    *,
    now: int,
    published_at: int,
) -> int | None:
    """When the node begins to name totals; None: now, or there is nobody to name them to."""
    if not talks or len({offer.vendor_root for offer in ranked}) >= policy.wait_offers:
        return None
    # There must be time for the talk before an offer ends.
    ends = min(talk.valid_through for talk in talks) - LEAD_S - policy.counter.patience_s
    start = min(published_at + policy.wait_s, max(ends, published_at + LEAST_WAIT_S))
    return start if now < start else None


def _take(given: set[str], name: str, fields: Fields) -> bool:
    """Whether the field is there; one that isn't still counts as known."""
    if name not in given:
        fields.take(name)
    return name in given


def _vendors(text: str) -> str | None:
    return read_who(text, VENDORS)


def _named(fields: Fields) -> frozenset[bytes]:
    roots = set()
    for at, value in enumerate(fields.items("named", 1000), 1):
        root = _root(value) if isinstance(value, str) else None
        if root is None:
            raise fields.error(f"named[{at}]", "a did:key, or 64 hex digits", value)
        roots.add(root)
    return frozenset(roots)


def _root(text: str) -> bytes | None:
    if re.fullmatch("[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text)
    try:
        return from_did(text)
    except LocalError:
        return None


def _functions(fields: Fields) -> frozenset[str]:
    return frozenset(fields.several_of("functions", FUNCTIONS))


def _terms(fields: Fields) -> frozenset[str]:
    return frozenset(fields.several_of("terms", terms.ROSTER))


def _objection(bounds: _Bounds, offer: RankedOffer, now: int) -> str | None:
    """The first bound of the policy that the offer breaks."""
    policy = bounds.policy
    if not offer.acceptable:
        return offer.problems[0].words
    if offer.business_function not in bounds.functions:
        allowed = ", ".join(sorted(bounds.functions))
        return f"it {does(offer.business_function, bounds.asked)}; the node itself takes {allowed}"
    if (objection := _aside_from_price(policy, offer, now)) is not None:
        return objection
    return _money_objection(bounds, offer)


def _aside_from_price(policy: AcceptancePolicy, offer: RankedOffer, now: int) -> str | None:
    if offer.confirm_by > now + MAX_CONFIRMATION_S:
        # Until then an acceptance would lock the demand: nobody may hold it for months.
        return f"the vendor wants more than {MAX_CONFIRMATION_S // 86_400} days to confirm"
    if policy.vendors == "trusted" and not offer.trusted:
        return "the vendor isn't trusted"
    if policy.vendors == "proved" and not offer.trusted and offer.proved is None:
        return "the vendor is neither trusted nor proved by its domain"
    group = policy.vendors.removeprefix(GROUP)
    if group != policy.vendors and group not in offer.groups:
        return f"the vendor isn't in your group {group}"
    if policy.vendors == "named" and offer.vendor_root not in policy.named:
        return "the vendor isn't named"
    if policy.terms and offer.terms not in policy.terms:
        return f"terms {offer.terms} aren't among those for automatic acceptance"
    return None


# SPEC 03: The customer's node MUST NOT accept by itself an offer whose currency it doesn't know, or
# isn't that of the limit which it holds the total against.
#
# One whose currency isn't known has a problem, so it isn't acceptable.
def _money_objection(bounds: _Bounds, offer: RankedOffer) -> str | None:
    total, buys = Money(offer.total, offer.currency), offer.business_function == "Buy"
    found = bounds.of(offer)
    if not found:
        return _UNBOUNDED[buys]
    for name, bound in found:
        if bound.currency != total.currency:
            return f"it is in {total.currency}, your {name} is in {bound.currency}"
    for name, bound in found:
        words = f"the {name} of {bound}" if name in ("maximum", "minimum") else f"your {name}"
        if buys and total < bound:
            return f"{bound - total} under {words}"
        if not buys and total > bound:
            return f"{total - bound} over {words}"
    return None


def _without(bounds: _Bounds, ranked: Sequence[RankedOffer], now: int, until: int) -> Decision:
    """No offer may be accepted: wait for others, or say what speaks against the best."""
    if not ranked:
        rule = "automatic: no offers yet"
    else:
        objection = _objection(bounds, ranked[0], now) or "its quantity is more than still wanted"
        rule = f"automatic: none acceptable; the best, of {ranked[0].vendor_name}: {objection}"
    if now < until:
        return Decision("wait", f"{rule}; looks again at {format_moment(until)}", until=until)
    return Decision("none", f"{rule}; looks again when an offer comes")


def _rule(bounds: _Bounds, offer: RankedOffer, vendors: int) -> str:
    amounts = [bound for _, bound in bounds.of(offer)]
    total = format_money(offer.total, offer.currency).rpartition(" ")[0]
    best, held = "cheapest", f"{total} ≤ {min(amounts)}"
    if offer.business_function == "Buy":
        best, held = "best-paying", f"{total} ≥ {max(amounts)}"
    what = (
        ""
        if offer.business_function == "Sell" == bounds.asked
        else (f"{does(offer.business_function, bounds.asked)}, ")
    )
    return (
        f"automatic: {best} acceptable offer after {vendors} offer{'' if vendors == 1 else 's'}, "
        f"{what}{_who(bounds.policy)}, total {held}, terms {offer.terms}"
    )


def _who(policy: AcceptancePolicy) -> str:
    if policy.vendors.startswith(GROUP):
        return f"vendor in your group {policy.vendors.removeprefix(GROUP)}"
    return {"any": "any vendor", "proved": "vendor trusted or proved"}.get(
        policy.vendors, f"vendor {policy.vendors}"
    )
