"""What a vendor has been told of its customer in a deal: a function of the set of its messages.

Implements `specs/09-relationship.md#what-counts`. Disclosures and contact updates are statements
about fields; the last one in force counts, and those before it are superseded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vrmprotocol import disclosure
from vrmprotocol.contact_update import ContactUpdate
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.errors import passes
from vrmprotocol.inner import SignedMessage
from vrmprotocol.negotiation import DealState, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One statement about one field: a value, or None where the customer has none any more.

    `message` is the digest (32 bytes) of its message, `at` when that says it was written,
    `effective_from` from when on it holds (Unix seconds; 0: at once). `committed` says whether the
    agreement committed to the value.
    """

    name: str
    value: str | None = field(repr=False)
    committed: bool
    message: bytes
    seq: int
    at: int
    effective_from: int = 0


@dataclass(frozen=True, slots=True)
class Disclosed:
    """All that counts at a moment.

    `fields` are in force, `coming` is what will be next; of `superseded` nothing will count again.
    `relationship` is the public key (32 bytes), None while it isn't opened.
    """

    fields: Mapping[str, Told]
    relationship: bytes | None
    coming: Mapping[str, Told] = field(default_factory=dict)
    superseded: tuple[Told, ...] = ()


def check(message: SignedMessage, deal: DealState) -> None:
    """Refuse a disclosure or a contact update that doesn't fit the agreement of its deal.

    Raises:
        RemoteError: `disclosure.agreement`, `.commitment`, `.relationship`.
    """
    if isinstance(message.body, ContactUpdate):
        # SPEC 09: The reader MUST refuse a contact update that doesn't name the agreement document
        # of a deal whose state is `agreed` with `disclosure.agreement`.
        disclosure.check_agreement(message, message.body.agreement, deal)
    else:
        disclosure.check(message, deal)


def counts(message: Message, deal: DealState) -> bool:
    """Whether a message is a disclosure or a contact update that stands."""
    if not isinstance(message, SignedMessage):
        return False
    if not isinstance(message.body, Disclosure | ContactUpdate):
        return False
    return passes(check, message, deal)


def statements(message: SignedMessage) -> list[Told]:
    """What one message that counts says, field by field."""
    body = message.body
    common = {"message": message.digest, "seq": message.seq, "at": message.created}
    if isinstance(body, Disclosure):
        return [
            Told(name=one.name, value=one.value, committed=one.salt is not None, **common)  # type: ignore[arg-type]
            for one in body.fields
        ]
    assert isinstance(body, ContactUpdate)
    return [
        Told(
            name=one.name,
            value=one.value,
            committed=False,
            effective_from=body.effective_from,
            **common,  # type: ignore[arg-type]
        )
        for one in body.fields
    ]


def opened(message: SignedMessage) -> bytes | None:
    """The relationship key (32 bytes) that a message opens."""
    body = message.body
    if not isinstance(body, Disclosure) or body.relationship is None:
        return None
    return body.relationship.key


def evaluate(deal: DealState, messages: Iterable[Message], *, now: int | None = None) -> Disclosed:
    """What these verified messages of a deal have told, in whatever order they come.

    `now` (Unix seconds) is when it is looked at; None: once all of it is in force.
    """
    standing = [each for each in messages if isinstance(each, SignedMessage) and counts(each, deal)]
    said = [one for message in standing for one in statements(message)]
    keys = [opened(each) for each in sorted(standing, key=lambda one: (one.seq, one.digest))]
    return current(said, [key for key in keys if key is not None], now=now)


# SPEC 09: The reader MUST take as the value of a field the last statement about it that is in
# force.
def current(
    said: Iterable[Told], keys: Iterable[bytes] = (), *, now: int | None = None
) -> Disclosed:
    """What counts of some statements, and of relationship keys in the order of their messages."""
    unique = {(one.message, one.name): one for one in said}.values()
    fields: dict[str, Told] = {}
    coming: dict[str, Told] = {}
    superseded: list[Told] = []
    for name in sorted({one.name for one in unique}):
        last_first = sorted(
            (one for one in unique if one.name == name),
            key=lambda each: (each.seq, each.message),
            reverse=True,
        )
        # From when on a later word about the field is in force.
        outdone_from: int | None = None
        for one in last_first:
            begins = one.effective_from if now is None else max(one.effective_from, now)
            if outdone_from is not None and (now is None or outdone_from <= begins):
                superseded.append(one)
                continue
            outdone_from = one.effective_from
            # Of several that are to come the next one is kept last: each begins before those after.
            held = coming if now is not None and one.effective_from > now else fields
            held[name] = one
    found = {name: one for name, one in fields.items() if one.value is not None}
    return Disclosed(found, next(iter([*keys][-1:]), None), coming, tuple(superseded))
