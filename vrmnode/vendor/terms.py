"""The vendor's terms: what it needs and promises, and under which choice of an intent it can offer.

Implements the vendor's part of `specs/05-terms.md`. The policy stands in the vendor's profile, so
that the customer's node comes to the same choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmnode.values import addenda
from vrmnode.values.fields import Fields
from vrmnode.vendor.matching import NearMiss
from vrmprotocol.errors import LocalError, ProtocolError
from vrmprotocol.market import Intent
from vrmprotocol.terms_addendum import check_known
from vrmprotocol.terms_axes import Level, Levels
from vrmprotocol.terms_behaviour import answers_negotiation, answers_request
from vrmprotocol.terms_matching import Choice, Reason, choose
from vrmprotocol.terms_policy import TermsPolicy, listed_terms, read_policy
from vrmprotocol.terms_text import explained


@dataclass(frozen=True, slots=True)
class TermsMiss(NearMiss):
    """No choice can be kept: why the nearest can't, as the vendor reads it, and what to say."""

    reasons: tuple[str, ...] = ()
    levels: Levels = field(default_factory=dict)


def choose_terms(
    intent: Intent,
    policy: TermsPolicy | None,
    accepted: tuple[str, ...],
    category: int | None,
) -> Choice | TermsMiss:
    """The earliest choice of the intent that the vendor can keep for goods of a category."""
    choices = intent.choices
    # SPEC 03: The writer MUST offer under the first terms in the intent's order that it accepts
    # ([05](05-terms.md#matching)), and make no offer when there are none.
    result = choose(choices, policy=policy, accepted=accepted, category=category)
    if result.place is not None:
        return choices[result.place]
    if policy is None and all(_is_by_id(reasons) for reasons in result.reasons):
        return TermsMiss("terms", "we accept none of the terms you proffer")
    place = min(range(len(choices)), key=lambda place: len(result.reasons[place]))
    nearest = result.reasons[place]
    told = "; ".join(explained(reason, "customer") for reason in nearest)
    return TermsMiss(
        "terms",
        f"{choices[place].terms}: {told}",
        reasons=tuple(explained(reason, "vendor") for reason in nearest),
        levels={} if policy is None else _levels(result.reasons),
    )


def answers_intents(policy: TermsPolicy | None) -> bool:
    """Whether the node answers intents by itself; their keys are new, so they are strangers'."""
    return policy is None or answers_request(policy.requests, "stranger")


def answers_counters(policy: TermsPolicy | None) -> bool:
    """Whether the node answers by itself what comes between its offer and an agreement."""
    return policy is None or answers_negotiation(policy.requests, policy.negotiation, "stranger")


def _is_by_id(reasons: tuple[Reason, ...]) -> bool:
    return all(reason.code in ("terms.not_accepted", "terms.unknown_id") for reason in reasons)


def _levels(reasons: tuple[tuple[Reason, ...], ...]) -> dict[str, Level]:
    """The vendor's level on each axis that is a reason, for whichever choice."""
    return {
        reason.about: reason.vendor
        for found in reasons
        for reason in found
        if reason.vendor is not None
    }


def chosen_words(choice: Choice, intent: Intent) -> str:
    """A choice and its place, as the rule of an automatic decision names it."""
    words = addenda.choice_words(choice)
    place, number = intent.choices.index(choice) + 1, len(intent.choices)
    return f"{words}, choice {place} of {number}" if number > 1 else words


def read_terms_policy(fields: Fields) -> TermsPolicy | None:
    """The table `terms_policy` of a vendor's settings; None without it.

    Raises: LocalError `policy.invalid`.
    """
    raw = fields.take("terms_policy")
    if raw is None:
        return None
    try:
        policy = read_policy(_tidy(raw))
        for levels in (policy.levels, *(entry.levels for entry in policy.category)):
            check_known(levels)
    except ProtocolError as error:
        raise LocalError("policy.invalid", f"terms_policy: {error.detail}") from None
    if not listed_terms(policy):
        expected = "levels that some agreement of the roster can allow"
        raise LocalError("policy.invalid", f"terms_policy: expected {expected}, came others")
    return policy


def _tidy(raw: object) -> object:
    """What was typed, with the sets sorted."""
    if not isinstance(raw, Mapping):
        return raw
    found = {"levels": {}, **raw}
    found["levels"] = addenda.tidy(found["levels"])
    if isinstance(entries := found.get("category"), list):
        found["category"] = [
            {**entry, "levels": addenda.tidy(entry.get("levels"))}
            if isinstance(entry, Mapping)
            else entry
            for entry in entries
        ]
    return found
