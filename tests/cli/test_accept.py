"""Accepting the best offer, waiting for the vendor, and exporting what was agreed last."""

import base64
import threading

import pytest

FIRST, SECOND = "aa" * 32, "bb" * 32
DEAL = "dd" * 32


def offer(name: str, intent: str = FIRST, **changed: object) -> dict[str, object]:
    return {"offer": name, "intent": intent, "state": "offered", "acceptable": True, **changed}


@pytest.fixture
def node(daemon):
    daemon.service.answers["offer.accept"] = {"deal": DEAL, "state": "accepted"}
    return daemon


def accepted(node) -> list[object]:
    return [params["offer"] for name, params in node.calls if name == "offer.accept"]


def test_best_is_the_first_open_one_without_problems(node, vrm):
    node.service.answers["offer.list"] = [
        offer("11" * 32, acceptable=False),
        offer("22" * 32, state="declined"),
        offer("33" * 32),
        offer("44" * 32),
    ]
    vrm("offer", "accept", "--best", "--intent", FIRST)
    assert ("offer.list", {"intent": FIRST}) in node.calls
    assert accepted(node) == ["33" * 32]


def test_best_of_nothing_accepts_nothing(node, vrm):
    node.service.answers["offer.list"] = [offer("11" * 32, acceptable=False)]
    error = vrm.error("offer", "accept", "--best", code=3)
    assert error["code"] == "offer.none" and "came 1 that are closed" in error["detail"]
    assert accepted(node) == []


def test_best_asks_which_intent_if_there_are_several(node, vrm):
    node.service.answers["offer.list"] = [offer("11" * 32), offer("22" * 32, SECOND)]
    error = vrm.error("offer", "accept", "--best", code=2)
    assert error["code"] == "option.which" and "aaaaaaaaaaaa, bbbbbbbbbbbb" in error["detail"]
    assert accepted(node) == []


@pytest.mark.parametrize("args", [(), ("abcdef", "--best"), ("abcdef", "--intent", FIRST)])
def test_either_an_id_or_the_best(node, vrm, args):
    assert vrm.error("offer", "accept", *args, code=2)["code"] == "option.which"
    assert node.calls == []


def deal(state: str) -> dict[str, object]:
    return {
        "deal": DEAL, "state": state, "vendor_name": "Harbour Books", "total": 4500,
        "currency": "EUR",
    }  # fmt: skip


def test_wait_until_the_vendor_agrees(node, vrm):
    node.service.answers["deal.show"] = deal("accepted")

    def agree() -> None:
        node.service.answers["deal.show"] = deal("agreed")
        node.service.happen("deal.agreed")

    threading.Timer(0.3, lambda: node._in_loop(agree)).start()
    output = vrm("offer", "accept", "abcdef", "--wait", "--timeout", "2m").stdout
    assert output.startswith("agreed with Harbour Books: 45.00 EUR, deal dddddddddddd\n")


def test_wait_ends_with_1_when_the_vendor_declines(node, vrm):
    node.service.answers["deal.show"] = deal("declined")
    assert vrm.error("offer", "accept", "abcdef", "--wait", code=1)["code"] == "deal.declined"


def test_wait_ends_with_8_when_nothing_comes(node, vrm):
    node.service.answers["deal.show"] = deal("accepted")
    error = vrm.error("offer", "accept", "abcdef", "--wait", "--timeout", "1s", code=8)
    assert error["code"] == "wait.timed_out" and "the vendor's answer" in error["detail"]


def test_export_of_what_was_agreed_last(node, vrm, tmp_path):
    node.service.answers["deal.list"] = [deal("agreed"), {"deal": "ee" * 32}]
    node.service.answers["deal.export"] = {"file": base64.b64encode(b"bytes").decode()}
    vrm("deal", "export", "--latest", "-o", tmp_path / "a.vrm")
    assert ("deal.list", {"state": "agreed"}) in node.calls
    assert ("deal.export", {"deal": DEAL}) in node.calls
    assert (tmp_path / "a.vrm").read_bytes() == b"bytes"


def test_export_of_the_latest_without_any(node, vrm):
    node.service.answers["deal.list"] = []
    assert vrm.error("deal", "export", "--latest", code=3)["code"] == "deal.none"


@pytest.mark.parametrize("args", [(), ("abcdef", "--latest")])
def test_export_of_either_a_deal_or_the_latest(node, vrm, args):
    assert vrm.error("deal", "export", *args, code=2)["code"] == "option.which"
