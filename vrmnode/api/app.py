"""The ASGI application: all routes under `/v1`, their limits and their errors.

    GET    /v1/status                          POST /v1/intents
    GET    /v1/identity                        GET  /v1/intents[?status]
    GET    /v1/peers                           GET  /v1/intents/{intent}
    POST   /v1/peers                           POST /v1/intents/{intent}/withdraw
    GET    /v1/policy                          GET  /v1/offers[?intent]
    PUT    /v1/policy                          GET  /v1/offers/{offer}
    GET    /v1/vendor/profile                  POST /v1/offers/{offer}/accept
    PUT    /v1/vendor/profile                  POST /v1/offers/{offer}/decline
    GET    /v1/vendor/policy                   GET  /v1/deals[?role&state]
    PUT    /v1/vendor/policy                   GET  /v1/deals/{deal}
    GET    /v1/catalogue[?limit&after]         GET  /v1/deals/{deal}/agreement
    POST   /v1/catalogue/rows                  POST /v1/deals/{deal}/withdraw
    GET    /v1/events[?after&limit]            GET  /v1/events/stream[?after]
    POST   /v1/backup                          GET  /v1/intents/{intent}/why
    GET    /v1/vendor/questions[?all]          GET  /v1/intents/{intent}/comparison
    POST   /v1/vendor/questions/{question}/answer
                                               POST /v1/offers/{offer}/question
                                               POST /v1/offers/{offer}/counter

No GET changes anything. `/v1/openapi.json` describes the rest.
"""

from __future__ import annotations

from fastapi import FastAPI

from vrmnode.api import problems
from vrmnode.api.events import event_routes
from vrmnode.api.limits import BODY_TIMEOUT_S, Limits
from vrmnode.api.market_routes import market_routes
from vrmnode.api.node_routes import node_routes
from vrmnode.api.service import NodeService
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
    )
    problems.install(app)
    for routes in (market_routes(service), node_routes(service), event_routes(service)):
        app.include_router(routes, prefix="/v1")
    app.add_middleware(Limits, body_timeout_s=body_timeout_s)
    return app
