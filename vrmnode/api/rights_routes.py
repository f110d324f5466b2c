"""Rights requests of both roles: `/v1/rights`, `/v1/vendor/rights`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import HexId, given
from vrmnode.api.rights_bodies import (
    AskForRight,
    CancelPlanned,
    DenyRight,
    FulfilRight,
    ProgressRight,
    RightsFilter,
)
from vrmnode.api.service import Json, NodeService

Request = Annotated[HexId, Path()]


def rights_routes(service: NodeService) -> APIRouter:
    """The routes of rights requests, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/rights")
    async def list_requests(query: Annotated[RightsFilter, Query()]) -> object:
        return await service.query("rights.list", given(query))

    @routes.post("/rights")
    async def request(body: AskForRight) -> Json:
        return await service.execute("rights.request", given(body))

    @routes.post("/rights/cancel")
    async def cancel(body: CancelPlanned) -> Json:
        return await service.execute("rights.cancel", given(body))

    @routes.get("/rights/{request}")
    async def show(request: Request) -> object:
        return await service.query("rights.show", {"request": request})

    @routes.get("/rights/{request}/answer")
    async def answer(request: Request) -> object:
        return await service.query("rights.answer", {"request": request})

    @routes.post("/vendor/rights/{request}/fulfil")
    async def fulfil(request: Request, body: FulfilRight) -> Json:
        return await service.execute("vendor.rights.fulfil", {"request": request, **given(body)})

    @routes.post("/vendor/rights/{request}/deny")
    async def deny(request: Request, body: DenyRight) -> Json:
        return await service.execute("vendor.rights.deny", {"request": request, **given(body)})

    @routes.post("/vendor/rights/{request}/progress")
    async def progress(request: Request, body: ProgressRight) -> Json:
        return await service.execute("vendor.rights.progress", {"request": request, **given(body)})

    return routes
