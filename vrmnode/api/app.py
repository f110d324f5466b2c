"""The ASGI application: all routes under `/v1`, their limits and their errors.

    GET    /v1/status                          POST /v1/intents
    GET    /v1/identity                        GET  /v1/intents[?status]
    GET    /v1/peers                           GET  /v1/intents/{intent}
    POST   /v1/peers                           POST /v1/intents/{intent}/withdraw
    POST   /v1/peers/join                      GET  /v1/offers[?intent]
    GET    /v1/policy                          GET  /v1/offers/{offer}
    PUT    /v1/policy                          POST /v1/offers/{offer}/accept
    GET    /v1/vendor/profile                  POST /v1/offers/{offer}/decline
    PUT    /v1/vendor/profile                  GET  /v1/deals[?role&state]
    GET    /v1/vendor/policy                   GET  /v1/deals/{deal}
    PUT    /v1/vendor/policy                   GET  /v1/deals/{deal}/agreement
    GET    /v1/catalogue[?limit&after]         POST /v1/deals/{deal}/withdraw
    POST   /v1/catalogue/rows                  GET  /v1/events/stream[?after]
    POST   /v1/vendor/pause                    POST /v1/vendor/resume
    POST   /v1/catalogue/change                POST /v1/catalogue/remove
    GET    /v1/events[?after&limit]            POST /v1/backup
    POST   /v1/intents/{intent}/extend         POST /v1/messages/export
    GET    /v1/standing                        POST /v1/messages/import
    GET    /v1/standing/{standing}             POST /v1/standing/{standing}/stop
                                               POST /v1/messages/submit

    POST   /v1/offers/{offer}/question         POST /v1/offers/{offer}/counter
    GET    /v1/intents/{intent}/why            GET  /v1/intents/{intent}/comparison
    GET    /v1/vendor/questions[?all]          POST /v1/vendor/questions/{question}/answer

    GET    /v1/vendor/inbox                    POST /v1/vendor/inbox/{intent}/answer
    GET    /v1/vendor/inbox/{intent}           POST /v1/vendor/inbox/{intent}/refuse
    POST   /v1/vendor/inbox/{intent}/claim     POST /v1/vendor/inbox/{intent}/release
    GET    /v1/vendor/intents[?answer&limit]

    GET    /v1/vendors[?words&category&country&terms&function&limit]
    GET    /v1/vendors/{vendor}                POST /v1/vendors/{vendor}/check
    GET    /v1/feedback[?vendor|gtin|brand]    GET  /v1/feedback/sealed
    POST   /v1/deals/{deal}/feedback           POST /v1/deals/{deal}/feedback/withdraw
    POST   /v1/feedback/{feedback}/reply
    GET    /v1/rights[?role]                   POST /v1/rights
    GET    /v1/rights/{request}                GET  /v1/rights/{request}/answer
    POST   /v1/vendor/rights/{request}/fulfil|deny|progress
    GET    /v1/trust[?group]                   POST /v1/trust
    POST   /v1/trust/{vendor}/remove
    GET    /v1/things                          POST /v1/things
    GET    /v1/things/{thing}                  POST /v1/things/{thing}/change
    POST   /v1/things/{thing}/broken           POST /v1/things/{thing}/remove
    GET    /v1/hooks                           POST /v1/hooks
    POST   /v1/hooks/{hook}/remove             GET  /v1/drafts
    GET    /v1/drafts/{draft}                  POST /v1/drafts/{draft}/confirm
    POST   /v1/drafts/{draft}/discard

    GET    /v1/images[?offer|intent|vendor]

    GET    /v1/orders[?role&status]            GET  /v1/orders/{order}
    POST   /v1/orders/{order}/statements

    GET    /v1/contact                         POST /v1/contact
    POST   /v1/contact/remove                  GET  /v1/contact/disclosures[?deal]
    GET    /v1/contact/status                  POST /v1/contact/tell

    GET    /v1/relations[?role]                GET  /v1/relations/{relation}
    POST   /v1/relations/{relation}/reach      POST /v1/relations/{relation}/notes
    POST   /v1/relations/{relation}/pause      POST /v1/relations/{relation}/resume
    POST   /v1/relations/{relation}/end
    GET    /v1/breaches[?deal]                 GET  /v1/breaches/{breach}
    GET    /v1/breaches/{breach}/record

    POST   /v1/deals/{deal}/disclose           GET  /v1/contact/policy
    PUT    /v1/contact/policy                  POST /v1/deals/{deal}/forget
    GET    /v1/deals/{deal}/label              GET  /v1/vendor/orders[?all]
    GET    /v1/deals/{deal}/deletion           POST /v1/deals/{deal}/credential
    GET    /v1/ledger[?role&vendor&field&state]  GET  /v1/backup/keys

No GET changes anything. `/v1/openapi.json` describes the rest.
"""

from __future__ import annotations

from fastapi import FastAPI

from vrmnode.api import problems
from vrmnode.api.contact_routes import contact_routes
from vrmnode.api.demand_routes import demand_routes
from vrmnode.api.directory_routes import directory_routes
from vrmnode.api.events import event_routes
from vrmnode.api.feedback_routes import feedback_routes
from vrmnode.api.inbox_routes import inbox_routes
from vrmnode.api.limits import BODY_TIMEOUT_S, Limits
from vrmnode.api.market_routes import market_routes
from vrmnode.api.node_routes import node_routes
from vrmnode.api.order_routes import order_routes
from vrmnode.api.relation_routes import relation_routes
from vrmnode.api.rights_routes import rights_routes
from vrmnode.api.service import NodeService
from vrmnode.api.thing_routes import thing_routes
from vrmnode.version import VERSION


def create_app(service: NodeService, *, body_timeout_s: float = BODY_TIMEOUT_S) -> FastAPI:
    """An application whose every route is one command or query of `service`."""
    app = FastAPI(
        title="vrmnode",
        version=VERSION,
        openapi_url="/v1/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=problems.RESPONSES,
    )
    problems.install(app)
    found = (
        market_routes,
        order_routes,
        directory_routes,
        feedback_routes,
        rights_routes,
        thing_routes,
        contact_routes,
        relation_routes,
        node_routes,
        inbox_routes,
        demand_routes,
        event_routes,
    )
    for routes in found:
        app.include_router(routes(service), prefix="/v1")
    app.add_middleware(Limits, body_timeout_s=body_timeout_s)
    return app
