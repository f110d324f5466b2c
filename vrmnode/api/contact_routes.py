"""Contact data and to whom it went: `/v1/contact`, `/v1/deals/{deal}/disclose`, `/label`, …

Errors of `/v1/contact` don't repeat what came.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import (
    DiscloseFields,
    DisclosureFilter,
    ForgetDeal,
    HexId,
    JsonObject,
    LedgerFilter,
    RemoveContact,
    given,
)
from vrmnode.api.relation_bodies import TellContact
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

    @routes.post("/contact/tell")
    async def tell_contact(body: TellContact) -> Json:
        return await service.execute("contact.tell", given(body))

    @routes.get("/contact/status")
    async def contact_status() -> object:
        return await service.query("contact.status", {})

    @routes.get("/contact/disclosures")
    async def list_disclosures(query: Annotated[DisclosureFilter, Query()]) -> object:
        return await service.query("contact.disclosures", given(query))

    @routes.post("/deals/{deal}/disclose")
    async def disclose(deal: Annotated[HexId, Path()], body: DiscloseFields) -> Json:
        return await service.execute("deal.disclose", {"deal": deal, **given(body)})

    @routes.get("/ledger")
    async def show_ledger(query: Annotated[LedgerFilter, Query()]) -> object:
        return await service.query("ledger", given(query))

    @routes.get("/deals/{deal}/deletion")
    async def export_deletion(deal: Annotated[HexId, Path()]) -> object:
        return await service.query("deletion.export", {"deal": deal})

    @routes.get("/deals/{deal}/label")
    async def show_label(deal: Annotated[HexId, Path()]) -> object:
        return await service.query("vendor.label", {"deal": deal})

    @routes.post("/deals/{deal}/forget")
    async def forget_deal(deal: Annotated[HexId, Path()], body: ForgetDeal) -> Json:
        return await service.execute("vendor.forget", {"deal": deal, **given(body)})

    return routes
