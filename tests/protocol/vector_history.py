"""How the operation of history.json is done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter
from tests.protocol.vectors import Case
from vrmprotocol import purchase_history


def verify(case: Case) -> dict[str, Any]:
    history = purchase_history.verify(
        case.hex("raw"), verifier=case.given["verifier"], nonce=case.hex("nonce")
    )
    return {"months": [one.month for one in history.purchases]}


HISTORY_ADAPTERS: dict[tuple[str, str], Adapter] = {("history", "verify"): verify}
