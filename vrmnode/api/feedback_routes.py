"""Feedback about vendors and products: `/v1/feedback`, `/v1/deals/{deal}/feedback`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vrmnode.api.bodies import (
    FeedbackFilter,
    HexId,
    JsonObject,
    ReplyToFeedback,
    WithdrawFeedback,
    given,
)
from vrmnode.api.service import Json, NodeService

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

    return routes
