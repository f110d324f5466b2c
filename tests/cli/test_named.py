"""Intents to named vendors on the command line: told, shown, refused with words."""

import pytest

from vrmnode.errors import ServiceError

INTENT = "7b" * 32
TO = [
    {"vendor": "did:key:z6MkAAAAAAAAAAAA", "vendor_name": "Harbour\x1b[31m Books"},
    {"vendor": "did:key:z6MkBBBBBBBBBBBB", "vendor_name": ""},
]


@pytest.fixture
def told(daemon):
    answer = {"intent": INTENT, "to": TO, "valid_through": 1_796_000_000, "warnings": []}
    daemon.service.answers["intent.publish"] = answer
    daemon.service.answers["status"] = {"peers": 3}
    return daemon


def test_to_goes_into_the_request(told, vrm):
    words = vrm(
        "intent", "publish", "--gtin", "1", "--to", "trusted", "--to", "z6MkAAAAAAAA"
    ).stdout
    (_, params), *_ = told.calls
    assert params["request"]["to"] == ["trusted", "z6MkAAAAAAAA"]
    assert "sealed to Harbour Books, did:key:z6MkBBBBBBBB: intent 7b7b7b7b7b7b" in words.replace(
        "[31m", ""
    )
    assert "\x1b" not in words
    assert "published" not in words


def test_who_is_left_out_is_a_note(told, vrm):
    told.service.answers["intent.publish"]["warnings"] = ["not to did:key:z6Mk: no profile"]
    assert (
        "note: not to did:key:z6Mk" in vrm("intent", "publish", "--gtin", "1", "--to", "a").stdout
    )


def test_a_vendor_without_a_profile_is_a_state_conflict(told, vrm):
    told.service.failures["intent.publish"] = ServiceError("vendor.no_profile", "expected …", 409)
    failed = vrm("intent", "publish", "--gtin", "1", "--to", "z6MkCCCCCCCC", code=4)
    assert "vendor.no_profile" in failed.stderr


def test_show_says_who_has_it(told, vrm):
    rows = [
        {**TO[0], "deal": "cd" * 32, "words": "has it since 2026-11-24 18:00 UTC"},
        {**TO[1], "deal": "ef" * 32, "words": "sent 3 times, not acknowledged"},
    ]
    told.service.answers["intent.show"] = {"intent": INTENT, "status": "active", "to": rows}
    words = vrm("intent", "show", INTENT).stdout
    assert "Told to these alone:" in words
    assert "(deal cdcdcdcdcdcd): has it since 2026-11-24 18:00 UTC" in words
    assert "did:key:z6MkBBBBBBBB (deal efefefefefef): sent 3 times, not acknowledged" in words
    told.service.answers["intent.show"] = {"intent": INTENT, "status": "active", "to": []}
    assert "Told to" not in vrm("intent", "show", INTENT).stdout


def test_to_be_recognised_is_said_in_the_request_and_nowhere_by_default(told, vrm):
    vrm("intent", "publish", "--gtin", "1", "--to", "a", "--recognised")
    vrm("intent", "publish", "--gtin", "1", "--to", "a")
    requests = [params["request"] for name, params in told.calls if name == "intent.publish"]
    assert [request.get("recognised") for request in requests] == [True, None]


def test_show_says_who_may_recognise_you(told, vrm):
    rows = [
        {**TO[0], "deal": "cd" * 32, "words": "not sent", "recognised": True},
        {**TO[1], "deal": "ef" * 32, "words": "not sent", "recognised": False},
    ]
    told.service.answers["intent.show"] = {"intent": INTENT, "status": "active", "to": rows}
    words = vrm("intent", "show", INTENT).stdout
    assert "which may recognise you (deal cdcdcdcdcdcd)" in words
    assert words.count("recognise") == 1
