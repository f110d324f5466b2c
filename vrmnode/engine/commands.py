"""The owner's commands, by the names the API uses.

A command is a function of the context and its parameters that runs in one transaction. Commands
that need a stamp first (`intent.publish`, `intent.withdraw`) come here already prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, get_args

from vrmnode.customer.acceptance import AcceptancePolicy
from vrmnode.engine import exports
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.customer import (
    customer_desk,
    draft_desk,
    hook_desk,
    standing,
    standing_intent,
    things_desk,
)
from vrmnode.engine.customer.standing_views import standing_show
from vrmnode.engine.disclosure import disclosure_rules, forgetting
from vrmnode.engine.failures import invalid
from vrmnode.engine.feedback import feedback_desk, purchase_history
from vrmnode.engine.negotiation import by_human, counters, questions
from vrmnode.engine.orders import order_commands
from vrmnode.engine.references import find_deal, find_offer, find_question
from vrmnode.engine.relationship import note_desk, reach_desk
from vrmnode.engine.rights import answering, asking
from vrmnode.engine.trust import key_desk, trust_desk
from vrmnode.engine.vendor import catalogue_desk, demand_desk, pause, profile_desk, shop
from vrmnode.engine.views import deal_row
from vrmnode.storage import settings, timers
from vrmnode.values.fields import Fields
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails, shows_same
from vrmprotocol import keys
from vrmprotocol.mail import CustomerReason, WithdrawReason

Json = dict[str, object]
Params = Mapping[str, object]
R = TypeVar("R", bound=str)


def run(ctx: Context, command: str, params: Params) -> Json:
    """Carry out one command.

    Raises:
        ServiceError: `command.unknown`, `request.*`, `*.not_found`, `*` conflicts.
        LocalError: what the protocol forbids, before anything is signed.
    """
    function = _COMMANDS.get(command)
    if function is None:
        raise invalid("command.unknown", f"expected a known command, came {command!r}")
    return function(ctx, params)


def _text(params: Params, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str):
        raise invalid("request.invalid", f"{name}: expected a text, came {type(value).__name__}")
    return value


_CUSTOMER_REASONS: dict[str, CustomerReason] = {
    reason: reason for reason in get_args(CustomerReason)
}
_WITHDRAW_REASONS: dict[str, WithdrawReason] = {
    reason: reason for reason in get_args(WithdrawReason)
}


def _reason(params: Params, known: Mapping[str, R]) -> R:
    asked = params.get("reason", "unspecified")
    reason = known.get(asked) if isinstance(asked, str) else None
    if reason is None:
        raise invalid(
            "request.reason", f"reason: expected one of {', '.join(known)}, came {asked!r}"
        )
    return reason


def _accept_offer(ctx: Context, params: Params) -> Json:
    digest = find_offer(ctx.tx, _text(params, "offer"))
    record = customer_desk.accept(ctx, digest, rule="by hand")
    return deal_row(record.row, ctx.now)


def _decline_offer(ctx: Context, params: Params) -> Json:
    digest = find_offer(ctx.tx, _text(params, "offer"))
    note = params.get("note")
    record = customer_desk.decline(
        ctx,
        digest,
        _reason(params, _CUSTOMER_REASONS),
        note=note if isinstance(note, str) else None,
        language=_language(params),
    )
    return deal_row(record.row, ctx.now)


def _language(params: Params) -> str | None:
    """The language of the text that goes with a command, if its writer said."""
    return Fields({"language": params.get("language")}, "request").language("language")


def _ask(ctx: Context, params: Params) -> Json:
    digest = find_offer(ctx.tx, _text(params, "offer"))
    return questions.ask(ctx, digest, _text(params, "text"), _language(params))


def _counter(ctx: Context, params: Params) -> Json:
    digest, note = find_offer(ctx.tx, _text(params, "offer")), params.get("note")
    total = Fields({"total": _text(params, "total")}, "request").money("total")
    if total is None:
        raise invalid("request.invalid", 'total: expected an amount such as "45.00 EUR"')
    said = note if isinstance(note, str) else None
    return counters.counter(ctx, digest, total, note=said, language=_language(params))


def _reply(ctx: Context, params: Params) -> Json:
    digest = find_question(ctx.tx, _text(params, "question"))
    return questions.reply(ctx, digest, _text(params, "text"), _language(params))


def _withdraw_deal(ctx: Context, params: Params) -> Json:
    deal = find_deal(ctx.tx, _text(params, "deal"))
    record = customer_desk.withdraw(ctx, deal, _reason(params, _WITHDRAW_REASONS))
    return deal_row(record.row, ctx.now)


def _stop_standing(ctx: Context, params: Params) -> Json:
    row = standing_intent.stop(ctx, _text(params, "standing"))
    return standing_show(ctx.tx, row.standing.hex(), ctx.now)


def _set_policy(ctx: Context, params: Params) -> Json:
    rules = dict(params)
    if "trusted" in rules:
        # Shown beside the policy; who sends back what was shown means no change.
        trust_desk.check_unchanged(ctx.tx, rules.pop("trusted"))
    settings.put(ctx.tx, standing.POLICY, AcceptancePolicy.from_dict(rules).to_dict())
    for own in standing.active_intents(ctx.tx):
        customer_desk.consider(ctx, own)
    ctx.event("policy.set", "node", ctx.identity.root)
    return standing.shown_policy(ctx.tx)


def _set_vendor_policy(ctx: Context, params: Params) -> Json:
    policy, before = VendorPolicy.from_dict(params), shop.stored_policy(ctx.tx)
    settings.put(ctx.tx, shop.POLICY, policy.to_dict())
    details = shop.stored_profile(ctx.tx)
    if details is not None and not shows_same(details, before, policy):
        _publish_profile(ctx, details)
    timers.arm(ctx.tx, "reconsider", NODE, ctx.now)
    ctx.event("vendor.policy_set", "vendor", ctx.identity.root)
    return dict(policy.to_dict())


def _set_profile(ctx: Context, params: Params) -> Json:
    details = VendorDetails.from_dict(params)
    _publish_profile(ctx, details)
    shown = {"vendor": keys.to_did(ctx.identity.root), **details.to_dict()}
    warnings = shop.unsaid(ctx.tx)
    return {**shown, "warnings": warnings} if warnings else shown


def _publish_profile(ctx: Context, details: VendorDetails) -> None:
    seq, prekey = profile_desk.next_seq(ctx), profile_desk.next_prekey(ctx)
    sent = profile_desk.prepare(
        details,
        shop.stored_policy(ctx.tx),
        identity=ctx.identity,
        seq=seq,
        reply_tag=profile_desk.reply_tag(ctx),
        prekey=prekey,
        pause=pause.current(ctx.tx, ctx.now),
        now=ctx.now,
        grind=ctx.grind,
    )
    profile_desk.record(ctx, details, sent, seq=seq, prekey=prekey)


def renew_profile(ctx: Context) -> None:
    """Publish the vendor's profile again before it ends."""
    details = shop.stored_profile(ctx.tx)
    if details is not None:
        _publish_profile(ctx, details)


