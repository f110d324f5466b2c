"""Vendor keys: this node's own (listed, rotated, revoked), and what other vendors have revoked.

Implements specs/03-messages.md#key_update. Operational keys follow from the seed by their serial;
which one is in use follows from when the owner rotated and what was revoked, both in the database
(`NodeIdentity.follow`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from vrmnode.engine import market_messages
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.customer import customer_desk, standing
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.stated_time import stated_creation
from vrmnode.engine.vendor import vendor_desk
from vrmnode.storage import key_updates, settings, timers
from vrmnode.storage import market as market_rows
from vrmnode.storage.database import Connection
from vrmnode.storage.key_updates import StoredKeyUpdate, StoredRevocation
from vrmprotocol import certificate as certificates
from vrmprotocol import envelope, keys, market
from vrmprotocol.envelope import Envelope
from vrmprotocol.key_update import KeyUpdate, RevocationReason, RevokedKey

Json = dict[str, object]
Params = Mapping[str, object]

ROTATIONS, SEQ = "vendor.key.rotations", "vendor.key_update.seq"
RENEW_AFTER_S = 30 * 86_400
MOST_REVOKED = 32
_REASONS: dict[str, RevocationReason] = {name: name for name in get_args(RevocationReason)}


def rotations(tx: Connection) -> tuple[int, ...]:
    """The times at which the owner began to use another key, oldest first."""
    stored = settings.get(tx, ROTATIONS, [])
    found = stored if isinstance(stored, list) else []
    return tuple(at for at in found if isinstance(at, int))


def follow(ctx: Context) -> None:
    """Let the node's identity use the key that the database says is the current one."""
    own = key_updates.revoked_by(ctx.tx, ctx.identity.root)
    ctx.identity.follow(rotations(ctx.tx), frozenset(row.serial for row in own))


def keep(ctx: Context, arrived: Envelope, body: KeyUpdate) -> None:
    """Take in what a root says of its keys.

    Of one's own, too: a node that was restored from its words learns so what it had revoked.
    """
    update = StoredKeyUpdate(
        root=arrived.author, seq=body.seq, envelope_id=arrived.id, received_at=ctx.now
    )
    rows = [
        StoredRevocation(
            root=arrived.author,
            subject=key.subject,
            serial=key.serial,
            since=key.since,
            reason=key.reason,
        )
        for key in body.revoked
    ]
    if not key_updates.upsert(ctx.tx, update, rows):
        return
    follow(ctx)
    own = arrived.author == ctx.identity.root
    if not own and not market_rows.known_roots(ctx.tx, arrived.author, arrived.author, 1):
        return  # a stranger's, of whom the owner never heard
    for row in rows:
        ctx.event("vendor.key_revoked", "vendor", row.root, serial=row.serial, reason=row.reason)
    for intent in standing.active_intents(ctx.tx):
        customer_desk.consider(ctx, intent)


def key_list(tx: Connection, identity_root: bytes, listed: list[certificates.Certificate]) -> Json:
    """This vendor's operational keys, the newest first."""
    gone = {row.subject: row for row in key_updates.revoked_by(tx, identity_root)}
    live = [one for one in listed if one.subject not in gone]
    return {
        "keys": [
            {
                "serial": one.serial,
                "key": keys.to_did(one.subject),
                "status": _status(one, live, gone),
                "not_before": one.not_before,
                "not_after": one.not_after,
                "revoked_since": gone[one.subject].since if one.subject in gone else None,
                "reason": gone[one.subject].reason if one.subject in gone else None,
            }
            for one in sorted(listed, key=lambda each: each.serial, reverse=True)
        ]
    }


def _status(
    one: certificates.Certificate,
    live: list[certificates.Certificate],
    gone: Mapping[bytes, StoredRevocation],
) -> str:
    if one.subject in gone:
        return "revoked"
    return "current" if one.serial == max(each.serial for each in live) else "earlier"


def shown(ctx: Context) -> Json:
    """The list after a command."""
    return key_list(ctx.tx, ctx.identity.root, ctx.identity.vendor_certificates(ctx.now))


