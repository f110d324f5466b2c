"""What the customer's node discloses by itself, to whom, and what it asks its owner about.

Implements specs/09-relationship.md#stages as pure functions. Values don't come here, only names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vrmnode.customer.regard import GROUP, Regard, read_who, who_expected, who_words
from vrmnode.values.fields import Fields
from vrmprotocol import contact

NOBODY = "nobody"
WHO = (NOBODY, "trusted", "proved", "any")
STAGES = ("place", "delivery", "relationship")
"""The stages that a policy is about; `contact` is told by hand alone."""

BEFORE_DELIVERY = frozenset({"placed", "payment_due"})
UNDER_WAY = frozenset(
    {
        "processing",
        "shipped",
        "in_transit",
        "pickup_ready",
        "collected",
        "failed_attempt",
        "undeliverable",
        "returned_to_sender",
        "problem",
    }
)
"""The statuses in which a delivery has begun and isn't over (specs/11-orders.md#status)."""


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """To which vendors each stage is told without asking; one of `WHO`, or a group."""

    place: str = "proved"
    delivery: str = "proved"
    relationship: str = NOBODY

    @staticmethod
    def from_dict(raw: Mapping[str, object]) -> DisclosurePolicy:
        """Raises: FieldError `disclosure.invalid`, `disclosure.unknown_field`."""
        fields, usual = Fields(raw, "disclosure"), DisclosurePolicy()
        policy = DisclosurePolicy(
            place=_who(fields, "place", usual.place),
            delivery=_who(fields, "delivery", usual.delivery),
            relationship=_who(fields, "relationship", usual.relationship),
        )
        fields.finish()
        return policy

    def to_dict(self) -> dict[str, object]:
        """The form that `from_dict` reads."""
        return {stage: self.of(stage) for stage in STAGES}

    def of(self, stage: str) -> str:
        """To whom a stage is told."""
        return {
            "place": self.place,
            "delivery": self.delivery,
            "relationship": self.relationship,
        }[stage]


def _who(fields: Fields, stage: str, usual: str) -> str:
    parsed = fields.parsed(stage, lambda text: read_who(text, WHO), who_expected(WHO))
    return usual if parsed is None else parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A customer's agreed deal, as far as disclosing is concerned.

    `order_status` is that of specs/11-orders.md; `stored` are the fields that have a value,
    `needed` those that an address in the customer's country needs, `told` what this vendor was
    told in this deal.
    """

    function: str
    delivery_method: str
    order_status: str
    regard: Regard
    stored: frozenset[str]
    needed: frozenset[str]
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """A stage that is due: the fields to tell, those that are needed and not stored.

    `may` says whether the policy lets the node tell them by itself, `rule` why or why not.
    """

    stage: str
    fields: tuple[str, ...]
    missing: tuple[str, ...]
    may: bool
    rule: str


def due_stages(situation: Situation) -> tuple[str, ...]:
    """The stages whose time has come."""
    status = situation.order_status
    if status not in BEFORE_DELIVERY | UNDER_WAY:
        return ()
    if not contact.needs_place(situation.function, situation.delivery_method):
        return ("relationship",)
    return STAGES if status in UNDER_WAY else ("place", "relationship")


def steps(policy: DisclosurePolicy, situation: Situation) -> tuple[Step, ...]:
    """What is due and wasn't told yet, stage by stage.

    A relationship that nobody is to be shown isn't asked about either.
    """
    found = []
    for stage in due_stages(situation):
        may = includes(policy.of(stage), situation.regard)
        fields, missing = _fields(stage, situation)
        if (fields or missing) and (may or stage != "relationship"):
            found.append(Step(stage, fields, missing, may, _rule(policy.of(stage), stage, may)))
    return tuple(found)


def _fields(stage: str, situation: Situation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if stage == "relationship":
        return (("relationship",) if stage not in situation.told else ()), ()
    names = [name for name in _names(stage) if name not in situation.told]
    fields = tuple(name for name in names if name in situation.stored)
    missing = situation.needed - situation.stored
    return fields, tuple(name for name in names if name in missing)


def _names(stage: str) -> tuple[str, ...]:
    return contact.of_stage("place" if stage == "place" else "delivery")


def includes(who: str, regard: Regard) -> bool:
    """Whether a vendor, as the owner holds it, is among those a policy means."""
    if who.startswith(GROUP):
        return who.removeprefix(GROUP) in regard.groups
    known = {NOBODY: False, "any": True, "trusted": regard.trusted}
    return known.get(who, regard.trusted or regard.proof is not None)


def _rule(who: str, stage: str, may: bool) -> str:
    if may:
        return f"automatic: {stage}, to {who_words(who)}"
    if who == NOBODY:
        return f"ask: {stage} is told to nobody without asking"
    return f"ask: {stage} is told without asking only to {who_words(who)}"


def why_nothing(situation: Situation) -> str:
    """Why no field is due, in words for the owner."""
    status = situation.order_status
    if status not in BEFORE_DELIVERY | UNDER_WAY:
        return f"the order is {status}"
    if not contact.needs_place(situation.function, situation.delivery_method):
        return f"delivery by {situation.delivery_method} needs none"
    if status in BEFORE_DELIVERY:
        return "the place was told, and name and street wait for the vendor to begin with the order"
    return "all that a delivery needs was told"


def all_fields(found: Sequence[Step]) -> list[str]:
    """The contact fields of some steps, in their order."""
    return [name for step in found for name in step.fields if name in contact.BY_NAME]
