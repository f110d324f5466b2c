"""When the customer's node discloses by itself, and when it asks (specs/09-relationship.md#stages).

What is due and to whom it may be told is decided by pure functions of `vrmnode.customer`; this
module gathers what they look at and carries out what they say, in the turn that made it due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vrmnode.customer import disclosure as rules
from vrmnode.customer.contact import ContactData, known_names
from vrmnode.customer.disclosure import DisclosurePolicy, Situation, Step
from vrmnode.customer.regard import STRANGER
from vrmnode.engine.context import Context
from vrmnode.engine.customer import standing
from vrmnode.engine.disclosure import contact_desk, contact_spread, disclosure_desk
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import find_deal
from vrmnode.storage import deals, disclosures, events, settings
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.values import addresses
from vrmnode.values.fields import Fields
from vrmprotocol import contact
from vrmprotocol.disclosure_body import MAX_DISCLOSURES

Json = dict[str, object]
Params = Mapping[str, object]

POLICY = "customer.disclosure"
WANTED = "disclosure.wanted"
KEPT_BACK = 4
"""Of the disclosures that a deal may have, those left for corrections by hand."""


def stored_policy(tx: Connection) -> DisclosurePolicy:
    """The owner's policy, with defaults where nothing was set."""
    stored = settings.get(tx, POLICY, {})
    return DisclosurePolicy.from_dict(stored if isinstance(stored, dict) else {})


def set_policy(ctx: Context, params: Params) -> Json:
    """Replace the policy; what it now allows and is due is told at once.

    Raises:
        LocalError: `disclosure.invalid`, `disclosure.unknown_field`.
    """
    policy = DisclosurePolicy.from_dict(params)
    settings.put(ctx.tx, POLICY, policy.to_dict())
    ctx.event("disclosure.policy_set", "node", ctx.identity.root)
    consider_all(ctx)
    return policy.to_dict()


def set_contact(ctx: Context, params: Params) -> Json:
    """Set contact data and tell the vendors that may have it; what was missing may now be told.

    `effective_from` is when the new values begin to hold (Unix seconds); with `tell: false` nobody
    is told that they have changed, with `dry_run` nothing happens.

    Raises:
        ServiceError: `request.invalid`, and as `contact_desk.with_fields`.
        LocalError: as `contact_desk.with_fields`.
    """
    given = dict(params)
    options = Fields(
        {name: given.pop(name) for name in ("tell", "effective_from", "dry_run") if name in given},
        "request",
    )
    tell, dry_run = options.flag("tell", True), options.flag("dry_run", False)
    since = options.whole("effective_from", 0, 2**32 - 1, ctx.now)
    before = contact_desk.stored(ctx.tx, ctx.vault, ctx.now)
    data = contact_desk.with_fields(before, given, since, ctx.now, announce=tell)
    if not dry_run:
        contact_desk.keep(ctx, data, given)
    told = contact_spread.tell(ctx, data, list(given), dry_run=dry_run) if tell else []
    not_told = _withheld(ctx, data, list(given)) if tell else []
    if not dry_run:
        consider_all(ctx)
    return {**contact_desk.shown(data), "told": told, "not_told": not_told}


def _withheld(ctx: Context, data: ContactData, names: Sequence[str]) -> list[Json]:
    return contact_spread.withheld(ctx.tx, ctx.vault, data, names, ctx.now)


def plan_due(ctx: Context) -> None:
    """What was planned holds now; what was missing may now be told."""
    contact_desk.plan_due(ctx)
    consider_all(ctx)


def remove_contact(ctx: Context, params: Params) -> Json:
    """Remove contact data; with `tell` the vendors that had them hear that they hold no more.

    Raises:
        ServiceError, LocalError: as `contact_desk.remove`.
    """
    gone = contact_desk.remove(ctx, params)
    if params.get("tell") is not True:
        return gone
    data = contact_desk.stored(ctx.tx, ctx.vault, ctx.now)
    names = [name for name in contact.NAMES if name not in data.names]
    return {**gone, "told": contact_spread.tell(ctx, data, names)}


def tell_contact(ctx: Context, params: Params) -> Json:
    """Tell every vendor that lacks them and may have them the fields of `fields`, or all.

    Raises:
        LocalError: `contact.unknown_field`.
    """
    asked = params.get("fields")
    names = known_names(asked) if isinstance(asked, list) else list(contact.NAMES)
    data = contact_desk.stored(ctx.tx, ctx.vault, ctx.now)
    data = contact_desk.announced(ctx, data, names)
    told = contact_spread.tell(ctx, data, names)
    return {"told": told, "not_told": _withheld(ctx, data, names)}


