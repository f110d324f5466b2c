"""Feedback and replies as they come from the market: what is kept, and what it counts up to.

Implements the reader's side of specs/14-feedback.md. Of each vendor's month a random sample stays:
the keys whose HMAC under a secret of this node is lowest, so that nobody who floods can choose
what goes.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable

from vrmnode.customer.opinion import EXPERIENCES
from vrmnode.engine.context import NODE, Context
from vrmnode.storage import feedback, key_updates
from vrmnode.storage.database import Connection
from vrmnode.storage.feedback import StoredFeedback, StoredReply
from vrmprotocol import bodies, encoding, keys, schema
from vrmprotocol.envelope import Envelope
from vrmprotocol.feedback import Feedback, Reply, Said
from vrmprotocol.gtin import gtin14

Json = dict[str, object]

MOST_OF_MONTH = 1_000
MOST_REPLIES = 10_000
"""Replies of one vendor that are kept."""
MOST_FEEDBACK = 200_000
LISTED = 200
COUNTED = 10_000
"""Of what there is about a vendor or a product, how much is counted; of that, how much is shown."""

ATTESTED = (
    "The vendor attests that who says this agreed with it in that month. A vendor can attest"
    " purchases that never were, so look at how much there is of it and what it says."
)


def keep(ctx: Context, arrived: Envelope, body: Feedback) -> None:
    """Keep feedback if there is room for it among that of the vendor's month."""
    # SPEC 14: The reader MUST NOT refuse feedback because the key of its certificate has been
    # revoked.
    root, rank = body.certificate.root, _rank(ctx, arrived.author)
    known = feedback.get(ctx.tx, arrived.author)
    if known is not None and body.seq < known.seq:
        return
    if known is None or (known.root, known.month) != (root, body.month):
        last = feedback.highest_rank(ctx.tx, root, body.month, MOST_OF_MONTH)
        if last is not None and last.rank <= rank:
            return
        if last is not None:
            feedback.remove(ctx.tx, last.key)
    item = body.item_reviewed
    row = StoredFeedback(
        key=arrived.author,
        root=root,
        month=body.month,
        seq=body.seq,
        envelope_id=arrived.id,
        body=arrived.body,
        created=arrived.created,
        expires=arrived.expires,
        rank=rank,
        gtin=None if item is None or item.gtin is None else gtin14(item.gtin),
        brand=None if item is None or item.brand is None else item.brand.casefold(),
    )
    if feedback.upsert(ctx.tx, row) and root == ctx.identity.root:
        ctx.event("feedback.received", "feedback", row.key, month=row.month)


def keep_reply(ctx: Context, arrived: Envelope, body: Reply) -> None:
    """Keep what a vendor answered."""
    root = body.certificate.root
    if key_updates.is_revoked(ctx.tx, root, arrived.author):
        return
    known = feedback.reply_to(ctx.tx, root, body.about) is not None
    if not known and feedback.count_replies(ctx.tx, root) >= MOST_REPLIES:
        return
    row = StoredReply(
        root=root,
        about=body.about,
        seq=body.seq,
        envelope_id=arrived.id,
        body=arrived.body,
        created=arrived.created,
        expires=arrived.expires,
    )
    feedback.upsert_reply(ctx.tx, row)


def _rank(ctx: Context, key: bytes) -> bytes:
    secret = ctx.secret("node", NODE, "feedback.sample")
    if secret is None:
        secret = ctx.random(32)
        ctx.keep_secret("node", NODE, "feedback.sample", secret)
    return hmac.digest(secret, key, "sha256")


def read(row: StoredFeedback) -> Feedback:
    """The body of kept feedback, which was checked when it came."""
    return schema.load(Feedback, encoding.decode_map(row.body), code="message.body")


def shown(tx: Connection, row: StoredFeedback) -> Json:
    """Feedback with the vendor's reply, ready for JSON."""
    body = read(row)
    item = body.item_reviewed
    return {
        "feedback": row.key.hex(),
        "vendor": keys.to_did(row.root),
        "month": row.month,
        **told(body),
        "item": None if item is None else bodies.to_wire(item),
        "said_at": row.created,
        "withdrawn": body.is_empty,
        "reply": _reply(tx, row),
    }


def told(said: Said) -> Json:
    """What somebody says, ready for JSON; of what happened, what was said."""
    happened = {name: getattr(said.experience, name, None) for name in EXPERIENCES}
    return {
        "rating": said.rating_value,
        "experience": {name: word for name, word in happened.items() if word is not None},
        "text": said.review_body,
        "in_language": said.in_language,
    }


# SPEC 14: The reader MUST show a reply only beside feedback whose certificate has the same root.
def _reply(tx: Connection, row: StoredFeedback) -> Json | None:
    stored = feedback.reply_to(tx, row.root, row.key)
    if stored is None:
        return None
    body = schema.load(Reply, encoding.decode_map(stored.body), code="message.body")
    return {"text": body.text, "in_language": body.in_language, "said_at": stored.created}


def counts(rows: Iterable[StoredFeedback]) -> Json:
    """How many said what; taken back ones aren't counted. There is no score."""
    said = [body for body in map(read, rows) if not body.is_empty]
    rated = Counter(body.rating_value for body in said if body.rating_value is not None)
    happened = {
        name: Counter(
            word for body in said if (word := getattr(body.experience, name, None)) is not None
        )
        for name in EXPERIENCES
    }
    return {
        "feedback": len(said),
        "rating": {str(value): rated[value] for value in range(1, 6)},
        **{
            name: {word: happened[name][word] for word in words}
            for name, words in EXPERIENCES.items()
        },
    }


# SPEC 14: The reader MUST say, wherever it shows feedback, that the vendor attests the purchase and
# that vendors can attest purchases by themselves.
# SPEC 14: The reader MUST NOT choose what it shows or counts of what it keeps by anything that a
# vendor can set.
#
# By what is newest a vendor could put what it grants itself before what its customers say.
def listed(tx: Connection, rows: list[StoredFeedback]) -> Json:
    """Some of this feedback, the lowest ranks first, with the counts of all and what they prove."""
    drawn = sorted(rows[:LISTED], key=lambda row: (-row.created, row.key))
    return {
        "feedback": [shown(tx, row) for row in drawn],
        "counts": counts(rows),
        "note": ATTESTED,
    }


def tidy(ctx: Context) -> None:
    """Drop what has expired, and what there is no room for."""
    feedback.tidy(ctx.tx, ctx.now, MOST_FEEDBACK)
