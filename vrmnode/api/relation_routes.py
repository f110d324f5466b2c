"""Relationships: `/v1/relations`, what may be written first and what was; `/v1/breaches`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import HexId, VendorId, given
from vrmnode.api.relation_bodies import BreachFilter, RelationFilter, SetReach, WriteNote
from vrmnode.api.service import Json, NodeService

Id = Annotated[VendorId, Path()]
BreachId = Annotated[HexId, Path()]


def relation_routes(service: NodeService) -> APIRouter:
    """The routes of relationships, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/relations")
    async def list_relations(query: Annotated[RelationFilter, Query()]) -> object:
        return await service.query("relation.list", given(query))

    @routes.get("/relations/{relation}")
    async def show_relation(relation: Id) -> object:
        return await service.query("relation.show", {"relation": relation})

    @routes.post("/relations/{relation}/reach")
    async def set_reach(relation: Id, body: SetReach) -> Json:
        return await service.execute("relation.reach", {"relation": relation, **given(body)})

    @routes.post("/relations/{relation}/pause")
    async def pause_relation(relation: Id) -> Json:
        return await service.execute("relation.pause", {"relation": relation})

    @routes.post("/relations/{relation}/resume")
    async def resume_relation(relation: Id) -> Json:
        return await service.execute("relation.resume", {"relation": relation})

    @routes.post("/relations/{relation}/end")
    async def end_relation(relation: Id) -> Json:
        return await service.execute("relation.end", {"relation": relation})

    @routes.post("/relations/{relation}/notes")
    async def write_note(relation: Id, body: WriteNote) -> Json:
        return await service.execute("relation.write", {"relation": relation, **given(body)})

    @routes.get("/breaches")
    async def list_breaches(query: Annotated[BreachFilter, Query()]) -> object:
        return await service.query("breach.list", given(query))

    @routes.get("/breaches/{breach}")
    async def show_breach(breach: BreachId) -> object:
        return await service.query("breach.show", {"breach": breach})

    @routes.get("/breaches/{breach}/record")
    async def export_breach(breach: BreachId) -> object:
        return await service.query("breach.export", {"breach": breach})

    return routes
