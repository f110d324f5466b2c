"""Standing intents on the command line: begun, listed, shown, stopped."""

import pytest

STANDING = "7b" * 32
INTENT = "00003fa2" + "ab" * 28
ROW = {
    "standing": STANDING, "label": "oat milk", "status": "active", "every_s": 604_800,
    "until": 1_796_083_199, "next_at": 1_796_000_000, "castings": 2, "created": 1_795_000_000,
}  # fmt: skip
CASTING = {
    "intent": INTENT, "status": "active", "offers": 1, "agreed": 0, "created": 1_795_000_000,
    "valid_through": 1_795_260_000, "label": "oat milk",
}  # fmt: skip


@pytest.fixture
def begun(daemon):
    daemon.service.answers["intent.publish"] = {"intent": INTENT, "valid_through": 1_795_260_000}
    return daemon


def test_every_and_until_begin_one(begun, vrm):
    begun.service.answers["intent.publish"] |= ROW
    words = vrm(
        "intent", "publish", "--name", "oat milk", "--every", "1w", "--until", "2026-12-01"
    ).stdout
    assert "standing 7b7b7b7b7b7b: again about 2026-11-30 00:53 UTC" in words
    assert "vrm intent standing stop 7b7b7b7b7b7b" in words
    (_, params), *_ = begun.calls
    assert params["standing"] == {"every": "1w", "until": "2026-12-01"}


def test_a_rhythm_with_one_casting(begun, vrm):
    begun.service.answers["intent.publish"] |= {**ROW, "next_at": None}
    words = vrm("intent", "publish", "--name", "x", "--every", "1w", "--until", "2026-12-01").stdout
    assert "this is its only casting" in words


@pytest.mark.parametrize("option", [("--every", "1w"), ("--until", "2026-12-01")])
def test_one_without_the_other(begun, vrm, option):
    error = vrm.error("intent", "publish", "--name", "x", *option, code=2)
    assert error["code"] == "option.which"
    assert begun.calls == []


def test_list(daemon, vrm):
    daemon.service.answers["standing.list"] = [ROW]
    head, row = vrm("intent", "standing", "list").stdout.splitlines()
    assert head.split()[:3] == ["standing", "status", "every"]
    assert row.split()[:4] == ["7b7b7b7b7b7b", "active", "1w", "2"]
    assert "oat milk" in row
    daemon.service.answers["standing.list"] = []
    assert "no standing intents" in vrm("intent", "standing", "list").stdout
    assert vrm.json("intent", "standing", "list") == []


def test_show_and_stop(daemon, vrm):
    whole = {**ROW, "request": {"name": "oat milk"}, "intents": [CASTING], "offers": []}
    daemon.service.answers["standing.show"] = whole
    words = vrm("intent", "standing", "show", "7b7b7b").stdout
    assert "every_s: 604800" in words and "00003fa2abab  active  1" in words and "Offers:" in words
    daemon.service.answers["standing.stop"] = {**whole, "status": "stopped"}
    words = vrm("intent", "standing", "stop", "7b7b7b").stdout
    assert words.splitlines() == [
        "stopped: 7b7b7b7b7b7b, after 2 castings",
        "still open: vrm intent withdraw 00003fa2abab",
    ]
    assert daemon.calls[-1] == ("standing.stop", {"standing": "7b7b7b"})
