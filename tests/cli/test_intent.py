"""Publishing from flags and files, dry runs, waiting for offers, watching to the end."""

import json

import pytest

INTENT = "00003fa2" + "ab" * 28
DEAL = "cd" * 32
OFFER = {
    "offer": "9f" * 32, "intent": INTENT, "position": 1, "vendor_name": "Harbour Books",
    "item_name": "The C Programming Language", "total": 4190, "currency": "EUR", "quantity": 1,
    "terms": "SD-BASE", "delivery_latest": 1_796_083_200, "valid_through": 1_796_000_000,
    "reserved": True, "trusted": True, "reasons": ["cheapest to the door"], "problems": [],
}  # fmt: skip


@pytest.fixture
def published(daemon):
    answer = {"intent": INTENT, "pseudonym": "did:key:z6Mk", "valid_through": 1_796_000_000}
    daemon.service.answers["intent.publish"] = answer
    daemon.service.answers["status"] = {"peers": 3}
    daemon.service.answers["offer.list"] = []
    return daemon


def sent(daemon):
    return [params for name, params in daemon.calls if name == "intent.publish"][-1]


def test_flags_become_the_request(published, vrm):
    vrm(
        "intent", "publish", "--gtin", "9780131103627", "--quantity", "2", "--country", "DE",
        "--budget", "45.00 EUR", "--private-maximum", "50 EUR", "--must", "format=hardcover",
        "--must", "pages>=200", "--condition", "new", "--terms", "SD-BASE", "--terms", "SD-BASE-A",
        "--valid-for", "2d", "--max-offers", "5", "--by", "2026-12-24", "--language", "de",
    )  # fmt: skip
    assert sent(published) == {
        "request": {
            "gtin": "9780131103627", "quantity": 2, "country": "DE", "budget": "45.00 EUR",
            "private_maximum": "50 EUR", "must": ["format=hardcover", "pages>=200"],
            "condition": ["new"], "terms": ["SD-BASE", "SD-BASE-A"], "valid_for": "2d",
            "max_offers": 5, "by": "2026-12-24", "language": ["de"],
        },
        "dry_run": False,
    }  # fmt: skip


def test_acceptance_flags(published, vrm):
    vrm(
        "intent", "publish", "--gtin", "1", "--accept", "automatic", "--vendor", "did:a",
        "--vendor", "did:b", "--max-total", "45 EUR", "--accept-terms", "SD-BASE",
        "--wait-offers", "2", "--wait-for", "30s",
    )  # fmt: skip
    assert sent(published)["acceptance"] == {
        "mode": "automatic", "vendors": "named", "named": ["did:a", "did:b"],
        "max_total": "45 EUR", "terms": ["SD-BASE"], "wait_offers": 2, "wait_for": "30s",
    }  # fmt: skip


def test_flags_are_understood_by_the_market(published, vrm):
    """The node's own reader takes what the flags make."""
    from vrmnode.customer.acceptance import read_policy
    from vrmnode.customer.request import read_request
    from vrmprotocol.keys import to_did

    vendor = to_did(
        bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    )
    vrm(
        "intent", "publish", "--name", "lamp", "--gtin", "9780131103627", "--mpn", "x", "--brand",
        "y", "--category", "783", "--description", "z", "--quantity", "1", "--country", "DE",
        "--region", "Berlin", "--by", "2030-12-24", "--budget", "45.00 EUR", "--private-maximum",
        "50 EUR", "--currency", "EUR", "--max-offers", "3", "--valid-for", "2d", "--function",
        "Sell", "--label", "gift", "--condition", "new", "--must", "format=hardcover", "--prefer",
        "pages>=200", "--terms", "SD-BASE", "--delivery", "ship", "--payment", "invoice",
        "--language", "de", "--accept", "automatic", "--accept-vendors", "named", "--vendor",
        vendor, "--max-total", "45 EUR", "--accept-terms", "SD-BASE", "--wait-offers", "2",
        "--wait-for", "30s",
    )  # fmt: skip
    body = sent(published)
    assert read_request(body["request"]).label == "gift"
    assert read_policy(body["acceptance"]).wait_s == 30


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_file_and_flags_that_win(published, vrm, tmp_path, kind):
    path = tmp_path / f"lamp.{kind}"
    if kind == "toml":
        path.write_text(
            'name = "lamp"\ncountry = "AT"\n[acceptance]\nmode = "manual"\nwait_offers = 4\n'
        )
    else:
        acceptance = {"mode": "manual", "wait_offers": 4}
        path.write_text(json.dumps({"name": "lamp", "country": "AT", "acceptance": acceptance}))
    vrm("intent", "publish", "--file", path, "--country", "DE", "--accept", "automatic")
    assert sent(published) == {
        "request": {"name": "lamp", "country": "DE"},
        "acceptance": {"mode": "automatic", "wait_offers": 4},
        "dry_run": False,
    }


