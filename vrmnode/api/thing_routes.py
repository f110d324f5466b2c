"""Things that the owner has: `/v1/things`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from vrmnode.api.bodies import BrokenThing, ChangeThing, JsonObject, Nothing, given
from vrmnode.api.service import Json, NodeService

Name = Annotated[str, Path(min_length=1, max_length=64)]


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

    return routes