def rotate(ctx: Context, params: Params) -> Json:
    """Use another key from now on; what earlier ones have signed stays good."""
    _next_key(ctx)
    serial = ctx.identity.vendor_signing(ctx.now)[1].serial
    ctx.event("vendor.key_rotated", "vendor", ctx.identity.root, serial=serial)
    timers.arm(ctx.tx, "renew_profile", NODE, ctx.now)
    return shown(ctx)


def _next_key(ctx: Context) -> None:
    before = rotations(ctx.tx)
    at = max(ctx.now, ctx.identity.last_start(ctx.now) + 1)
    settings.put(ctx.tx, ROTATIONS, [*before, at])
    follow(ctx)


def revoke(ctx: Context, params: Params) -> Json:
    """Say before everybody that one of this vendor's keys is void; use another if it was in use.

    Raises:
        ServiceError: `key.not_found`, `key.revoked`, `key.too_many`, `request.reason`.
    """
    serial, asked = params.get("serial"), params.get("reason", "compromised")
    reason = _REASONS.get(asked) if isinstance(asked, str) else None
    if reason is None:
        raise invalid(
            "request.reason", f"reason: expected one of {', '.join(_REASONS)}, came {asked!r}"
        )
    listed = {one.serial: one for one in ctx.identity.vendor_certificates(ctx.now)}
    if not isinstance(serial, int) or serial not in listed:
        known = ", ".join(str(number) for number in sorted(listed))
        raise invalid("key.not_found", f"expected the serial of a key ({known}), came {serial!r}")
    before = key_updates.revoked_by(ctx.tx, ctx.identity.root)
    if serial in {row.serial for row in before}:
        raise conflict("key.revoked", f"expected a key in use or before, {serial} is revoked")
    # SPEC 03: The writer MUST name in a key update every revoked key whose certificate hasn't
    # ended.
    still = [row for row in before if _may_be_shown(ctx, row.serial)]
    if len(still) >= MOST_REVOKED:
        words = f"expected at most {MOST_REVOKED} revoked keys, came another"
        raise conflict("key.too_many", words)
    current = ctx.identity.vendor_signing(ctx.now)[1].serial
    added = RevokedKey(subject=listed[serial].subject, serial=serial, since=ctx.now, reason=reason)
    _publish(ctx, [*(_wire(row) for row in still), added])
    if serial == current:
        _next_key(ctx)
    vendor_desk.key_revoked(ctx, added.subject)
    timers.arm(ctx.tx, "renew_profile", NODE, ctx.now)
    return shown(ctx)


def _may_be_shown(ctx: Context, serial: int) -> bool:
    ends = {one.serial: one.not_after for one in ctx.identity.vendor_certificates(ctx.now)}
    return ends.get(serial, ctx.now) + certificates.SKEW_S >= ctx.now


def _wire(row: StoredRevocation) -> RevokedKey:
    return RevokedKey(
        subject=row.subject, serial=row.serial, since=row.since, reason=_REASONS[row.reason]
    )


def _publish(ctx: Context, revoked: list[RevokedKey]) -> None:
    last = key_updates.get(ctx.tx, ctx.identity.root)
    # SPEC 03: The writer MUST set a key update's `seq` to the larger of now and one more than the
    # highest `seq` it has published.
    seq = max(0 if last is None else last.seq + 1, ctx.now)
    body = KeyUpdate(v=1, seq=seq, revoked=tuple(revoked))
    sent = market_messages.for_directory(
        "key_update",
        market.to_body(body),
        created=stated_creation(ctx.now),
        lives_s=envelope.MARKET_LIFETIME_S,
        key=ctx.identity.root_key(),
        grind=ctx.grind,
    )
    market_messages.publish(ctx, sent)
    keep(ctx, sent, body)
    timers.arm(ctx.tx, "renew_key_update", NODE, ctx.now + RENEW_AFTER_S)


def renew(ctx: Context) -> None:
    """Publish what is revoked again, as long as a certificate of it could be shown."""
    rows = key_updates.revoked_by(ctx.tx, ctx.identity.root)
    still = [_wire(row) for row in rows if _may_be_shown(ctx, row.serial)]
    if still:
        _publish(ctx, still)
