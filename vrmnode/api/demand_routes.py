"""What is wanted of a vendor: `/v1/vendor/intents`, and week by week `/v1/vendor/demand`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from vrmnode.api.bodies import MAX_PAGE, WEEK, Closed, Nothing, given
from vrmnode.api.service import Json, NodeService

Week = Annotated[str, Path(pattern=WEEK)]


class CountDemand(Closed):
    """`POST /v1/vendor/demand/on`: the fewest intents that a number is told of."""

    k: Annotated[int, Field(strict=True, ge=0, le=2**31)] | None = None


class CameInFilter(Closed):
    """Query of `GET /v1/vendor/intents`; `none` are those without an answer yet."""

    answer: Literal["offered", "refused", "ignored", "human", "none"] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100


def demand_routes(service: NodeService) -> APIRouter:
    """The routes of what is wanted, each one command or query of `service`."""
    routes = APIRouter(prefix="/vendor")

    @routes.get("/intents")
    async def list_intents_that_came(query: Annotated[CameInFilter, Query()]) -> object:
        return await service.query("vendor.intents", given(query))

    @routes.get("/demand")
    async def list_weeks() -> object:
        return await service.query("demand.list", {})

    @routes.get("/demand/{week}")
    async def show_week(week: Week) -> object:
        return await service.query("demand.show", {"week": week})

    @routes.post("/demand/on")
    async def count(body: CountDemand) -> Json:
        return await service.execute("demand.on", given(body))

    @routes.post("/demand/off")
    async def count_no_more(body: Nothing | None = None) -> Json:
        return await service.execute("demand.off", {})

    return routes
