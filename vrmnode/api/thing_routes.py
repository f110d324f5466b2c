"""Things that the owner has, hooks of theirs, and drafts: `/v1/things`, `/hooks`, `/drafts`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from vrmnode.api.bodies import Closed, HexId, JsonObject, Nothing, given
from vrmnode.api.service import Json, NodeService

Name = Annotated[str, Path(min_length=1, max_length=64)]
Id = Annotated[HexId, Path()]


class ChangeThing(Closed):
    """`POST /v1/things/{thing}/change`; null takes a field away."""

    changes: JsonObject


class BrokenThing(Closed):
    """`POST /v1/things/{thing}/broken`; `request` sets fields of the drafted request otherwise."""

    problem: Annotated[str, Field(max_length=500)] | None = None
    request: JsonObject | None = None
    publish: Annotated[bool, Field(strict=True)] = False


class AddHook(Closed):
    """`POST /v1/hooks`; the node says what `rules` may contain."""

    thing: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    rules: JsonObject | None = None


class ConfirmDraft(Closed):
    """`POST /v1/drafts/{draft}/confirm`; `problem` replaces what the draft says of that."""

    problem: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    dry_run: Annotated[bool, Field(strict=True)] = False


def thing_routes(service: NodeService) -> APIRouter:
    """The routes of own things, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/things")
    async def list_things() -> object:
        return await service.query("thing.list", {})

    @routes.post("/things")
    async def add_thing(body: JsonObject) -> Json:
        return await service.execute("thing.add", dict(body))

    @routes.get("/things/{thing}")
    async def show_thing(thing: Name) -> object:
        return await service.query("thing.show", {"thing": thing})

    @routes.post("/things/{thing}/change")
    async def change_thing(thing: Name, body: ChangeThing) -> Json:
        return await service.execute("thing.change", {"thing": thing, "changes": body.changes})

    @routes.post("/things/{thing}/remove")
    async def remove_thing(thing: Name, body: Nothing | None = None) -> Json:
        return await service.execute("thing.remove", {"thing": thing})

    @routes.post("/things/{thing}/broken")
    async def report_broken(thing: Name, body: BrokenThing) -> Json:
        return await service.execute("thing.broken", {"thing": thing, **given(body)})

    _hooks(routes, service)
    return routes


def _hooks(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/hooks")
    async def list_hooks() -> object:
        return await service.query("hook.list", {})

    @routes.post("/hooks")
    async def add_hook(body: AddHook) -> Json:
        return await service.execute("hook.add", given(body))

    @routes.post("/hooks/{hook}/remove")
    async def remove_hook(hook: Name, body: Nothing | None = None) -> Json:
        return await service.execute("hook.remove", {"hook": hook})

    @routes.get("/drafts")
    async def list_drafts() -> object:
        return await service.query("draft.list", {})

    @routes.get("/drafts/{draft}")
    async def show_draft(draft: Id) -> object:
        return await service.query("draft.show", {"draft": draft})

    @routes.post("/drafts/{draft}/confirm")
    async def confirm_draft(draft: Id, body: ConfirmDraft) -> Json:
        return await service.execute("draft.confirm", {"draft": draft, **given(body)})

    @routes.post("/drafts/{draft}/discard")
    async def discard_draft(draft: Id, body: Nothing | None = None) -> Json:
        return await service.execute("draft.discard", {"draft": draft})
