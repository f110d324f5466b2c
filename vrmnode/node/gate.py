"""The gate: which gossip messages come in, and what is said of the peer that brought them.

The validator of specs/07-gossip.md#validation. It runs inline for every new message, before
anything expensive, and keeps what it verified until the loop takes it.
"""

from __future__ import annotations

import collections
from collections.abc import Callable

import structlog

from vrmnode.network import Verdict
from vrmnode.node.clock_watch import ClockWatch
from vrmnode.storage import key_updates, seen
from vrmnode.storage.connection import Connection
from vrmprotocol import envelope, market, message_file
from vrmprotocol.certificate import check_not_revoked
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import RemoteError
from vrmprotocol.market import VendorProfile

RECENT_IDS = 65_536
MAX_WAITING = 4_096
TOLD_EVERY_S = 60
"""A refusal is logged once a minute and code: peers choose how often they provoke one."""

_VERDICTS = {"accept": Verdict.ACCEPT, "reject": Verdict.REJECT, "ignore": Verdict.IGNORE}

log = structlog.get_logger("vrmnode.gate")


class Gate:
    """Verifies envelopes as they arrive.

    Args:
        reader: a read connection of the thread that the network runs in.
        clock: the node's clock, whole Unix seconds.
    """

    def __init__(self, reader: Connection, clock: Callable[[], int]) -> None:
        self._reader = reader
        self._clock = clock
        self._recent: collections.OrderedDict[bytes, None] = collections.OrderedDict()
        self._verified: collections.OrderedDict[bytes, Envelope] = collections.OrderedDict()
        self._clock_watch = ClockWatch()
        self._told: dict[str, int] = {}
        self.refused: collections.Counter[str] = collections.Counter()

    def validate(self, topic: str, data: bytes, peer: str) -> Verdict:
        """Say whether a message is accepted, rejected or ignored (`vrmnode.network.Validator`)."""
        try:
            arrived = envelope.verify_and_load(
                data, topic=topic, now=self._clock(), known=self._is_known
            )
            if not arrived.is_mail:
                self._check_body(arrived)
        except RemoteError as error:
            self._note(error, data, peer)
            return _VERDICTS[envelope.verdict_of(error.code)]
        self._clock_watch.saw(arrived.author, arrived.created, self._clock())
        self._verified[arrived.raw] = arrived
        if len(self._verified) > MAX_WAITING:
            self._verified.popitem(last=False)
        return Verdict.ACCEPT

    def examine(self, data: bytes) -> Envelope:
        """The verified envelope of a file, after the checks that one of a peer goes through.

        Raises:
            RemoteError: as `validate` would find.
        """
        arrived = message_file.verify_envelope(data, now=self._clock(), known=self._is_known)
        if not arrived.is_mail:
            self._check_body(arrived)
        return arrived

    def _check_body(self, arrived: Envelope) -> None:
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
            return waiting
        return envelope.verify_and_load(data, topic=topic, now=self._clock(), known=lambda _: False)

    def committed(self, envelope_id: bytes) -> None:
        """Remember that an id is on disk, so that the next copy costs no look-up."""
        self._recent[envelope_id] = None
        if len(self._recent) > RECENT_IDS:
            self._recent.popitem(last=False)

    def _is_known(self, envelope_id: bytes) -> bool:
        if envelope_id in self._recent:
            return True
        known = seen.contains(self._reader, envelope_id)
        if known:
            self.committed(envelope_id)
        return known

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