def disclose(ctx: Context, params: Params) -> Json:
    """Disclose by hand: the fields that are named, or all that are due.

    Raises:
        ServiceError: `disclosure.nothing_due`, and as `disclosure_desk.by_hand`.
        LocalError: `negotiation.illegal_move`.
    """
    if params.get("fields") is not None:
        return _by_hand(ctx, params)
    record = load_deal(ctx.tx, find_deal(ctx.tx, str(params.get("deal") or "")))
    disclosure_desk.check_allowed(record)
    situation = situation_of(ctx.tx, ctx.vault, record, ctx.now)
    names = [] if situation is None else rules.all_fields(rules.steps(_everybody(), situation))
    if situation is None or not names:
        why = "there is no order" if situation is None else rules.why_nothing(situation)
        raise disclosure_desk.nothing_due(why)
    return _by_hand(ctx, {**params, "fields": names})


def _by_hand(ctx: Context, params: Params) -> Json:
    shown = disclosure_desk.by_hand(ctx, params)
    if shown["disclosures"]:
        contact_spread.tell_plans(ctx, bytes.fromhex(str(shown["deal"])))
    return shown


def _everybody() -> DisclosurePolicy:
    """The owner's own hand: of what is due, the fields may go to whoever the vendor is."""
    return DisclosurePolicy(place="any", delivery="any")


def situation_of(tx: Connection, vault: Vault, record: DealRecord, now: int) -> Situation | None:
    """What the rules look at in a customer's deal; None where there is no order to tell for."""
    if record.row.role != deals.CUSTOMER or record.state.state != "agreed":
        return None
    known = find_order(tx, record.deal)
    if known is None:
        return None
    found = known.order
    values = contact_desk.stored(tx, vault, now).values
    told = {name for row in disclosures.of_deal(tx, record.deal) for name in row.fields}
    return Situation(
        function=found.draft.business_function,
        delivery_method=found.draft.delivery_method,
        order_status=found.status,
        regard=standing.regards(tx, now).get(record.row.vendor_root, STRANGER),
        stored=frozenset(values),
        needed=addresses.needed(values.get("country")),
        told=frozenset(told),
    )


def consider(ctx: Context, deal: bytes) -> None:
    """Disclose what is due and allowed in a customer's deal; ask once about the rest."""
    record = load_deal(ctx.tx, deal)
    situation = situation_of(ctx.tx, ctx.vault, record, ctx.now)
    if situation is None:
        return
    for step in rules.steps(stored_policy(ctx.tx), situation):
        # SPEC 09: The customer's node MUST NOT disclose a field before its stage, unless its owner
        # names the field and the deal.
        if step.may and step.fields and _has_room(ctx.tx, record.deal):
            disclosure_desk.disclose(ctx, record, step.fields, rule=step.rule)
            contact_spread.tell_plans(ctx, deal)
        if not step.may or step.missing:
            _ask(ctx, record, step)


def consider_all(ctx: Context) -> None:
    """Look at every agreed deal again: contact data, trust or the policy changed."""
    for row in deals.list_deals(ctx.tx, role=deals.CUSTOMER, state="agreed"):
        consider(ctx, row.deal)


def _has_room(tx: Connection, deal: bytes) -> bool:
    return disclosures.count(tx, deal, "disclosure") < MAX_DISCLOSURES - KEPT_BACK


def _ask(ctx: Context, record: DealRecord, step: Step) -> None:
    """Tell the owner, once for each stage of a deal, what the vendor would need."""
    asked = events.of_subject(ctx.tx, "deal", record.deal)
    if any((event.type, event.data.get("stage")) == (WANTED, step.stage) for event in asked):
        return
    ctx.event(
        WANTED,
        "deal",
        record.deal,
        vendor=record.row.vendor_name,
        stage=step.stage,
        fields=", ".join(step.fields) or None,
        missing=", ".join(step.missing) or None,
        rule=step.rule,
    )


def wanted(tx: Connection, vault: Vault, record: DealRecord, now: int) -> list[Json]:
    """What is due in a customer's deal and wasn't told, for its owner."""
    situation = situation_of(tx, vault, record, now)
    if situation is None:
        return []
    return [
        {
            "stage": step.stage,
            "fields": list(step.fields),
            "missing": list(step.missing),
            "rule": step.rule,
        }
        for step in rules.steps(stored_policy(tx), situation)
    ]
