"""Own things that break or need something: their owner says so, or a device through a hook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from vrmnode.customer.hook_rules import Report, read_report
from vrmnode.engine.customer import draft_desk, hook_desk, things_desk
from vrmnode.engine.customer.hook_desk import ToPublish
from vrmnode.errors import ServiceError
from vrmnode.node.loop import Loop
from vrmnode.node.publishing import Publishing, Read
from vrmprotocol.errors import LocalError

Json = dict[str, object]
Ask = Callable[[str, Json], Awaitable[object]]

_TOLD = frozenset({"hook.unknown", "hook.not_allowed", "hook.limit"})
"""What a device may know of why its report came to nothing; all else is its owner's matter."""


class OwnThings:
    """Drafts and publishes what is asked for own things.

    Args:
        ask: answers a query by its name.
        read: answers a query from what is committed.
    """

    def __init__(self, loop: Loop, publishing: Publishing, ask: Ask, read: Read) -> None:
        self._loop, self._publishing, self._ask, self._read = loop, publishing, ask, read

    async def broken(self, params: Json) -> Json:
        """Draft the intent for a thing's repair; with `publish` that is published, too."""
        drafted = await self._ask("thing.draft", params)
        if not isinstance(drafted, dict):
            raise TypeError("expected a draft")
        thing, problem = bytes.fromhex(drafted["thing"]), drafted["problem"]
        note = partial(things_desk.note_broken, thing=thing, problem=problem)
        publish = params.get("publish") is True
        told = await self._publishing.publish(
            {"request": drafted["request"], "dry_run": not publish},
            also=lambda ctx, own: note(ctx, own=own),
        )
        if not publish:
            await self._loop.submit(note)
        return _with_warnings(drafted, told)

    async def confirm(self, params: Json) -> Json:
        """Publish a draft; with `dry_run` only say what everybody would see.

        Raises:
            ServiceError: `draft.not_found`, and as `Publishing.publish`.
        """
        found = await self._ask("draft.show", params)
        if not isinstance(found, dict):
            raise TypeError("expected a draft")
        told = await self._publishing.publish(
            {"request": found["request"], "dry_run": params.get("dry_run") is True},
            also=partial(draft_desk.confirmed, draft=bytes.fromhex(found["draft"])),
        )
        return _with_warnings(found, told)

    async def hook_of(self, token: str) -> bytes:
        """The hook of a token.

        Raises:
            ServiceError: `hook.unknown`.
        """
        hook = await self._read(lambda tx, _, now: hook_desk.of_token(tx, token), {})
        if not isinstance(hook, bytes):
            raise TypeError("expected a hook")
        return hook

    async def report(self, hook: bytes, raw: object) -> None:
        """Do what a device's report asks for.

        Raises:
            ServiceError: `hook.unknown`, `hook.not_allowed`, `hook.limit`; `hook.failed`: the rest
                is for the owner, who finds it in the event log.
            FieldError: `hook.*`.
        """
        report = read_report(raw)
        try:
            await self._report(hook, report)
        except (ServiceError, LocalError) as error:
            if error.code in _TOLD:
                raise
            await self._loop.submit(partial(hook_desk.failed, hook=hook, code=error.code))
            words = "expected a hook that fits its thing; its owner has to look at it"
            raise ServiceError("hook.failed", words, 409) from error

    async def _report(self, hook: bytes, report: Report) -> None:
        made = await self._loop.submit(partial(hook_desk.take, hook=hook, report=report))
        if not isinstance(made, ToPublish):
            return
        try:
            await self._publishing.publish(
                {"request": made.request}, also=partial(hook_desk.published, made=made)
            )
        except ServiceError as error:
            if error.code != "hook.under_way":
                raise


def _with_warnings(drafted: Json, told: Json) -> Json:
    both = [each for part in (drafted, told) for each in _texts(part.get("warnings"))]
    return {**drafted, **told, "warnings": both}


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
