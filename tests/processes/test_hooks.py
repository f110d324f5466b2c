"""Real nodes: a device reports over HTTP; a draft waits for its owner, or the limits decide."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from examples.local_node import LocalNode, LocalNodes
from examples.programs import CommandFailed
from tests.processes.market import ask

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOILER = ("--brand", "Vaillant", "--category", "1217", "--country", "DE")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A node of somebody with a boiler and a printer; devices may report on any free port."""
    with LocalNodes(tmp_path_factory.mktemp("hooks")) as nodes:
        node = nodes.prepare("home")
        config = node.folder / "config.toml"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("[node]\n", '[node]\nhook_listen = "0"\n', 1), "utf-8")
        node.start()
        for name in ("boiler", "printer"):
            node.vrm("thing", "add", name, *BOILER)
        yield node


def _report(made: dict[str, Any], event: str, note: str = "") -> tuple[int, dict[str, Any]]:
    """What the node answers a device, as it comes over the wire."""
    body = json.dumps({"event": event, **({"note": note} if note else {})}).encode()
    asked = urllib.request.Request(f"http://{made['listen']}/hook/{made['token']}", data=body)
    try:
        with urllib.request.urlopen(asked, timeout=180) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_report_waits_as_a_draft_until_its_owner_confirms(home: LocalNode) -> None:
    made = home.vrm("thing", "hook", "add", "boiler")
    assert made["listen"].startswith("127.0.0.1:")
    assert ask(home, "status")["hook"] == made["listen"]
    for _ in range(2):
        assert _report(made, "broken", "E21 since 07:12") == (202, {"status": "taken"})
    (draft,) = home.vrm("intent", "drafts")
    assert (draft["note"], draft["reports"]) == ("E21 since 07:12", 2)
    assert ask(home, "intents") == [], "nothing goes out before the owner says so"

    shown = home.vrm("intent", "draft", draft["draft"])
    assert "E21 since 07:12" in json.dumps(shown["audiences"][0]["decoded"])
    told = home.vrm("intent", "confirm", draft["draft"], "--problem", "It gives no heat.")
    assert home.vrm("intent", "drafts") == []
    (intent,) = ask(home, "intents")
    assert intent["intent"] == told["intent"]
    thing = home.vrm("thing", "show", "boiler")
    assert (thing["intent"], thing["reported"]) == (told["intent"], "E21 since 07:12")
    # It is under way: what the device says again brings nothing new.
    assert _report(made, "broken", "still E21")[0] == 202
    assert home.vrm("intent", "drafts") == []


def test_within_limits_it_publishes_and_beyond_them_it_is_refused(home: LocalNode) -> None:
    # fmt: off
    made = home.vrm(
        "thing", "hook", "add", "printer", "--event", "broken", "--event", "supply",
        "--supply", "toner TN-2420", "--publish", "--maximum", "60.00 EUR", "--every", "1w",
    )
    # fmt: on
    before = {each["intent"] for each in ask(home, "intents")}
    assert _report(made, "supply", "serial 4X7K99210Z is at 5 %") == (202, {"status": "taken"})
    (intent,) = [each for each in ask(home, "intents") if each["intent"] not in before]
    shown = json.dumps(ask(home, "intents", intent["intent"]))
    assert "toner TN-2420" in shown
    assert "4X7K99210Z" not in shown, "what a device writes is for its owner"
    assert home.vrm("thing", "show", "printer")["reported"] == "serial 4X7K99210Z is at 5 %"

    assert _report(made, "supply")[0] == 202, "the same again brings nothing new"
    status, problem = _report(made, "broken")
    assert (status, problem["code"]) == (429, "hook.limit")
    status, problem = _report(made, "maintenance")
    assert (status, problem["code"]) == (403, "hook.not_allowed")
    assert len(ask(home, "intents")) == len(before) + 1

    assert home.vrm("thing", "hook", "list")[-1]["published"] == 1
    home.vrm("thing", "hook", "remove", made["name"])
    status, problem = _report(made, "supply")
    assert (status, problem["code"]) == (404, "hook.unknown")
    assert made["token"] not in home.log.read_text(encoding="utf-8")


def test_a_hook_that_nothing_could_come_of_is_refused_at_once(home: LocalNode) -> None:
    home.vrm("thing", "add", "kettle")
    with pytest.raises(CommandFailed) as caught:
        home.vrm("thing", "hook", "add", "kettle")
    assert caught.value.code == "request.invalid"
