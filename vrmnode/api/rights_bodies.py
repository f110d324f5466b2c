"""The JSON bodies and query strings of rights requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vrmnode.api.bodies import Closed, HexId, VendorId


class RightsFilter(Closed):
    """Query of `GET /v1/rights`: what this node asked, or what its shop was asked."""

    role: Literal["customer", "vendor"] | None = None


class AskForRight(Closed):
    """`POST /v1/rights`: in one deal, or in every deal with a vendor."""

    right: Annotated[str, Field(max_length=32)]
    deal: HexId | None = None
    vendor: VendorId | None = None
    now: Annotated[bool, Field(strict=True)] = False
    anyway: Annotated[bool, Field(strict=True)] = False


class CancelPlanned(Closed):
    """`POST /v1/rights/cancel`: what is planned in a deal, or in every deal with a vendor."""

    right: Annotated[str, Field(max_length=32)] | None = None
    deal: HexId | None = None
    vendor: VendorId | None = None


class FulfilRight(Closed):
    """`POST /v1/vendor/rights/{request}/fulfil`; `anyway` also while the order is open."""

    anyway: Annotated[bool, Field(strict=True)] = False


class DenyRight(Closed):
    """`POST /v1/vendor/rights/{request}/deny`; `days` of a legal obligation."""

    reason: Annotated[str, Field(max_length=32)]
    note: Annotated[str, Field(max_length=500)] | None = None
    language: Annotated[str, Field(max_length=35)] | None = None
    days: int | None = None


class ProgressRight(Closed):
    """`POST /v1/vendor/rights/{request}/progress`; `days` from the request."""

    days: int | None = None
    note: Annotated[str, Field(max_length=500)] | None = None
    language: Annotated[str, Field(max_length=35)] | None = None
