"""The vendor's public profile: built, signed, published and renewed before it ends.

Implements specs/03-messages.md#vendor_profile. A profile lives seven days at most, so a running
vendor renews it halfway.
"""

from __future__ import annotations

from collections.abc import Callable

from vrmnode.engine import intent_desk, shop
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.stated_time import stated_creation
from vrmnode.storage import settings, timers
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails, build_profile
from vrmprotocol import envelope, market, topics
from vrmprotocol.envelope import Envelope
from vrmprotocol.fields import SUITE_X25519
from vrmprotocol.keys import SealKey
from vrmprotocol.market import Prekey

SEQ, TAG = "vendor.profile.seq", "vendor.profile.tag"
PREKEY_LIFETIME_S = 7 * 86_400
RENEW_AFTER_S = envelope.PROFILE_LIFETIME_S // 2


def prepare(
    details: VendorDetails,
    policy: VendorPolicy,
    *,
    identity: NodeIdentity,
    seq: int,
    reply_tag: bytes,
    prekey: SealKey,
    now: int,
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """The stamped and signed profile, ready to be recorded."""
    key, certified = identity.vendor_signing(now)
    body = build_profile(
        details,
        policy,
        seq=seq,
        certificate=certified,
        prekey=Prekey(suite=SUITE_X25519, key=prekey.public, not_after=now + PREKEY_LIFETIME_S),
        reply_tag=reply_tag,
    )
    created = stated_creation(now)
    return envelope.build_stamped(
        kind="vendor_profile",
        topic=topics.DIRECTORY,
        tag=None,
        body=market.to_body(body),
        created=created,
        expires=created + envelope.PROFILE_LIFETIME_S,
        signing_key=key,
        grind=grind,
    )


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


def record(
    ctx: Context, details: VendorDetails, sent: Envelope, *, seq: int, prekey: SealKey
) -> None:
    """Keep the profile, queue it, and plan its renewal."""
    settings.put(ctx.tx, shop.PROFILE, details.to_dict())
    settings.put(ctx.tx, SEQ, seq)
    ctx.keep_secret("prekey", ctx.identity.root, "current", prekey.private_bytes())
    intent_desk.publish(ctx, sent)
    timers.arm(ctx.tx, "renew_profile", NODE, ctx.now + RENEW_AFTER_S)
    timers.arm(ctx.tx, "reconsider", NODE, ctx.now)
    ctx.event("vendor.profile_published", "vendor", ctx.identity.root, seq=seq)
