"""`vrm vendor demand`."""

from __future__ import annotations

import base64
import json

from vrmprotocol import demand
from vrmprotocol.demand import Wanted

INTENTS = [Wanted(783, "NL", "unmet", "out_of_stock", ("EUR", 2_400))] * 12
INTENTS += [Wanted(783, "NL", "agreed")] * 10 + [Wanted(None, "BE", "lost", "unanswered")] * 15
FILE = demand.write(demand.summarise("2027-W03", 10, INTENTS))
SHOWN = {
    "week": "2027-W03",
    "closed_at": 1_801_440_000,
    "summary": json.loads(FILE),
    "category_names": {"783": "Media"},
    "note": "k counts intents, not people.",
    "file": base64.b64encode(FILE).decode(),
}
LISTED = {
    "on": True,
    "k": 10,
    "since": 1_800_230_400,
    "next": {"week": "2027-W04", "closes_at": 1_802_044_800},
    "weeks": [{"week": "2027-W03", "k": 10, "closed_at": 1_801_440_000}],
}


def test_on_and_off(daemon, vrm):
    daemon.service.answers |= {"demand.on": LISTED, "demand.off": {**LISTED, "on": False}}
    assert "counted from 2027-01-18 on" in vrm("vendor", "demand", "on", "--k", "25").output
    vrm("vendor", "demand", "on")
    assert "dropped" in vrm("vendor", "demand", "off").output
    assert daemon.calls == [("demand.on", {"k": 25}), ("demand.on", {}), ("demand.off", {})]


def test_list(daemon, vrm):
    daemon.service.answers["demand.list"] = LISTED
    text = vrm("vendor", "demand", "list").output
    assert "2027-W04 is closed on 2027-02-08" in text
    week = "2027-W03 (2027-01-18 to 2027-01-24)  numbers from 10 on, closed 2027-02-01"
    assert week in text
    off: dict[str, object] = {"on": False, "k": None, "since": None, "next": None, "weeks": []}
    daemon.service.answers["demand.list"] = off
    assert vrm("vendor", "demand", "list").output == "not counting; no week is closed\n"


def test_show(daemon, vrm):
    daemon.service.answers["demand.show"] = SHOWN
    text = vrm("vendor", "demand", "show", "2027-W03").output
    assert "Media, NL: 20 to 24 intents" in text
    assert "no category, BE: 15 to 19 intents" in text
    assert "  the middle one of their budgets: from 20.00 EUR to below 50.00 EUR" in text
    assert "  10 to 14: you made no offer: none is left in stock" in text
    assert "  15 to 19: you made an offer, and it wasn't bought: no answer came" in text
    assert text.endswith("k counts intents, not people.\n")


def test_show_with_nothing(daemon, vrm):
    empty = {**SHOWN, "summary": {**SHOWN["summary"], "cells": []}}
    daemon.service.answers["demand.show"] = empty
    text = vrm("vendor", "demand", "show", "2027-W03").output
    assert "nothing was asked for often enough to be told" in text


def test_export(daemon, vrm, tmp_path):
    daemon.service.answers["demand.show"] = SHOWN
    path = tmp_path / "week.json"
    vrm("vendor", "demand", "export", "2027-W03", "-o", str(path))
    assert path.read_bytes() == FILE
    table = tmp_path / "week.csv"
    vrm("vendor", "demand", "export", "2027-W03", "--format", "csv", "-o", str(table))
    lines = table.read_text("utf-8").splitlines()
    assert lines[0].startswith("week,k,category,category_name,country,intents,median_from")
    assert lines[1] == "2027-W03,10,,,BE,15,,,,lost,unanswered,15"
    assert lines[2] == "2027-W03,10,783,Media,NL,20,20.00,50.00,EUR,agreed,,10"
    again = vrm.error("vendor", "demand", "export", "2027-W03", "-o", str(path), code=2)
    assert again["code"] == "file.exists"
