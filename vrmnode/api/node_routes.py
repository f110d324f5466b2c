"""The node itself and the vendor's side: status, identity, policies, catalogue, peers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import (
    CatalogueRows,
    ChangeProduct,
    ConnectPeer,
    HexId,
    JoinPeers,
    JsonObject,
    Nothing,
    PauseShop,
    ProductPage,
    RemoveProducts,
    RevokeKey,
    TestVendorPolicy,
    WriteBackup,
    given,
)
from vrmnode.api.service import Json, NodeService


def node_routes(service: NodeService) -> APIRouter:
    """The routes of the node, each one command or query of `service`."""
    routes = APIRouter()
    _reads(routes, service)
    _settings(routes, service)

    @routes.get("/catalogue")
    async def list_products(query: Annotated[ProductPage, Query()]) -> object:
        return await service.query("catalogue.list", given(query))

    @routes.post("/catalogue/rows")
    async def import_rows(body: CatalogueRows) -> Json:
        return await service.execute("catalogue.rows", given(body))

    @routes.post("/vendor/policy/test")
    async def test_vendor_policy(body: TestVendorPolicy) -> object:
        return await service.query("vendor.policy.test", given(body))

    @routes.get("/policy/test/{of}")
    async def test_policy(of: Annotated[HexId, Path()]) -> object:
        return await service.query("policy.test", {"of": of})

    @routes.post("/vendor/pause")
    async def pause(body: PauseShop) -> Json:
        return await service.execute("vendor.pause", given(body))

    @routes.post("/vendor/resume")
    async def resume(body: Nothing | None = None) -> Json:
        return await service.execute("vendor.resume", {})

    @routes.post("/catalogue/change")
    async def change_product(body: ChangeProduct) -> Json:
        return await service.execute("catalogue.change", body.model_dump())

    @routes.post("/catalogue/remove")
    async def remove_products(body: RemoveProducts) -> Json:
        return await service.execute("catalogue.remove", given(body))

    @routes.post("/vendor/keys/rotate")
    async def rotate_key() -> Json:
        return await service.execute("vendor.key.rotate", {})

    @routes.post("/vendor/keys/{serial}/revoke")
    async def revoke_key(serial: Annotated[int, Path(ge=0, lt=2**32)], body: RevokeKey) -> Json:
        return await service.execute("vendor.key.revoke", {"serial": serial, **given(body)})

    @routes.post("/peers")
    async def connect_peer(body: ConnectPeer) -> Json:
        return await service.execute("peers.connect", given(body))

    @routes.post("/peers/join")
    async def join_peers(body: JoinPeers) -> Json:
        return await service.execute("peers.join", given(body))

    @routes.get("/backup/keys")
    async def list_key_places() -> object:
        return await service.query("backup.keys", {})

    @routes.post("/backup")
    async def write_backup(body: WriteBackup) -> Json:
        return await service.execute("backup.write", given(body))

    return routes


def _reads(routes: APIRouter, service: NodeService) -> None:
    for path, name in (
        ("/status", "status"),
        ("/identity", "identity"),
        ("/peers", "peers"),
        ("/policy", "policy"),
        ("/contact/policy", "contact.policy"),
        ("/vendor/profile", "vendor.profile"),
        ("/vendor/policy", "vendor.policy"),
        ("/vendor/keys", "vendor.keys"),
    ):
        routes.add_api_route(path, _read(service, name), methods=["GET"], name=name)


def _settings(routes: APIRouter, service: NodeService) -> None:
    for path, name in (
        ("/policy", "policy.set"),
        ("/contact/policy", "contact.policy.set"),
        ("/vendor/profile", "vendor.profile.set"),
        ("/vendor/policy", "vendor.policy.set"),
    ):
        routes.add_api_route(path, _set(service, name), methods=["PUT"], name=name)


def _read(service: NodeService, name: str):  # type: ignore[no-untyped-def]  # FastAPI reads it
    async def read() -> object:
        return await service.query(name, {})

    return read


def _set(service: NodeService, name: str):  # type: ignore[no-untyped-def]
    async def replace(body: JsonObject) -> Json:
        return await service.execute(name, dict(body))

    return replace
