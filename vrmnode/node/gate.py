"""The gate: which gossip messages come in, and what is said of the peer that brought them.

The validator of specs/07-gossip.md#verdicts. Messages that came together are judged together: the
cheap checks inline, one look-up for all ids, and the signatures of those that are left beside the
event loop (`signatures.checker`). What was verified is kept until the loop takes it.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Collection, Sequence

import structlog

from vrmnode.network import ACCEPTED, NOT_KEPT, Finding, Incoming, Sender, Verdict
from vrmnode.node.clock_watch import ClockWatch
from vrmnode.signatures.checker import SignatureChecker
from vrmnode.signatures.requests import Signed
from vrmnode.storage import envelopes, key_updates, seen
from vrmnode.storage.connection import Connection
from vrmprotocol import envelope, market, message_file
from vrmprotocol.certificate import check_not_revoked
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import RemoteError
from vrmprotocol.market import VendorProfile
from vrmprotocol.submit_frames import DUPLICATE

RECENT_IDS = 65_536
MAX_WAITING_BYTES = 64 << 20
"""Verified envelopes that wait to be taken; those that give way are verified once more."""
TOLD_EVERY_S = 60
"""A refusal is logged once a minute and code: peers choose how often they provoke one."""

_VERDICTS = {"accept": Verdict.ACCEPT, "reject": Verdict.REJECT, "ignore": Verdict.IGNORE}

log = structlog.get_logger("vrmnode.gate")


class Gate:
    """Verifies envelopes as they arrive.

    Args:
        reader: a read connection of the thread that the network runs in.
        clock: the node's clock, whole Unix seconds.
        checker: checks signatures that came together; one by threads where there is none.
        holds: whether others count on what was kept here: an envelope that is known and gone again
            is told apart from one that is on disk.
    """

    def __init__(
        self,
        reader: Connection,
        clock: Callable[[], int],
        *,
        checker: SignatureChecker | None = None,
        holds: bool = False,
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._holds = holds
        self._recent: collections.OrderedDict[bytes, None] = collections.OrderedDict()
        self._verified: collections.OrderedDict[bytes, Envelope] = collections.OrderedDict()
        self._waiting_bytes = 0
        self._clock_watch = ClockWatch()
        self._checker = checker or SignatureChecker()
        self._told: dict[str, int] = {}
        self.refused: collections.Counter[str] = collections.Counter()

    async def validate(self, messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        """Say of each message whether it is accepted, rejected or ignored (a `Validator`)."""
        found: list[Finding | None] = [None] * len(messages)
        loaded: dict[int, Envelope] = {}

        def refuse(at: int, error: RemoteError) -> None:
            self._note(error, messages[at][1], sender.peer)
            found[at] = Finding(_VERDICTS[envelope.verdict_of(error.code)], error.code)
            loaded.pop(at, None)

        now = self._clock()
        for at, (topic, data) in enumerate(messages):
            try:
                loaded[at] = envelope.unsecure_load_live(data, topic=topic, now=now)
            except RemoteError as error:
                refuse(at, error)
        known = self._known_among([each.id for each in loaded.values()])
        for at, each in list(loaded.items()):
            try:
                envelope.check_new(known=each.id in known)
            except RemoteError as error:
                refuse(at, error)
        if self._holds:
            self._tell_apart(messages, found)
        left = list(loaded.items())
        right = await self._signatures([each for _, each in left], sender)
        for (at, each), is_right in zip(left, right, strict=True):
            try:
                envelope.check_verified(right=is_right)
                self._check_body(each)
            except RemoteError as error:
                refuse(at, error)
            else:
                self._keep(each)
        return [finding or ACCEPTED for finding in found]

    def _tell_apart(self, messages: Sequence[Incoming], found: list[Finding | None]) -> None:
        """Say of what is known, but isn't on disk, that it isn't kept."""
        known = {
            at: envelope.unsecure_load(messages[at][1]).id
            for at, finding in enumerate(found)
            if finding is not None and finding.code == DUPLICATE
        }
        kept = envelopes.kept_among(self._reader, list(known.values()))
        for at, envelope_id in known.items():
            if envelope_id not in kept:
                found[at] = Finding(Verdict.IGNORE, NOT_KEPT)

    async def _signatures(self, some: Sequence[Envelope], sender: Sender) -> list[bool]:
        signed = [Signed(each.author, envelope.signed_message(each), each.sig) for each in some]
        return await self._checker.check(signed, sender)

    def _keep(self, arrived: Envelope) -> None:
        self._clock_watch.saw(arrived.author, arrived.created, self._clock())
        if arrived.raw not in self._verified:
            self._waiting_bytes += len(arrived.raw)
        self._verified[arrived.raw] = arrived
        while self._waiting_bytes > MAX_WAITING_BYTES:
            raw, _ = self._verified.popitem(last=False)
            self._waiting_bytes -= len(raw)

    def examine(self, data: bytes) -> Envelope:
        """The verified envelope of a file, after the checks that one of a peer goes through.

        Raises:
            RemoteError: as `validate` would find.
        """
        arrived = message_file.verify_envelope(data, now=self._clock(), known=self._is_known)
        self._check_body(arrived)
        return arrived

    def _check_body(self, arrived: Envelope) -> None:
        if arrived.is_mail:
            return
        body = market.load_market(arrived)
        if isinstance(body, VendorProfile):
            rows = key_updates.revoked_by(self._reader, body.certificate.root)
            check_not_revoked(body.certificate, frozenset(row.subject for row in rows))

    def take(self, topic: str, data: bytes) -> Envelope:
        """The verified envelope of a delivered message.

        Raises:
            RemoteError: it isn't among those waiting and doesn't verify now.
        """
        waiting = self._verified.pop(data, None)
        if waiting is not None:
            self._waiting_bytes -= len(data)
            return waiting
        return envelope.verify_and_load(data, topic=topic, now=self._clock(), known=lambda _: False)

    def committed(self, envelope_id: bytes) -> None:
        """Remember that an id is on disk, so that the next copy costs no look-up."""
        self._recent[envelope_id] = None
        if len(self._recent) > RECENT_IDS:
            self._recent.popitem(last=False)

    def _is_known(self, envelope_id: bytes) -> bool:
        return bool(self._known_among([envelope_id]))

    def _known_among(self, ids: Sequence[bytes]) -> Collection[bytes]:
        recent = {each for each in ids if each in self._recent}
        asked = [each for each in ids if each not in recent]
        stored = seen.known_among(self._reader, asked)
        for each in stored:
            self.committed(each)
        return recent | stored

    def _note(self, error: RemoteError, data: bytes, peer: str) -> None:
        self.refused[error.code] += 1
        now = self._clock()
        if abs(now - self._told.get(error.code, 0)) >= TOLD_EVERY_S:
            self._told[error.code] = now
            log.info("message refused", code=error.code, problem=error.detail, peer=peer)
        if error.code == "envelope.from_future":
            try:
                early = envelope.verify_stored(data)
            except RemoteError:
                return
            self._clock_watch.saw(early.author, early.created, self._clock())

    def clock_warning(self) -> str | None:
        """Words for the owner when this clock differs from what peers' messages state."""
        return self._clock_watch.warning()
