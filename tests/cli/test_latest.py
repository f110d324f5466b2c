"""Commands that need no id typed: the newest intent, the node's address, a node that starts."""

import threading

import pytest

INTENT, DEAL = "ab" * 32, "0a" * 32


@pytest.mark.parametrize("command", ["show", "watch"])
def test_latest_is_the_intent_published_last(daemon, vrm, command):
    daemon.service.answers["intent.list"] = [{"intent": INTENT}, {"intent": "cd" * 32}]
    daemon.service.answers["intent.show"] = {
        "intent": INTENT,
        "status": "fulfilled",
        "deals": [{"deal": "dd" * 32, "state": "agreed", "vendor_name": "Harbour Books"}],
    }
    vrm("intent", command, "--latest")
    assert ("intent.show", {"intent": INTENT}) in daemon.calls


@pytest.mark.parametrize("command", ["show", "watch"])
def test_latest_without_any(daemon, vrm, command):
    daemon.service.answers["intent.list"] = []
    assert vrm.error("intent", command, "--latest", code=3)["code"] == "intent.none"


@pytest.mark.parametrize("args", [(), (INTENT, "--latest")])
@pytest.mark.parametrize("command", ["show", "watch"])
def test_either_an_id_or_the_latest(daemon, vrm, command, args):
    assert vrm.error("intent", command, *args, code=2)["code"] == "option.which"


def test_refusals_name_the_vendor(daemon, vrm):
    daemon.service.answers["intent.show"] = {
        "intent": INTENT,
        "refused": [
            {
                "vendor": "did:key:z6Mk",
                "vendor_name": "Harbour Books",
                "reason": "terms",
                "words": "none of the terms proffered is accepted",
            }
        ],
    }
    assert (
        "  Harbour Books: none of the terms proffered is accepted [terms]"
        in vrm("intent", "show", INTENT).stdout
    )


def test_address_is_printed_alone(daemon, vrm):
    addresses = ["/ip4/192.0.2.7/tcp/4101/p2p/Qm", "/ip6/::1/tcp/4101/p2p/Qm"]
    daemon.service.answers["status"] = {"addresses": addresses}
    assert vrm("net", "address").stdout == "\n".join(addresses) + "\n"
    assert vrm.json("net", "address") == addresses


def test_no_address(daemon, vrm):
    daemon.service.answers["status"] = {"addresses": []}
    assert vrm.error("net", "address", code=3)["code"] == "network.no_address"


def test_status_waits_for_a_node_that_starts(tmp_path, vrm):
    from tests.cli.daemon import Daemon

    daemon = Daemon(tmp_path)
    threading.Timer(0.5, daemon.start).start()
    try:
        assert vrm.json("status", "--wait", "120s") == {"last_event": 0}
    finally:
        daemon.stop()


def test_status_waits_no_longer_than_it_was_told(vrm):
    assert vrm.error("status", "--wait", "1s", code=6)["code"] == "daemon.down"


def test_the_deal_agreed_last_is_shown(daemon, vrm):
    daemon.service.answers["deal.list"] = [{"deal": DEAL}]
    daemon.service.answers["deal.show"] = {"deal": DEAL, "state": "agreed"}
    assert vrm.json("deal", "show", "--latest")["deal"] == DEAL
    assert ("deal.show", {"deal": DEAL}) in daemon.calls
    assert vrm.error("deal", "show", code=2)["code"] == "option.which"
    assert vrm.error("deal", "show", DEAL, "--latest", code=2)["code"] == "option.which"
