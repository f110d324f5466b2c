"""Feedback about vendors and products: `/v1/feedback`, `/v1/deals/{deal}/feedback`;
and a purchase history: `/v1/history`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from vrmnode.api.bodies import (
    NONCE,
    Closed,
    FeedbackFilter,
    HexId,
    JsonObject,
    ReplyToFeedback,
    VendorId,
    WithdrawFeedback,
    given,
)
from vrmnode.api.service import Json, NodeService


class MakeHistory(Closed):
    """`POST /v1/history`: to whom purchases are shown, and which."""

    verifier: Annotated[str, Field(min_length=1, max_length=128)]
    nonce: Annotated[str, Field(pattern=NONCE)]
    vendor: VendorId | None = None
    year: Annotated[int, Field(strict=True, ge=1970, le=9999)] | None = None
    details: Annotated[bool, Field(strict=True)] | None = None
    published: Annotated[bool, Field(strict=True)] | None = None


Deal = Annotated[HexId, Path()]


def feedback_routes(service: NodeService) -> APIRouter:
    """The routes of feedback, each one command or query of `service`."""
    routes = APIRouter()

    @routes.get("/feedback")
    async def list_feedback(query: Annotated[FeedbackFilter, Query()]) -> object:
        return await service.query("feedback.list", given(query))

    @routes.get("/feedback/sealed")
    async def list_sealed() -> object:
        return await service.query("feedback.sealed", {})

    @routes.post("/feedback/{feedback}/reply")
    async def reply(feedback: Annotated[HexId, Path()], body: ReplyToFeedback) -> Json:
        return await service.execute("feedback.reply", {"feedback": feedback, **given(body)})

    @routes.post("/deals/{deal}/feedback")
    async def give(deal: Deal, body: JsonObject) -> Json:
        return await service.execute("feedback.give", {**body, "deal": deal})

    @routes.post("/deals/{deal}/feedback/withdraw")
    async def withdraw(deal: Deal, body: WithdrawFeedback) -> Json:
        return await service.execute("feedback.withdraw", {"deal": deal, **given(body)})

    @routes.post("/history")
    async def make_history(body: MakeHistory) -> Json:
        return await service.execute("history.make", given(body))

    return routes
