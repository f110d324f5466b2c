"""Breaches as the command shows them, and their records verified without a node."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

ID = "ab" * 32
DID = "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZSZ5zrC4bqvUYeo8K4LHqZ"
ROW = {
    "breach": "cd" * 32,
    "deal": ID,
    "vendor": DID,
    "vendor_name": "Linden Books",
    "evidence": "proven",
    "ground": "terms",
    "words": "the terms don't let the vendor write first about this",
    "purpose": "marketing",
    "author": DID,
    "recorded_at": 1_800_000_000,
}
SUSPECTED = {
    **ROW,
    "evidence": "suspected",
    "ground": "alias",
    "words": "somebody else wrote to what only this vendor was told",
    "purpose": None,
}
CASES = [
    case
    for case in json.loads(
        Path(__file__).parents[2].joinpath("protocol/vectors/breach.json").read_text()
    )["cases"]
    if case["op"] == "verify"
]
RECORD = next(case["input"]["raw"] for case in CASES if case["name"] == "record-revoked")


def test_the_list_is_a_table(daemon, vrm):
    daemon.service.answers["breach.list"] = [ROW, SUSPECTED]
    lines = vrm("breach", "list").stdout.splitlines()
    assert "cdcdcdcdcdcd" in lines[1] and "marketing" in lines[1] and "proven" in lines[1]
    assert "suspected" in lines[2] and "somebody else" in lines[2]
    daemon.service.answers["breach.list"] = []
    assert "none" in vrm("breach", "list").stdout


def test_one_is_shown_with_its_text_and_how_to_show_it(daemon, vrm):
    lines = "Buy \x1b[31mmore\nproven: all is well"
    shown = {**ROW, "vendor_name": "Linden\nproven", "text": lines, "record": True}
    daemon.service.answers["breach.show"] = shown
    words = vrm("breach", "show", "cdcdcdcdcdcd").stdout
    assert "about marketing: Buy" in words and "\x1b" not in words
    assert [line[:6] for line in words.splitlines()].count("proven") == 1
    assert "vrm breach export cdcdcdcdcdcd" in words
    daemon.service.answers["breach.show"] = {**SUSPECTED, "text": None, "record": False}
    words = vrm("breach", "show", "cdcdcdcdcdcd").stdout
    assert f"written by {DID}; nothing of it was kept" in words
    assert "export" not in words


def test_the_record_is_written_and_verified(daemon, vrm, tmp_path):
    raw = bytes.fromhex(RECORD)
    daemon.service.answers["breach.export"] = {"file": base64.b64encode(raw).decode(), "name": "x"}
    path = tmp_path / "breach.vrm"
    value = vrm.json("breach", "export", "cdcdcdcdcdcd", "-o", path)
    assert value == {"file": str(path), "size_bytes": len(raw)}
    assert path.read_bytes() == raw
    words = vrm("deal", "verify", path).stdout
    assert "the customer had revoked messages about it" in words
    assert "asserted     no other permission" in words
    assert "verified" in words.splitlines()[-1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_record_is_verified_without_a_node(vrm, tmp_path, case):
    path = tmp_path / "record.vrm"
    path.write_bytes(bytes.fromhex(case["input"]["raw"]))
    if case["expect"] == "ok":
        assert vrm.json("deal", "verify", path)["ok"] is True
        return
    code = vrm.error("deal", "verify", path, code=1)["code"]
    # Without its type it is taken for what else can be verified, and is none of that either.
    expected = {case["expect"]}
    if case["expect"] == "breach.schema":
        expected |= {"agreement.schema", "deletion.schema"}
    assert code in expected
