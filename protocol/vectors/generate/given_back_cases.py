"""Cases of mail.json: agreements with the accept in them, for who has forgotten it."""

from __future__ import annotations

from dataclasses import replace

from .body_file import BODY, BodyCases
from .messages import ACCEPTED_AT, accept, accept_body, from_customer, offer
from .primitives import fixed
from .world import OTHER_CUSTOMER, OTHER_VENDOR


def add(cases: BodyCases) -> None:
    """Add what the field `acceptMessage` may hold, and what not."""
    raw = accept().raw
    given_back = {**cases.good, "acceptMessage": raw}
    cases.accept("accept-message", "with the accept, for who has forgotten it", given_back)
    other = from_customer("accept", accept_body(acceptedAt=ACCEPTED_AT + 1), created=ACCEPTED_AT)
    forged = from_customer(
        "accept", accept_body(signature=bytes(64)), created=ACCEPTED_AT, received=(offer().digest,)
    )
    elsewhere = from_customer("accept", accept_body(), deal=fixed("another deal"))
    for name, comment, message in (
        ("offer", "an offer in its place", offer()),
        ("forged", "an accept that doesn't sign its document", forged),
        ("later", "an accept of a later version", accept().with_(v=2)),
        ("deal", "an accept of another deal", elsewhere),
        ("author", "another customer's", replace(accept(), author=OTHER_CUSTOMER)),
        ("recipient", "to another vendor", replace(accept(), recipient=OTHER_VENDOR.public)),
    ):
        named = {**cases.good, "accept": message.digest, "acceptMessage": message.raw}
        cases.refuse(f"accept-message-{name}", BODY, comment, named)
    for name, comment, value in (
        ("empty", "no bytes", b""),
        ("truncated", "an accept cut short", raw[:-1]),
        ("trailing", "a byte after the accept", raw + b"\0"),
        ("altered", "the signature of the accept altered", raw[:-1] + bytes([raw[-1] ^ 1])),
        ("other", "another accept than the one named", other.raw),
        ("str", "text", "accept"),
        ("nil", "nil; an absent field is left out", None),
    ):
        cases.change(f"accept-message-{name}", comment, "acceptMessage", value)
