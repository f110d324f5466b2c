"""Intents, offers, deals and message files: `/v1/intents`, `/v1/offers`, `/v1/deals`, …"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from vrmnode.api.bodies import (
    AnswerQuestion,
    AskQuestion,
    CounterOffer,
    DealFilter,
    DeclineOffer,
    ExportFormat,
    ExtendIntent,
    HexId,
    IntentFilter,
    NamedImages,
    Nothing,
    OfferFilter,
    PublishIntent,
    QuestionFilter,
    WithdrawDeal,
    WithdrawIntent,
    given,
)
from vrmnode.api.message_bodies import ExportMessages, ImportMessages, SubmitMessages
from vrmnode.api.service import Json, NodeService

Id = Annotated[HexId, Path()]


def market_routes(service: NodeService) -> APIRouter:
    """The routes of the market, each one command or query of `service`."""
    routes = APIRouter()
    _intents(routes, service)
    _standing(routes, service)
    _offers(routes, service)
    _questions(routes, service)
    _deals(routes, service)
    _messages(routes, service)
    _images(routes, service)
    return routes


def _images(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/images")
    async def named_images(query: Annotated[NamedImages, Query()]) -> object:
        return await service.query("image.named", given(query))


def _intents(routes: APIRouter, service: NodeService) -> None:
    @routes.post("/intents", status_code=201)
    async def publish_intent(body: PublishIntent, response: Response) -> Json:
        if body.dry_run:
            response.status_code = 200
        return await service.execute("intent.publish", given(body))

    @routes.get("/intents")
    async def list_intents(query: Annotated[IntentFilter, Query()]) -> object:
        return await service.query("intent.list", given(query))

    @routes.get("/intents/{intent}")
    async def show_intent(intent: Id) -> object:
        return await service.query("intent.show", {"intent": intent})

    @routes.get("/intents/{intent}/why")
    async def explain_intent(intent: Id) -> object:
        return await service.query("intent.why", {"intent": intent})

    @routes.get("/intents/{intent}/comparison")
    async def compare_offers(intent: Id) -> object:
        return await service.query("offer.compare", {"intent": intent})

    @routes.post("/intents/{intent}/extend")
    async def extend_intent(intent: Id, body: ExtendIntent) -> Json:
        return await service.execute("intent.extend", {"intent": intent, **given(body)})

    @routes.post("/intents/{intent}/withdraw")
    async def withdraw_intent(intent: Id, body: WithdrawIntent) -> Json:
        return await service.execute("intent.withdraw", {"intent": intent, **given(body)})


def _standing(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/standing")
    async def list_standing() -> object:
        return await service.query("standing.list", {})

    @routes.get("/standing/{standing}")
    async def show_standing(standing: Id) -> object:
        return await service.query("standing.show", {"standing": standing})

    @routes.post("/standing/{standing}/stop")
    async def stop_standing(standing: Id, body: Nothing | None = None) -> Json:
        return await service.execute("standing.stop", {"standing": standing})


def _offers(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/offers")
    async def list_offers(query: Annotated[OfferFilter, Query()]) -> object:
        return await service.query("offer.list", given(query))

    @routes.get("/offers/{offer}")
    async def show_offer(offer: Id) -> object:
        return await service.query("offer.show", {"offer": offer})

    @routes.post("/offers/{offer}/accept")
    async def accept_offer(offer: Id, body: Nothing | None = None) -> Json:
        return await service.execute("offer.accept", {"offer": offer})

    @routes.post("/offers/{offer}/decline")
    async def decline_offer(offer: Id, body: DeclineOffer) -> Json:
        return await service.execute("offer.decline", {"offer": offer, **given(body)})


def _questions(routes: APIRouter, service: NodeService) -> None:
    @routes.post("/offers/{offer}/question")
    async def ask_about_offer(offer: Id, body: AskQuestion) -> Json:
        return await service.execute("offer.ask", {"offer": offer, **given(body)})

    @routes.post("/offers/{offer}/counter")
    async def counter_offer(offer: Id, body: CounterOffer) -> Json:
        return await service.execute("offer.counter", {"offer": offer, **given(body)})

    @routes.get("/vendor/questions")
    async def list_questions(query: Annotated[QuestionFilter, Query()]) -> object:
        return await service.query("vendor.questions", given(query))

    @routes.post("/vendor/questions/{question}/answer")
    async def answer_question(question: Id, body: AnswerQuestion) -> Json:
        return await service.execute("vendor.reply", {"question": question, **given(body)})


def _deals(routes: APIRouter, service: NodeService) -> None:
    @routes.get("/deals")
    async def list_deals(query: Annotated[DealFilter, Query()]) -> object:
        return await service.query("deal.list", given(query))

    @routes.get("/deals/{deal}")
    async def show_deal(deal: Id) -> object:
        return await service.query("deal.show", {"deal": deal})

    @routes.get("/deals/{deal}/agreement")
    async def export_deal(deal: Id, query: Annotated[ExportFormat, Query()]) -> object:
        return await service.query("deal.export", {"deal": deal, **given(query)})

    @routes.post("/deals/{deal}/credential")
    async def issue_credential(deal: Id) -> Json:
        return await service.execute("deal.credential", {"deal": deal})

    @routes.post("/deals/{deal}/withdraw")
    async def withdraw_deal(deal: Id, body: WithdrawDeal) -> Json:
        return await service.execute("deal.withdraw", {"deal": deal, **given(body)})


def _messages(routes: APIRouter, service: NodeService) -> None:
    @routes.post("/messages/export")
    async def export_messages(body: ExportMessages) -> Json:
        return await service.execute("message.export", given(body))

    @routes.post("/messages/import")
    async def import_messages(body: ImportMessages) -> Json:
        return await service.execute("message.import", given(body))

    @routes.post("/messages/submit")
    async def submit_messages(body: SubmitMessages) -> Json:
        return await service.execute("message.submit", given(body))
