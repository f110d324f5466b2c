"""What commands say where there is nothing yet: what it is, and what to do next."""

import pytest

EMPTY = [
    (("intent", "list"), "intent.list", [], "vrm intent publish"),
    (("offer", "list"), "offer.list", [], "vrm intent watch"),
    (("deal", "list"), "deal.list", [], "vrm offer list"),
    (("trust", "list"), "trust.list", [], "vrm trust add"),
    (("vendor", "catalogue", "list"), "catalogue.list", {"products": []}, "vrm vendor catalogue"),
    (("vendor", "profile", "show"), "vendor.profile", {}, "vrm vendor profile set NAME=VALUE"),
    (("intent", "standing", "list"), "standing.list", [], "vrm intent publish --every"),
    (("events",), "events", [], "vrm events --follow"),
    (("net", "peers"), "peers", [], "vrm join"),
]


@pytest.mark.parametrize(
    ("words", "query", "answer", "next_step"), EMPTY, ids=[" ".join(each[0]) for each in EMPTY]
)
def test_an_empty_list_says_what_to_do_next(daemon, vrm, words, query, answer, next_step):
    daemon.service.answers[query] = answer
    result = vrm(*words)
    said = (result.stdout + result.stderr).strip()
    assert said.startswith(("no ", "nothing "))
    assert next_step in said


@pytest.mark.parametrize("words", [("intent", "show"), ("intent", "why"), ("offer", "compare")])
def test_without_an_intent_the_latest_says_how_to_publish_one(daemon, vrm, words):
    daemon.service.answers["intent.list"] = []
    error = vrm.error(*words, "--latest", code=3)
    assert error["code"] == "intent.none"
    assert "vrm intent publish" in error["advice"]
