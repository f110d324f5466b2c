"""Errors as RFC 9457 problem documents, each with a stable `code`.

A refused field carries `errors`: field, what was expected, what came. Values that came are cut
short: a problem document never repeats a whole request.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from vrmnode.api.bodies import ABSOLUTE_PATH, HEX_ID, NONCE, VENDOR, WEEK
from vrmnode.errors import NodeError, ServiceError, StorageError
from vrmprotocol.errors import LocalError

LOG = logging.getLogger("vrmnode.api")
CAME_CHARS = 80
PRIVATE = "/v1/contact"
"""Personal data is sent to paths that begin so: nothing of it is repeated."""
CODES_BY_STATUS = {
    404: "request.no_such_path",
    405: "request.method",
}


PROBLEM_SCHEMA: dict[str, object] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable, such as request.invalid"},
        "detail": {"type": "string", "description": "what was expected, and what came"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "expected", "came"],
                "properties": {name: {"type": "string"} for name in ("field", "expected", "came")},
            },
        },
    },
}
_CONTENT = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
RESPONSES: dict[int | str, dict[str, object]] = {
    "4XX": {"description": "refused", "content": _CONTENT},
    "5XX": {"description": "failed", "content": _CONTENT},
}
"""How the description of the API tells of problem documents."""


def problem(
    status: int, code: str, detail: str, *, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """A response with one problem document."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors is not None:
        content["errors"] = errors
    return JSONResponse(content, status_code=status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every failure of `app` with a problem document."""
    app.add_exception_handler(NodeError, _node_error)
    app.add_exception_handler(LocalError, _local_error)
    app.add_exception_handler(RequestValidationError, _refused_fields)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)


async def _node_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NodeError)
    if isinstance(error, ServiceError):
        return problem(error.status, error.code, error.message)
    LOG.error("a request failed: %s", error)
    # The node goes on without what a full disk refused; the client may try again.
    status = 503 if isinstance(error, StorageError) else 500
    return problem(status, error.code, error.message)


async def _local_error(_: Request, error: Exception) -> JSONResponse:
    # The protocol refuses what its caller asked for: the client's parameters, or its timing.
    assert isinstance(error, LocalError)
    status = 409 if error.code.startswith("negotiation.") else 400
    return problem(status, error.code, error.detail)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = CODES_BY_STATUS.get(error.status_code, "request.invalid")
    detail = f"{error.detail}: {request.method} {request.url.path[:CAME_CHARS]}"
    return problem(error.status_code, code, detail)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    LOG.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
    return problem(500, "internal.error", "the node failed at this request; its log says where")


async def _refused_fields(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [_field_error(each) for each in error.errors()]
    if request.url.path.startswith(PRIVATE):
        errors = [{**each, "came": "another value"} for each in errors]
    unknown = [each for each in errors if each["expected"] == UNKNOWN]
    code = "request.unknown_field" if unknown else "request.invalid"
    first = (unknown or errors)[0]
    detail = f"{first['field']}: expected {first['expected']}, came {first['came']}"
    return problem(400, code, detail, errors=errors)


UNKNOWN = "no such field"
_PATTERNS = {
    HEX_ID: "an id in hex, or its first 6 characters or more",
    WEEK: "a week such as 2027-W03",
    NONCE: "64 hex digits, in small letters",
    VENDOR: "a vendor's did:key, or its beginning with at least 6 letters after z6Mk, or its root"
    " in hex",
    ABSOLUTE_PATH: "a path that begins with /",
}
_KINDS = {
    "int_parsing": "an integer",
    "int_from_float": "an integer",
    "bool_parsing": "true or false",
    "model_attributes_type": "a JSON object",
}
"""Where the words of the library name no expectation, or one in terms of Python."""


def _field_error(error: dict[str, object]) -> dict[str, str]:
    place = error.get("loc", ())
    assert isinstance(place, tuple)
    # The first part says body, query or path.
    field = ".".join(str(part) for part in place[1:]) or str(place[0] if place else "body")
    kind = error.get("type")
    if kind == "extra_forbidden":
        return {"field": field, "expected": UNKNOWN, "came": _shown(error.get("input"))}
    if kind == "missing":
        return {"field": field, "expected": "a value", "came": "nothing"}
    if kind == "json_invalid":
        context = error.get("ctx")
        reason = context.get("error") if isinstance(context, dict) else "not JSON"
        return {
            "field": "body",
            "expected": "a JSON object",
            "came": f"invalid JSON at character {place[-1]} ({reason})",
        }
    context = error.get("ctx")
    words = _KINDS.get(str(kind)) or str(error.get("msg", "another value"))
    if kind == "string_pattern_mismatch" and isinstance(context, dict):
        words = _PATTERNS.get(str(context.get("pattern")), words)
    expected = words.removeprefix("Input should be ").removeprefix("Value error, ")
    return {"field": field, "expected": expected, "came": _shown(error.get("input"))}


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= CAME_CHARS else shown[: CAME_CHARS - 1] + "…"