_COMMANDS: dict[str, Callable[[Context, Params], Json]] = {
    "offer.accept": _accept_offer,
    "offer.decline": _decline_offer,
    "offer.ask": _ask,
    "offer.counter": _counter,
    "vendor.reply": _reply,
    "vendor.pause": pause.begin,
    "vendor.resume": pause.resume,
    "demand.on": demand_desk.turn_on,
    "demand.off": demand_desk.turn_off,
    "inbox.claim": by_human.claim,
    "inbox.release": by_human.release,
    "inbox.answer": by_human.answer,
    "inbox.refuse": by_human.refuse,
    "vendor.key.rotate": key_desk.rotate,
    "vendor.key.revoke": key_desk.revoke,
    "deal.withdraw": _withdraw_deal,
    "order.say": order_commands.say,
    "standing.stop": _stop_standing,
    "policy.set": _set_policy,
    "deal.credential": exports.issue,
    "deal.disclose": disclosure_rules.disclose,
    "contact.set": disclosure_rules.set_contact,
    "contact.policy.set": disclosure_rules.set_policy,
    "feedback.give": feedback_desk.give,
    "feedback.withdraw": feedback_desk.withdraw,
    "feedback.reply": feedback_desk.reply,
    "history.make": purchase_history.make,
    "contact.tell": disclosure_rules.tell_contact,
    "relation.reach": reach_desk.change,
    "relation.pause": reach_desk.pause,
    "relation.resume": reach_desk.resume,
    "relation.end": reach_desk.end,
    "relation.write": note_desk.write,
    "contact.remove": disclosure_rules.remove_contact,
    "rights.request": asking.ask,
    "rights.cancel": asking.cancel,
    "vendor.rights.fulfil": answering.fulfil,
    "vendor.rights.deny": answering.deny,
    "vendor.rights.progress": answering.progress,
    "thing.add": things_desk.add,
    "thing.change": things_desk.change,
    "thing.remove": things_desk.remove,
    "hook.add": hook_desk.add,
    "hook.remove": hook_desk.remove,
    "draft.discard": draft_desk.discard,
    "trust.add": trust_desk.add,
    "trust.remove": trust_desk.remove,
    "vendor.forget": forgetting.forget,
    "vendor.policy.set": _set_vendor_policy,
    "vendor.profile.set": _set_profile,
    "catalogue.rows": catalogue_desk.take_rows,
    "catalogue.change": catalogue_desk.change,
    "catalogue.remove": catalogue_desk.remove,
}