def test_file_from_stdin(published, vrm):
    vrm("intent", "publish", "--file", "-", stdin='{"name": "lamp"}')
    assert sent(published)["request"] == {"name": "lamp"}


def test_nothing_asked_for(vrm):
    assert vrm.error("intent", "publish", code=2)["code"] == "option.missing"


def test_acceptance_that_is_no_table(vrm, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('name = "a"\nacceptance = "automatic"\n')
    assert vrm.error("intent", "publish", "--file", path, code=2)["code"] == "file.acceptance"


@pytest.mark.parametrize("text", ["soon", "-1s", "1.5h", ""])
def test_timeout_that_is_no_span(vrm, text):
    error = vrm.error("intent", "publish", "--gtin", "1", "--timeout", text, code=2)
    assert error["code"] == "option.span"


def test_dry_run_shows_every_byte(daemon, vrm):
    raw = bytes(range(40))
    daemon.service.answers["intent.publish"] = {
        "audiences": [
            {"audience": "everyone in the market", "bytes_hex": raw.hex(), "size": 40,
             "decoded": {"kind": "intent", "body": {"must": [{"name": "format"}]}}},
            {"audience": "nobody: stays on this node", "bytes_hex": "", "size": 0,
             "decoded": {"label": "gift"}},
        ],
        "warnings": ["few people ask for this"],
    }  # fmt: skip
    output = vrm("intent", "publish", "--gtin", "1", "--dry-run").stdout
    assert sent(daemon)["dry_run"] is True
    dumped = [line.split("  ") for line in output.splitlines() if line.startswith("  0000")]
    assert b"".join(bytes.fromhex(line[2]) for line in dumped) == raw
    assert "== everyone in the market (40 bytes)" in output
    assert "label: gift" in output.partition("nobody: stays on this node")[2]
    assert "Note: few people ask for this" in output


def test_published_words(published, vrm):
    output = vrm("intent", "publish", "--gtin", "1").stdout
    assert "published: intent 00003fa2abab" in output
    assert "vrm intent watch 00003fa2abab" in output


def asked(offers=(), refused=()):
    return {"intent": INTENT, "ranking": list(offers), "refused": list(refused)}


REFUSED = {
    "vendor": "did:key:z6MkAbcdefghijkl",
    "reason": "terms",
    "words": "the terms don't suit",
    "note": "we accept none",
}


def test_wait_for_offers(published, vrm):
    published.service.answers["intent.show"] = asked([OFFER])
    second = {**OFFER, "position": 2, "vendor_name": "Sea Books", "total": 4300, "reserved": False}

    def arrive():
        published.service.answers["intent.show"] = asked([OFFER, second])
        published.service.happen("offer.received", intent=INTENT)

    published.when_followed(arrive)
    result = vrm("intent", "publish", "--gtin", "1", "--wait", "2", "--timeout", "2m")
    first, then = [line for line in result.stdout.splitlines() if " EUR " in line]
    assert "1.      41.90 EUR  Harbour Books  (SD-BASE, there by 2026-12-01, reserved)" in first
    assert "subject to stock" in then
    assert "+ cheapest to the door" in result.stdout
    assert "waiting for 2 offers …" in result.stderr


@pytest.fixture
def short_quiet(monkeypatch):
    monkeypatch.setattr("vrmnode.cli.commands.publish.QUIET_S", 0.2)


def test_wait_ends_when_all_refuse(published, vrm, short_quiet):
    published.service.answers["intent.show"] = asked()

    def arrive():
        published.service.answers["intent.show"] = asked(refused=[REFUSED])
        published.service.happen("intent.refused", intent=INTENT)

    published.when_followed(arrive)
    error = vrm.error("intent", "publish", "--gtin", "1", "--wait", "1", code=1)
    assert error["code"] == "intent.refused"
    assert "came 1 refusal: did:key:z6MkAbcdefgh: the terms don't suit [terms]; " in error["detail"]


def test_refusals_count_when_no_more_comes(published, vrm, short_quiet):
    published.service.answers["intent.show"] = asked([OFFER], [REFUSED])
    args = ("intent", "publish", "--gtin", "1", "--wait", "2")
    output = vrm(*args).stdout
    assert "1.      41.90 EUR  Harbour Books" in output
    assert "Refused by:\n  did:key:z6MkAbcdefgh: the terms don't suit [terms]" in output
    value = vrm.json(*args)
    assert (value["offers"], value["refused"]) == ([OFFER], [REFUSED])


def test_wait_is_over(published, vrm):
    published.service.answers["intent.show"] = asked([], [])
    args = ("intent", "publish", "--gtin", "1", "--wait", "1", "--timeout", "1s")
    error = vrm.error(*args, code=8)
    assert error["code"] == "wait.timed_out"
    assert "(came 0 offers, 0 refusals)" in error["detail"]
    assert error["advice"].endswith("vrm intent watch 00003fa2abab")
    published.service.answers["status"] = {"peers": 0}
    assert vrm.error(*args, code=7)["code"] == "network.no_peers"


def show(status, *deals):
    return {"intent": INTENT, "status": status, "deals": list(deals)}


def deal(state):
    return {
        "deal": DEAL, "state": state, "vendor_name": "Harbour Books", "total": 4190,
        "currency": "EUR",
    }  # fmt: skip


def test_watch_until_agreed(published, vrm):
    published.service.answers["intent.show"] = show("active")

    def agree():
        published.service.answers["intent.show"] = show("fulfilled", deal("agreed"))
        published.service.happen("deal.other", deal="77" * 32)
        published.service.happen("deal.agreed", deal=DEAL)

    published.when_followed(agree)
    output = vrm("intent", "watch", INTENT[:12], "--timeout", "2m").stdout
    assert "deal.agreed" in output and "deal.other" not in output
    assert "agreed with Harbour Books: 41.90 EUR" in output
    assert "vrm deal export cdcdcdcdcdcd" in output


def test_watch_of_what_is_over(published, vrm):
    published.service.answers["intent.show"] = show("fulfilled", deal("agreed"))
    lines = vrm("intent", "watch", INTENT, "--json").stdout.splitlines()
    assert json.loads(lines[-1])["type"] == "watch.agreed"
    for status in ("expired", "withdrawn"):
        published.service.answers["intent.show"] = show(status, deal("declined"))
        assert vrm.error("intent", "watch", INTENT, code=1)["code"] == f"intent.{status}"


def test_watch_waits_for_an_acceptance_that_is_pending(published, vrm):
    published.service.answers["intent.show"] = show("expired", deal("accepted"))
    args = ("intent", "watch", INTENT, "--timeout", "1s")
    assert vrm.error(*args, code=8)["code"] == "wait.timed_out"


def test_show_has_ranking_refusals_and_deals(published, vrm):
    refused = {
        "vendor": "did:key:z6MkShop",
        "reason": "out_of_stock",
        "words": "none is left",
        "note": "sold out",
    }
    answer = {
        **show("active", {**deal("declined"), "role": "customer"}),
        "created": 1_795_298_645, "max_price": 4500, "currency": "EUR",
        "ranking": [{**OFFER, "problems": [{"code": "late", "words": "comes too late"}]}],
        "refused": [refused],
    }  # fmt: skip
    published.service.answers["intent.show"] = answer
    output = vrm("intent", "show", INTENT).stdout
    assert "created: 1795298645 (2026-11-21 22:04 UTC)" in output
    assert "max_price: 4500 (45.00 EUR)" in output
    assert "! comes too late" in output
    assert "did:key:z6MkShop: none is left [out_of_stock]; in its words: sold out" in output
    assert "cdcdcdcdcdcd  customer  declined  41.90 EUR" in output


def test_extend_says_until_when(daemon, vrm):
    answer = {"intent": INTENT, "status": "active", "valid_through": 1_796_000_400}
    daemon.service.answers["intent.extend"] = answer
    words = vrm("intent", "extend", "00003fa2", "--valid-for", "2w").stdout
    assert words == "extended: intent 00003fa2abab stands until 2026-11-30 01:00 UTC\n"
    assert daemon.calls == [("intent.extend", {"intent": "00003fa2", "valid_for": "2w"})]
    assert vrm.json("intent", "extend", "00003fa2", "--valid-for", "2w") == answer
    vrm("intent", "extend", "00003fa2", code=2)


def test_counter_flags_are_a_table(daemon, vrm):
    vrm.json(
        "intent", "publish", "--name", "lamp", "--country", "AT", "--accept", "manual",
        "--counter", "automatic", "--counter-rounds", "2", "--counter-first", "20",
        "--counter-last", "10", "--counter-target", "40 EUR", "--counter-patience", "5m",
    )  # fmt: skip
    (params,) = [params for name, params in daemon.calls if name == "intent.publish"]
    assert params["acceptance"] == {
        "mode": "manual",
        "counter": {
            "mode": "automatic", "rounds": 2, "first_percent": 20, "last_percent": 10,
            "target": "40 EUR", "patience": "5m",
        },
    }  # fmt: skip
