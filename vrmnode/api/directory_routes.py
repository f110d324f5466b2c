"""Vendors that this node heard of: `/v1/vendors`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import VendorId, VendorSearch, given
from vrmnode.api.service import NodeService

Vendor = Annotated[VendorId, Path()]


def directory_routes(service: NodeService) -> APIRouter:
    """The routes of the directory, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/vendors")
    async def search_vendors(query: Annotated[VendorSearch, Query()]) -> object:
        return await service.query("vendor.search", given(query))

    @routes.get("/vendors/{vendor}")
    async def show_vendor(vendor: Vendor) -> object:
        return await service.query("vendor.show", {"vendor": vendor})

    return routes
