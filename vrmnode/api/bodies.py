"""The JSON bodies and query strings of the API: closed models, unknown fields are refused.

They check shape alone. What a `request`, a policy or a profile may contain is decided by the
node, which answers with the field's name.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

MAX_PRODUCTS = 500
MAX_PAGE = 1000

HEX_ID = r"^[0-9a-f]{6,64}$"
HexId = Annotated[str, Field(pattern=HEX_ID, description="an id or a prefix of it")]


def _encodable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    # JSON can write half a surrogate pair, and a number can be NaN for Python's reader; neither
    # can be stored or sent on.
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("Unicode text, no lone surrogates") from error
    return value


JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_encodable)]


class Closed(BaseModel):
    """A model that refuses fields it doesn't know, and numbers JSON doesn't have."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PublishIntent(Closed):
    """`POST /v1/intents`."""

    request: JsonObject
    acceptance: JsonObject | None = None
    dry_run: Annotated[bool, Field(strict=True)] = False


class WithdrawIntent(Closed):
    """`POST /v1/intents/{intent}/withdraw`."""

    reason: Annotated[str, Field(max_length=64)] | None = None


class DeclineOffer(Closed):
    """`POST /v1/offers/{offer}/decline`."""

    reason: Annotated[str, Field(max_length=64)] = "unspecified"
    note: Annotated[str, Field(max_length=200)] | None = None


class AskQuestion(Closed):
    """`POST /v1/offers/{offer}/question`."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


class CounterOffer(Closed):
    """`POST /v1/offers/{offer}/counter`: a total to the door such as "40.00 EUR"."""

    total: Annotated[str, Field(min_length=1, max_length=64)]
    note: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class AnswerQuestion(Closed):
    """`POST /v1/vendor/questions/{question}/answer`."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class QuestionFilter(Closed):
    """Query of `GET /v1/vendor/questions`; without `all` only those to be answered."""

    all: bool = False


class WithdrawDeal(Closed):
    """`POST /v1/deals/{deal}/withdraw`."""

    reason: Annotated[str, Field(max_length=64)] = "unspecified"


class CatalogueRows(Closed):
    """`POST /v1/catalogue/rows`: one chunk of an import."""

    products: Annotated[list[JsonObject], Field(min_length=1, max_length=MAX_PRODUCTS)]


class ConnectPeer(Closed):
    """`POST /v1/peers`: a multiaddress that ends in /p2p/<peer id>."""

    address: Annotated[str, Field(min_length=1, max_length=512)]


class WriteBackup(Closed):
    """`POST /v1/backup`: where the node writes it, and the passphrase that protects it."""

    path: Annotated[str, Field(min_length=1, max_length=4096, pattern="^/")]
    passphrase: Annotated[str, Field(max_length=4096)]
    force: Annotated[bool, Field(strict=True)] = False


class IntentFilter(Closed):
    """Query of `GET /v1/intents`."""

    status: Literal["active", "withdrawn", "expired", "fulfilled"] | None = None


class OfferFilter(Closed):
    """Query of `GET /v1/offers`."""

    intent: HexId | None = None


class DealFilter(Closed):
    """Query of `GET /v1/deals`."""

    role: Literal["customer", "vendor"] | None = None
    state: Annotated[str, Field(pattern=r"^[a-z]{1,16}$")] | None = None


class ProductPage(Closed):
    """Query of `GET /v1/catalogue`; `after` is the last sku of the page before."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100
    after: Annotated[str, Field(max_length=64)] | None = None


class EventPage(Closed):
    """Query of `GET /v1/events`; `after` is the id of the last event seen."""

    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100


class EventStart(Closed):
    """Query of `GET /v1/events/stream`; without `after` only what happens from now on."""

    after: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class Nothing(Closed):
    """A body or query without fields: `{}` or absent."""


def given(model: Closed) -> dict[str, object]:
    """The fields that the caller sent or that have a default, absent ones left out."""
    return model.model_dump(exclude_none=True)
