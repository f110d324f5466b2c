"""The customer's contact data: `/v1/contact`. Its errors don't repeat what came."""

from __future__ import annotations

from fastapi import APIRouter

from vrmnode.api.bodies import JsonObject, RemoveContact, given
from vrmnode.api.service import Json, NodeService


def contact_routes(service: NodeService) -> APIRouter:
    """The routes of contact data, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/contact")
    async def show_contact() -> object:
        return await service.query("contact", {})

    @routes.post("/contact")
    async def set_contact(body: JsonObject) -> Json:
        return await service.execute("contact.set", dict(body))

    @routes.post("/contact/remove")
    async def remove_contact(body: RemoveContact) -> Json:
        return await service.execute("contact.remove", given(body))

    return routes
