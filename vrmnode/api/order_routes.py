"""Orders: `/v1/orders`, what follows an agreement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import HexId, OrderFilter, SayOfOrder, ShopOrderFilter, given
from vrmnode.api.service import Json, NodeService

Id = Annotated[HexId, Path()]


def order_routes(service: NodeService) -> APIRouter:
    """The routes of orders, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/orders")
    async def list_orders(query: Annotated[OrderFilter, Query()]) -> object:
        return await service.query("order.list", given(query))

    @routes.get("/orders/{order}")
    async def show_order(order: Id) -> object:
        return await service.query("order.show", {"deal": order})

    @routes.get("/vendor/orders")
    async def list_shop_orders(query: Annotated[ShopOrderFilter, Query()]) -> object:
        return await service.query("vendor.orders", given(query))

    @routes.post("/orders/{order}/statements")
    async def say_of_order(order: Id, body: SayOfOrder) -> Json:
        return await service.execute("order.say", {"deal": order, **given(body)})

    return routes
