"""The JSON bodies and query strings about keeping in touch, as closed as all of the API's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vrmnode.api.bodies import Closed, HexId, Language


class RelationFilter(Closed):
    """Query of `GET /v1/relations`."""

    role: Literal["customer", "vendor"] | None = None


class BreachFilter(Closed):
    """Query of `GET /v1/breaches`."""

    deal: HexId | None = None


class SetReach(Closed):
    """`POST /v1/relations/{relation}/reach`; without channels or purposes all of them."""

    status: Annotated[str, Field(max_length=32)]
    channels: Annotated[list[str], Field(min_length=1, max_length=8)] | None = None
    purposes: Annotated[list[str], Field(min_length=1, max_length=8)] | None = None


class WriteNote(Closed):
    """`POST /v1/relations/{relation}/notes`: a vendor's has a purpose, or answers another."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    purpose: Annotated[str, Field(max_length=32)] | None = None
    answers: HexId | None = None
    language: Language = None


class TellContact(Closed):
    """`POST /v1/contact/tell`; without `fields` all of them."""

    fields: Annotated[list[str], Field(min_length=1, max_length=32)] | None = None
