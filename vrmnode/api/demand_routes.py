"""The vendor's weekly summaries of demand: `/v1/vendor/demand`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from vrmnode.api.bodies import WEEK, Closed, Nothing, given
from vrmnode.api.service import Json, NodeService

Week = Annotated[str, Path(pattern=WEEK)]


class CountDemand(Closed):
    """`POST /v1/vendor/demand/on`: the fewest intents that a number is told of."""

    k: Annotated[int, Field(strict=True, ge=0, le=2**31)] | None = None


def demand_routes(service: NodeService) -> APIRouter:
    """The routes of the summaries, each one command or query of `service`."""
    routes = APIRouter(prefix="/vendor/demand")

    @routes.get("")
    async def list_weeks() -> object:
        return await service.query("demand.list", {})

    @routes.get("/{week}")
    async def show_week(week: Week) -> object:
        return await service.query("demand.show", {"week": week})

    @routes.post("/on")
    async def count(body: CountDemand) -> Json:
        return await service.execute("demand.on", given(body))

    @routes.post("/off")
    async def count_no_more(body: Nothing | None = None) -> Json:
        return await service.execute("demand.off", {})

    return routes
