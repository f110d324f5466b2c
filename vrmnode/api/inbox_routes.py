"""The vendor's inbox for humans: `/v1/vendor/inbox`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from vrmnode.api.bodies import Closed, HexId, JsonObject, Language, given
from vrmnode.api.service import Json, NodeService

Id = Annotated[HexId, Path()]
Name = Annotated[str, Field(min_length=1, max_length=40)]


class ClaimIntent(Closed):
    """`POST /v1/vendor/inbox/{intent}/claim` and `/release`: who does it."""

    by: Name


class AnswerIntent(Closed):
    """`POST /v1/vendor/inbox/{intent}/answer`: the node's proposal, or `offer` made of it.

    A question is answered by `text`, a counter by `total`, or without it at what was named.
    """

    offer: JsonObject | None = None
    text: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    total: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    note: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    language: Language = None
    anyway: Annotated[bool, Field(strict=True)] = False
    by: Name | None = None


class RefuseIntent(Closed):
    """`POST /v1/vendor/inbox/{intent}/refuse`."""

    reason: Annotated[str, Field(max_length=64)] = "unspecified"
    note: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    language: Language = None
    by: Name | None = None


def inbox_routes(service: NodeService) -> APIRouter:
    """The routes of the inbox, each one command or query of `service`."""
    routes = APIRouter(prefix="/vendor/inbox")

    @routes.get("")
    async def list_inbox() -> object:
        return await service.query("inbox.list", {})

    @routes.get("/{intent}")
    async def show_waiting(intent: Id) -> object:
        return await service.query("inbox.show", {"intent": intent})

    @routes.post("/{intent}/claim")
    async def claim_intent(intent: Id, body: ClaimIntent) -> Json:
        return await service.execute("inbox.claim", {"intent": intent, **given(body)})

    @routes.post("/{intent}/release")
    async def release_intent(intent: Id, body: ClaimIntent) -> Json:
        return await service.execute("inbox.release", {"intent": intent, **given(body)})

    @routes.post("/{intent}/answer")
    async def answer_intent(intent: Id, body: AnswerIntent) -> Json:
        return await service.execute("inbox.answer", {"intent": intent, **given(body)})

    @routes.post("/{intent}/refuse")
    async def refuse_intent(intent: Id, body: RefuseIntent) -> Json:
        return await service.execute("inbox.refuse", {"intent": intent, **given(body)})

    return routes
