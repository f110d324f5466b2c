"""What an envelope is worth to a postbox, and the pool that it belongs to.

Implements `specs/18-postbox.md#worth`.
"""

from __future__ import annotations

from vrmprotocol import stamp, topics

DIRECTORY = "directory"
MARKET = "market"
MAIL = "mail"
POOLS = (DIRECTORY, MAIL, MARKET)


def pool(topic: str) -> str:
    """The pool of a topic of this version."""
    if topics.is_mail(topic):
        return MAIL
    return DIRECTORY if topics.is_directory(topic) else MARKET


# SPEC 18: A postbox MUST take as worth of an envelope the work in its stamp divided by the product
# of its length and its lifetime.
def worth(envelope_id: bytes, size_bytes: int, lifetime_s: int) -> float:
    """Hashes that the stamp shows, a byte and second; `lifetime_s` is `expires - created`."""
    return 2.0 ** stamp.leading_zero_bits(envelope_id) / (size_bytes * lifetime_s)
