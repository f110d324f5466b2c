"""The vendor's public profile: built, signed, published and renewed before it ends.

Implements specs/03-messages.md#vendor_profile. A profile lives seven days at most, so a running
vendor renews it halfway, each time with another prekey. The private halves of earlier prekeys are
kept until mail to them can't arrive any more.
"""

from __future__ import annotations

from collections.abc import Callable

from vrmnode.engine import market_messages
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.stated_time import stated_creation
from vrmnode.engine.vendor import shop
from vrmnode.engine.vendor.pause import Pause
from vrmnode.storage import prekeys, secrets, settings, tags, timers
from vrmnode.storage.prekeys import StoredPrekey
from vrmnode.storage.tags import WatchedTag
from vrmnode.values.spans import DAY_S, floor_day
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails, build_profile
from vrmprotocol import envelope, market
from vrmprotocol.envelope import Envelope
from vrmprotocol.fields import SUITE_X25519
from vrmprotocol.keys import SealKey
from vrmprotocol.market import Prekey

SEQ, TAG = "vendor.profile.seq", "vendor.profile.tag"
PREKEY_LIFETIME_S = 7 * 86_400
FRESH_S = 86_400
"""A prekey younger than this goes into the next profile too: its owner may make many in a day."""
LAST_MAIL_S = envelope.MAIL_LIFETIME_S + envelope.SKEW_S
"""How long after a prekey's end mail that was sealed to it can still arrive."""
RENEW_AFTER_S = envelope.PROFILE_LIFETIME_S // 2


def prepare(
    details: VendorDetails,
    policy: VendorPolicy,
    *,
    identity: NodeIdentity,
    seq: int,
    reply_tag: bytes,
    prekey: StoredPrekey,
    pause: Pause | None,
    now: int,
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """The stamped and signed profile, ready to be recorded."""
    key, certified = identity.vendor_signing(now)
    created = stated_creation(now)
    expires = created + envelope.PROFILE_LIFETIME_S
    body = build_profile(
        details,
        policy,
        seq=seq,
        certificate=certified,
        prekey=Prekey(suite=SUITE_X25519, key=prekey.prekey, not_after=prekey.not_after),
        reply_tag=reply_tag,
        paused_until=_paused_until(pause, expires),
    )
    return market_messages.for_directory(
        "vendor_profile",
        market.to_body(body),
        created=created,
        lives_s=envelope.PROFILE_LIFETIME_S,
        key=key,
        grind=grind,
    )


def _paused_until(pause: Pause | None, expires: int) -> int | None:
    """What a profile says of a pause: nothing, unless its owner wants that said."""
    if pause is None or not pause.announced:
        return None
    # SPEC 03: The writer MUST NOT name a `pausedUntil` later than a day after the profile's end.
    #
    # The next profile says more, if the pause goes on.
    latest = floor_day(expires) + DAY_S
    return latest if pause.until is None else min(pause.until, latest)


def next_seq(ctx: Context) -> int:
    """The sequence number of the next profile: higher than any before, and never behind time."""
    # SPEC 03: The writer MUST set a profile's `seq` to the larger of now and one more than the
    # highest `seq` it has published.
    last = settings.get(ctx.tx, SEQ, 0)
    return max((last if isinstance(last, int) else 0) + 1, ctx.now)


def reply_tag(ctx: Context) -> bytes:
    """The tag for first contact with this vendor, drawn once."""
    stored = settings.get(ctx.tx, TAG)
    if isinstance(stored, str):
        return bytes.fromhex(stored)
    tag = intent_desk.draw_tag(ctx.random, shop.own_shard(ctx))
    settings.put(ctx.tx, TAG, tag.hex())
    return tag


def next_prekey(ctx: Context) -> StoredPrekey:
    """The prekey of the next profile: a new one, or one made within a day."""
    newest = next(iter(prekeys.newest_first(ctx.tx)), None)
    if newest is not None and 0 <= ctx.now - newest.created < FRESH_S:
        return newest
    private = SealKey(ctx.random(32))
    made = StoredPrekey(
        prekey=private.public, created=ctx.now, not_after=ctx.now + PREKEY_LIFETIME_S
    )
    prekeys.insert(ctx.tx, made)
    ctx.keep_secret("prekey", made.prekey, "private", private.private_bytes())
    return made


def kept_prekeys(ctx: Context) -> list[SealKey]:
    """The private halves with which mail to the profile's tag may open, the newest first."""
    found = [ctx.secret("prekey", row.prekey, "private") for row in prekeys.newest_first(ctx.tx)]
    return [SealKey(private) for private in found if private is not None]


def erase_prekeys(ctx: Context) -> None:
    """Erase the private halves to which no mail can arrive any more."""
    # SPEC 03: The writer MUST keep the private half of a prekey for 1,209,900 seconds after its
    # `notAfter`, and erase it then.
    for prekey in prekeys.purge(ctx.tx, ctx.now - LAST_MAIL_S):
        secrets.erase(ctx.tx, "prekey", prekey)


def record(
    ctx: Context, details: VendorDetails, sent: Envelope, *, seq: int, prekey: StoredPrekey
) -> None:
    """Keep the profile, queue it, listen at its tag, and plan its renewal."""
    settings.put(ctx.tx, shop.PROFILE, details.to_dict())
    settings.put(ctx.tx, SEQ, seq)
    # SPEC 06: The vendor MUST watch the `replyTag` of its profile, and try every prekey that it
    # keeps on what comes there.
    tags.watch(
        ctx.tx,
        [
            WatchedTag(
                tag=reply_tag(ctx),
                kind="profile",
                owner=ctx.identity.root,
                until=prekey.not_after + LAST_MAIL_S,
            )
        ],
    )
    market_messages.publish(ctx, sent)
    timers.arm(ctx.tx, "renew_profile", NODE, ctx.now + RENEW_AFTER_S)
    timers.arm(ctx.tx, "reconsider", NODE, ctx.now)
    ctx.event("vendor.profile_published", "vendor", ctx.identity.root, seq=seq)
