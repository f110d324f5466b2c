"""How the operations of demand.json are done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter
from tests.protocol.vectors import Case
from vrmprotocol import demand
from vrmprotocol.demand import Wanted


def summarise(case: Case) -> dict[str, Any]:
    intents = [
        Wanted(category, country, outcome, reason, None if currency is None else (currency, budget))
        for category, country, outcome, reason, currency, budget in case.given["intents"]
    ]
    raw = demand.write(demand.summarise("2027-W03", case.given["k"], intents))
    assert raw == demand.write(demand.summarise("2027-W03", case.given["k"], intents[::-1]))
    assert demand.write(demand.read(raw)) == raw
    return {"raw": raw}


def read(case: Case) -> dict[str, Any]:
    return {"cells": len(demand.read(case.hex("raw")).cells)}


def week(case: Case) -> dict[str, Any]:
    begins = demand.begins(case.given["week"])
    assert demand.week_of(begins) == case.given["week"] != demand.week_of(begins - 1)
    return {"begins": begins}


DEMAND_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("demand", "week"): week,
    ("demand", "summarise"): summarise,
    ("demand", "read"): read,
}
