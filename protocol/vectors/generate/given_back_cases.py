"""Cases of mail.json: agreements with the accept in them, for who has forgotten it."""

from __future__ import annotations

from .body_file import BodyCases
from .messages import ACCEPTED_AT, accept, accept_body, from_customer, offer


def add(cases: BodyCases) -> None:
    """Add what the field `acceptMessage` may hold, and what not."""
    raw = accept().raw
    given_back = {**cases.good, "acceptMessage": raw}
    cases.accept("accept-message", "with the accept, for who has forgotten it", given_back)
    other = from_customer("accept", accept_body(acceptedAt=ACCEPTED_AT + 1), created=ACCEPTED_AT)
    forged = from_customer(
        "accept", accept_body(signature=bytes(64)), created=ACCEPTED_AT, received=(offer().digest,)
    )
    for name, comment, value in (
        ("empty", "no bytes", b""),
        ("truncated", "an accept cut short", raw[:-1]),
        ("trailing", "a byte after the accept", raw + b"\0"),
        ("altered", "the signature of the accept altered", raw[:-1] + bytes([raw[-1] ^ 1])),
        ("offer", "an offer in its place", offer().raw),
        ("other", "another accept than the one named", other.raw),
        ("forged", "an accept that doesn't sign its document", forged.raw),
        ("str", "text", "accept"),
        ("nil", "nil; an absent field is left out", None),
    ):
        cases.change(f"accept-message-{name}", comment, "acceptMessage", value)
