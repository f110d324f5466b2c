"""What the cases of envelope.json share: three right envelopes, and how a case is written."""

from __future__ import annotations

from functools import cache

from .canonical import pack
from .cases import VectorFile
from .envelopes import Draft, Sealed
from .primitives import Signer, fixed
from .world import (
    CUSTOMER,
    DAY,
    DIRECTORY,
    FORTNIGHT,
    MAIL,
    MARKET,
    NOW,
    VENDOR,
    intent_body,
    profile_body,
)

SKEW = 300
REJECT = {
    "envelope.too_large",
    "envelope.schema",
    "envelope.topic",
    "envelope.mail_size",
    "envelope.lifetime",
    "envelope.time_not_quantised",
    "envelope.stamp",
    "envelope.signature",
}


def verdict(code: str) -> str:
    """What a relay does with a message that fails with `code`."""
    return "reject" if code in REJECT or code.startswith("encoding.") else "ignore"


@cache
def intent_draft() -> Draft:
    """The intent of the customer, as a market envelope."""
    return Draft("intent", MARKET, CUSTOMER, NOW, NOW + 30 * DAY, pack(intent_body()))


@cache
def intent_envelope() -> Sealed:
    """The same, stamped and signed."""
    return intent_draft().seal_off()


@cache
def profile_draft() -> Draft:
    """The vendor's profile in the directory."""
    return Draft("vendor_profile", DIRECTORY, VENDOR, NOW, NOW + 7 * DAY, pack(profile_body()))


@cache
def mail_draft() -> Draft:
    """A mail of the smallest size whose body is opaque bytes."""
    body = fixed("mail body", 4096)
    author = Signer.named("one-time author")
    return Draft("mail", MAIL, author, NOW, NOW + FORTNIGHT, body, fixed("mail tag", 16))


class EnvelopeFile(VectorFile):
    """Adds what every `read` case has."""

    def read(self, name: str, comment: str, envelope: Sealed, **given: object) -> None:
        """A case whose envelope is accepted; also its parts, so that it can be built again."""
        draft = envelope.draft
        output = {
            "verdict": "accept",
            "core": envelope.core,
            "id": envelope.id,
            "seed": draft.author.seed,
            "bits": draft.needed_bits(),
            "fields": envelope.fields(),
        }
        self.ok("read", name, comment, _given(envelope.raw, draft.topic, given), output)

    def refuse(
        self, name: str, code: str, comment: str, raw: bytes, topic: str, **given: object
    ) -> None:
        """A case that fails with `code`."""
        output = {"verdict": verdict(code)}
        self.bad("read", name, code, comment, _given(raw, topic, given), output)

    def refuse_draft(
        self, name: str, code: str, comment: str, draft: Draft, **given: object
    ) -> None:
        """A case that fails though stamp and signature are right."""
        self.refuse(name, code, comment, draft.seal_off().raw, draft.topic, **given)


def _given(raw: bytes, topic: str, more: dict[str, object]) -> dict[str, object]:
    return {"raw": raw, "topic": topic, "now": NOW, "known": [], **more}
