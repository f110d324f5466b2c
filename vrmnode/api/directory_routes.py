"""Vendors that this node heard of, and those its owner trusts: `/v1/vendors`, `/v1/trust`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import (
    AddTrust,
    CheckVendor,
    RemoveTrust,
    TrustFilter,
    VendorId,
    VendorSearch,
    given,
)
from vrmnode.api.service import Json, NodeService

Vendor = Annotated[VendorId, Path()]


def directory_routes(service: NodeService) -> APIRouter:
    """The routes of the directory, each one command or query of `service`."""
    routes = APIRouter()
    _vendors(routes, service)
    _trust(routes, service)
    return routes


def _vendors(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/vendors")
    async def search_vendors(query: Annotated[VendorSearch, Query()]) -> object:
        return await service.query("vendor.search", given(query))

    @routes.get("/vendors/{vendor}")
    async def show_vendor(vendor: Vendor) -> object:
        return await service.query("vendor.show", {"vendor": vendor})

    @routes.get("/vendors/{vendor}/counts")
    async def count_vendor(vendor: Vendor) -> object:
        return await service.query("vendor.counts", {"vendor": vendor})

    @routes.post("/vendors/{vendor}/check")
    async def check_vendor(vendor: Vendor, body: CheckVendor) -> Json:
        return await service.execute("vendor.check", {"vendor": vendor, **given(body)})


def _trust(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/trust")
    async def list_trusted(query: Annotated[TrustFilter, Query()]) -> object:
        return await service.query("trust.list", given(query))

    @routes.post("/trust")
    async def add_trusted(body: AddTrust) -> Json:
        return await service.execute("trust.add", given(body))

    @routes.post("/trust/{vendor}/remove")
    async def remove_trusted(vendor: Vendor, body: RemoveTrust) -> Json:
        return await service.execute("trust.remove", {"vendor": vendor, **given(body)})
