"""What the API refuses: each with a status, a code, and what was expected and came."""

import json
import logging

import pytest
import trio

from tests.api.fake_service import FakeService, not_found
from tests.api.http import exchange, request, run_api
from vrmnode.api import problems
from vrmnode.api.bodies import HEX_ID
from vrmnode.api.limits import MAX_BODY_BYTES
from vrmnode.errors import ServiceError, StorageError

INTENTS = "/v1/intents"
FORM = "application/x-www-form-urlencoded"
"""What curl says of its -d unless it is told."""

REFUSED = {
    "unknown field": (
        request("POST", INTENTS, {"request": {}, "dryrun": True}),
        (400, "request.unknown_field", "dryrun: expected no such field, came True"),
    ),
    "unknown query": (
        request("GET", "/v1/offers?intnt=ab12cd"),
        (400, "request.unknown_field", "intnt: expected no such field, came 'ab12cd'"),
    ),
    "missing field": (
        request("POST", INTENTS, {}),
        (400, "request.invalid", "request: expected a value, came nothing"),
    ),
    "no body": (
        request("POST", INTENTS),
        (400, "request.invalid", "body: expected a value, came nothing"),
    ),
    "wrong type": (
        request("POST", INTENTS, {"request": [1]}),
        (400, "request.invalid", "request: expected a valid dictionary, came [1]"),
    ),
    "dry_run as text": (
        request("POST", INTENTS, {"request": {}, "dry_run": "no"}),
        (400, "request.invalid", "dry_run: expected a valid boolean, came 'no'"),
    ),
    "not JSON": (
        request("POST", INTENTS, b"{'request': 1}"),
        (400, "request.invalid", "body: expected a JSON object, came invalid JSON at character 1"),
    ),
    "NaN": (
        request("POST", INTENTS, b'{"request": {"quantity": NaN}}'),
        (400, "request.invalid", "request.quantity"),
    ),
    "lone surrogate": (
        request("POST", INTENTS, rb'{"request": {"name": "\ud800"}}'),
        (400, "request.invalid", "request: expected Unicode text"),
    ),
    "nested too deep": (
        request("POST", INTENTS, b'{"request": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"),
        (400, "request.invalid", "body"),
    ),
    "another content type": (
        request("POST", INTENTS, b'{"request": {}}', {"content-type": FORM}),
        (415, "request.media_type", f"content-type: expected application/json, came '{FORM}'"),
    ),
    "no content type": (
        request("POST", INTENTS, headers={"content-length": "2"}) + b"{}",
        (415, "request.media_type", "content-type: expected application/json, came nothing"),
    ),
    "not a number": (
        request("GET", "/v1/events?after=x"),
        (400, "request.invalid", "after: expected an integer, came 'x'"),
    ),
    "no vendor": (
        request("POST", "/v1/trust", {"vendor": "Canal Goods"}),
        (400, "request.invalid", "vendor: expected a vendor's did:key, or its beginning"),
    ),
    "no such state of a deal": (
        request("GET", "/v1/deals?state=done"),
        (400, "request.invalid", "state: expected 'none', 'refused', 'offered'"),
    ),
    "no such status of an order": (
        request("GET", "/v1/orders?status=done"),
        (400, "request.invalid", "status: expected 'placed', 'payment_due'"),
    ),
    "no such field in the ledger": (
        request("GET", "/v1/ledger?field=phone"),
        (400, "request.invalid", "field: expected one of name, street_address"),
    ),
    "short id": (
        request("GET", "/v1/deals/ab12"),
        (400, "request.invalid", "deal: expected"),
    ),
    "id with other characters": (
        request("GET", "/v1/deals/AB12CD"),
        (400, "request.invalid", "deal: expected"),
    ),
    "limit too high": (
        request("GET", "/v1/events?limit=100000"),
        (400, "request.invalid", "limit: expected less than or equal to 1000, came '100000'"),
    ),
    "too many products": (
        request("POST", "/v1/catalogue/rows", {"products": [{}] * 501}),
        (400, "request.invalid", "products"),
    ),
    "no such path": (
        request("GET", "/v1/intent"),
        (404, "request.no_such_path", "GET /v1/intent"),
    ),
    "wrong method": (
        request("DELETE", "/v1/status"),
        (405, "request.method", "DELETE /v1/status"),
    ),
    "origin": (
        request("GET", "/v1/status", headers={"origin": "https://example.com"}),
        (403, "request.origin", "came a request with Origin"),
    ),
    "declared too large": (
        request("POST", INTENTS, b"", {"content-length": str(MAX_BODY_BYTES + 1)}),
        (413, "request.too_large", f"expected at most {MAX_BODY_BYTES} bytes"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path, name):
    raw, (status, code, detail) = REFUSED[name]
    service = FakeService()

    async def check(path):
        answer = await exchange(path, raw)
        assert (answer.status, answer.problem["code"]) == (status, code)
        assert detail in str(answer.problem["detail"])
        assert len(answer.body) < 5000

    run_api(tmp_path, service, check)
    assert service.calls == []


def test_body_that_grows_too_large(tmp_path):
    """Chunked, so no declared length gives it away."""
    part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = request(
        "POST",
        INTENTS,
        headers={"transfer-encoding": "chunked", "content-type": "application/json"},
    )

    async def check(path):
        answer = await exchange(path, head + part * 17)
        assert answer.problem["code"] == "request.too_large"

    run_api(tmp_path, FakeService(), check)


def test_body_that_never_comes(tmp_path):
    async def check(path):
        raw = request("POST", INTENTS, b"", {"content-length": "10"})
        answer = await exchange(path, raw + b"{")
        assert (answer.status, answer.problem["code"]) == (408, "request.timeout")

    run_api(tmp_path, FakeService(), check, body_timeout_s=0.1)


@pytest.mark.parametrize("status", [400, 404, 409, 503])
def test_service_error(tmp_path, status):
    service = FakeService()
    service.failures["deal.show"] = ServiceError("deal.some_code", "expected a, came b", status)

    async def check(path):
        answer = await exchange(path, request("GET", "/v1/deals/ab12cd"))
        assert answer.status == status
        assert answer.problem["code"] == "deal.some_code"
        assert answer.problem["detail"] == "expected a, came b"

    run_api(tmp_path, service, check)


def test_full_disk_is_told(tmp_path):
    service = FakeService()
    service.failures["intent.publish"] = StorageError("storage.disk_full", "no space left")

    async def check(path):
        answer = await exchange(path, request("POST", INTENTS, {"request": {}}))
        assert (answer.status, answer.problem["code"]) == (503, "storage.disk_full")

    run_api(tmp_path, service, check)


def test_bug_is_logged_and_told_without_its_words(tmp_path, caplog):
    service = FakeService()
    service.failures["status"] = RuntimeError("secret inside")
    service.failures["deal.show"] = not_found("deal")

    async def check(path):
        answer = await exchange(path, request("GET", "/v1/status"))
        assert (answer.status, answer.problem["code"]) == (500, "internal.error")
        assert b"secret" not in answer.body
        # The server goes on.
        assert (await exchange(path, request("GET", "/v1/deals/ab12cd"))).status == 404

    with caplog.at_level(logging.ERROR):
        run_api(tmp_path, service, check)
    assert "RuntimeError: secret inside" in caplog.text


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000, b"\x16\x03"],
    ids=["nothing", "zeros", "half a line", "100 kB of headers", "TLS"],
)
def test_garbage_leaves_it_running(tmp_path, raw):
    async def check(path):
        async with await trio.open_unix_socket(str(path)) as stream:
            try:
                await stream.send_all(raw)
                await stream.send_eof()
                await stream.receive_some(65536)
            except trio.BrokenResourceError:
                pass
        answer = await exchange(path, request("GET", "/v1/status"))
        assert json.loads(answer.body)["last_event"] == 0

    run_api(tmp_path, FakeService(), check)


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/v1/contact", rb'{"name": "Anna \ud800"}'),
        ("/v1/contact", b'["Anna"]'),
        ("/v1/contact/remove", {"fields": "Anna"}),
        ("/v1/contact/remove", {"fields": [["Anna"]]}),
    ],
)
def test_personal_data_is_not_repeated(tmp_path, target, body):
    async def check(path):
        answer = await exchange(path, request("POST", target, body))
        assert answer.status == 400
        assert b"came another value" in answer.body
        assert b"Anna" not in answer.body

    run_api(tmp_path, FakeService(), check)


def test_every_pattern_of_a_field_is_told_in_words(tmp_path):
    """Nobody is answered with a regular expression."""
    told = set(problems._PATTERNS)

    async def check(path):
        answer = await exchange(path, request("GET", "/v1/openapi.json"))
        assert patterns(answer.json) - told == set()
        assert HEX_ID in patterns(answer.json)

    run_api(tmp_path, FakeService(), check)


def patterns(value):
    if isinstance(value, dict):
        own = {value["pattern"]} if isinstance(value.get("pattern"), str) else set()
        return own.union(*map(patterns, value.values()))
    return set().union(*map(patterns, value)) if isinstance(value, list) else set()


def test_the_description_tells_of_problem_documents_and_of_nothing_else(tmp_path):
    async def check(path):
        answer = await exchange(path, request("GET", "/v1/openapi.json"))
        document = json.loads(answer.body)
        described = [each for path in document["paths"].values() for each in path.values()]
        assert len(described) > 100
        for each in described:
            assert "422" not in each["responses"], "no route answers so"
            assert set(each["responses"]["4XX"]["content"]) == {"application/problem+json"}

    run_api(tmp_path, FakeService(), check)
