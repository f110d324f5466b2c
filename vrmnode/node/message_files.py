"""Message files of the running node: chosen, sealed and written; read, checked and taken in."""

from __future__ import annotations

import base64
import binascii
from functools import partial

import structlog
import trio

from vrmnode.engine.failures import invalid
from vrmnode.engine.machine import Machine
from vrmnode.engine.mail import dispatch, message_file
from vrmnode.engine.mail.dispatch import Parcel
from vrmnode.engine.mail.message_file import Selection
from vrmnode.node.gate import Gate
from vrmnode.node.loop import Loop
from vrmnode.storage import tags
from vrmprotocol import message_file as files
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import LocalError, RemoteError

Json = dict[str, object]

log = structlog.get_logger("vrmnode.message_files")


class MessageFiles:
    """Writes what waits to be sent into files, and takes in files of others."""

    def __init__(self, machine: Machine, loop: Loop, gate: Gate) -> None:
        self._machine = machine
        self._loop = loop
        self._gate = gate
        self._reader = machine.database.reader()
        self._one_at_a_time = trio.CapacityLimiter(1)

    async def export(self, params: Json) -> Json:
        """The file, in base64, of what waits: of an intent, of a deal, or all of it.

        Raises:
            ServiceError: `request.invalid`, and as `engine.message_file.select`.
        """
        intent, deal = params.get("intent"), params.get("deal")
        if intent is not None and deal is not None:
            raise invalid("request.invalid", "expected an intent or a deal, came both")
        choose = partial(
            message_file.select,
            intent=intent if isinstance(intent, str) else None,
            deal=deal if isinstance(deal, str) else None,
            together=params.get("together") is True,
        )
        chosen = await self._loop.submit(choose)
        if not isinstance(chosen, Selection):
            raise TypeError("expected what goes into the file")
        mail = await trio.to_thread.run_sync(
            partial(self._sealed, chosen.mail), limiter=self._one_at_a_time
        )
        for parcel in set(chosen.mail) - mail.keys():
            await self._loop.submit(partial(dispatch.given_up, parcel=parcel))
        if not chosen.market and not mail:
            raise message_file.nothing()
        raw = files.write([*chosen.market, *mail.values()])
        await self._loop.submit(partial(message_file.written, mail=mail))
        return {
            "file": base64.b64encode(raw).decode(),
            "market": len(chosen.market),
            "mail": len(mail),
            "left": chosen.left,
        }

    def _sealed(self, mail: tuple[Parcel, ...]) -> dict[Parcel, bytes]:
        """The envelopes, without the mail to which nobody can seal."""
        found = {}
        for parcel in mail:
            try:
                found[parcel] = dispatch.seal(
                    parcel,
                    now=self._machine.clock(),
                    random=self._machine.random,
                    grind=self._machine.grind,
                )
            except LocalError as error:
                log.warning("never sent", row=parcel.row, code=error.code)
        return found

    async def take_in(self, params: Json) -> Json:
        """What became of each envelope of a file that came in base64.

        Raises:
            ServiceError: `request.invalid`; `file.schema`, `encoding.*`: it is no message file.
        """
        found = envelopes_of(params.get("file"))
        rows: list[Json] = []
        mail: list[tuple[Json, Envelope]] = []
        for raw in found:
            row, arrived = await self._take_one(raw)
            rows.append(row)
            if arrived is not None and arrived.is_mail:
                mail.append((row, arrived))
        for row, arrived in mail:
            # Asked at the end: an offer may have told the tags of mail that stands before it.
            row["for_you"] = tags.lookup(self._reader, arrived.tag or b"") is not None
        verdicts = [row["verdict"] for row in rows]
        return {
            "envelopes": len(rows),
            **{name: verdicts.count(name) for name in ("taken", "known", "refused")},
            "messages": rows,
        }

    async def _take_one(self, raw: bytes) -> tuple[Json, Envelope | None]:
        await trio.lowlevel.checkpoint()
        try:
            arrived = self._gate.examine(raw)
        except RemoteError as error:
            known = error.code == "envelope.duplicate"
            verdict = "known" if known else "refused"
            words = "it came before" if known else error.detail
            return {"verdict": verdict, "code": error.code, "words": words}, None
        notes = await self._loop.submit(partial(message_file.take, arrived=arrived))
        self._gate.committed(arrived.id)
        row: Json = {"verdict": "taken", "id": arrived.id.hex(), "kind": arrived.kind}
        if isinstance(notes, list) and notes:
            row["words"] = "; ".join(notes)
        return row, arrived


def envelopes_of(text: object) -> tuple[bytes, ...]:
    """The raw envelopes of a message file in base64; nothing in them is verified.

    Raises:
        ServiceError: `request.invalid`; `file.schema`, `encoding.*`.
    """
    try:
        raw = base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("request.invalid", "file: expected base64, came other text") from None
    try:
        return files.read(raw)
    except RemoteError as error:
        raise invalid(error.code, f"expected a message file: {error.detail}") from None
