"""What comes with requests about message files: `/v1/messages`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vrmnode.api.bodies import Closed, HexId


class ExportMessages(Closed):
    """`POST /v1/messages/export`: of an intent, of a deal, or all that waits."""

    intent: HexId | None = None
    deal: HexId | None = None
    together: Annotated[bool, Field(strict=True)] = False


class ImportMessages(Closed):
    """`POST /v1/messages/import`: a message file, in base64."""

    file: Annotated[str, Field(min_length=1)]


class SubmitMessages(Closed):
    """`POST /v1/messages/submit`: a message file, in base64, and the multiaddr of a peer."""

    file: Annotated[str, Field(min_length=1)]
    to: Annotated[str, Field(min_length=1, max_length=512)]
