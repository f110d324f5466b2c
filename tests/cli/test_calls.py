"""Each command asks the node for one thing, and prints the answer as JSON unchanged."""

import pytest

ID = "ab12cd34ef56"

CALLS = [
    ("status", "status", {}),
    ("id show", "identity", {}),
    ("net peers", "peers", {}),
    ("net connect /ip4/1.2.3.4/tcp/1/p2p/Qm", "peers.connect",
     {"address": "/ip4/1.2.3.4/tcp/1/p2p/Qm"}),
    ("intent list", "intent.list", {}),
    ("intent list --status active", "intent.list", {"status": "active"}),
    (f"intent show {ID}", "intent.show", {"intent": ID}),
    (f"intent withdraw {ID}", "intent.withdraw", {"intent": ID}),
    ("offer list", "offer.list", {}),
    (f"offer list --intent {ID}", "offer.list", {"intent": ID}),
    (f"offer show {ID}", "offer.show", {"offer": ID}),
    (f"offer accept {ID}", "offer.accept", {"offer": ID}),
    (f"offer decline {ID}", "offer.decline", {"offer": ID, "reason": "unspecified"}),
    (f"offer decline {ID} --reason terms --note no", "offer.decline",
     {"offer": ID, "reason": "terms", "note": "no"}),
    ("deal list", "deal.list", {}),
    ("deal list --role vendor --state agreed", "deal.list", {"role": "vendor", "state": "agreed"}),
    (f"deal show {ID}", "deal.show", {"deal": ID}),
    (f"deal withdraw {ID} --reason unconfirmed", "deal.withdraw",
     {"deal": ID, "reason": "unconfirmed"}),
    ("vendor search", "vendor.search", {"limit": 100}),
    ("vendor search old books --category 784 --country DE --terms SD-BASE --terms SD-BASE-A"
     " --function Sell --limit 5", "vendor.search",
     {"words": "old books", "category": 784, "country": "DE", "terms": ["SD-BASE", "SD-BASE-A"],
      "function": "Sell", "limit": 5}),
    ("vendor show did:key:z6MkgDAMxx8R", "vendor.show", {"vendor": "did:key:z6MkgDAMxx8R"}),
    ("contact show", "contact", {}),
    ("contact set name=Anna postal_code=01067", "contact.set",
     {"name": "Anna", "postal_code": "01067"}),
    ("contact set name=Anna --from 2027-03-01 --no-tell", "contact.set",
     {"name": "Anna", "effective_from": 1_803_859_200, "tell": False}),
    ("contact set name=Anna --dry-run", "contact.set", {"name": "Anna", "dry_run": True}),
    ("contact status", "contact.status", {}),
    ("contact tell", "contact.tell", {}),
    ("contact tell email", "contact.tell", {"fields": ["email"]}),
    ("relation list", "relation.list", {}),
    ("relation list --role vendor", "relation.list", {"role": "vendor"}),
    (f"relation show {ID}", "relation.show", {"relation": ID}),
    (f"relation reach {ID} revoked", "relation.reach", {"relation": ID, "status": "revoked"}),
    (f"relation reach {ID} granted --channel email --channel text --purpose product",
     "relation.reach", {"relation": ID, "status": "granted", "channels": ["email", "text"],
                        "purposes": ["product"]}),
    (f"relation pause {ID}", "relation.pause", {"relation": ID}),
    (f"relation resume {ID}", "relation.resume", {"relation": ID}),
    (f"relation end {ID}", "relation.end", {"relation": ID}),
    (f"relation write {ID} hello --purpose order --language en", "relation.write",
     {"relation": ID, "text": "hello", "purpose": "order", "language": "en"}),
    (f"relation write {ID} hello --answers {ID}", "relation.write",
     {"relation": ID, "text": "hello", "answers": ID}),
    ("breach list", "breach.list", {}),
    (f"breach list --deal {ID}", "breach.list", {"deal": ID}),
    (f"breach show {ID}", "breach.show", {"breach": ID}),
    ("contact remove email --tell", "contact.remove", {"fields": ["email"], "tell": True}),
    ("contact remove telephone email", "contact.remove",
     {"fields": ["telephone", "email"], "tell": False}),
    ("contact disclosures", "contact.disclosures", {}),
    (f"contact disclosures --deal {ID}", "contact.disclosures", {"deal": ID}),
    ("vendor intents", "vendor.intents", {"limit": 100}),
    ("vendor intents --answer none --limit 5", "vendor.intents", {"answer": "none", "limit": 5}),
    ("vendor orders", "vendor.orders", {"all": False}),
    ("vendor orders --all", "vendor.orders", {"all": True}),
    (f"vendor label {ID}", "vendor.label", {"deal": ID}),
    (
        f"vendor forget {ID}",
        "vendor.forget",
        {"deal": ID, "anyway": False, "reason": "unspecified"},
    ),
    (
        f"vendor forget {ID} --anyway --reason on_request",
        "vendor.forget",
        {"deal": ID, "anyway": True, "reason": "on_request"},
    ),
    ("ledger", "ledger", {"role": "customer"}),
    (
        "ledger --role vendor --vendor books --field email --state due",
        "ledger",
        {"role": "vendor", "vendor": "books", "field": "email", "state": "due"},
    ),
    ("contact policy show", "contact.policy", {}),
    (f"deal disclose {ID}", "deal.disclose", {"deal": ID, "dry_run": False}),
    (f"deal disclose {ID} name relationship", "deal.disclose",
     {"deal": ID, "fields": ["name", "relationship"], "dry_run": False}),
    (f"deal disclose {ID} email --dry-run", "deal.disclose",
     {"deal": ID, "fields": ["email"], "dry_run": True}),
    ("contact remove --all", "contact.remove", {"tell": False}),
    ("trust list", "trust.list", {}),
    ("trust list --group books", "trust.list", {"group": "books"}),
    ("trust add z6MkgDAMxx8R", "trust.add", {"vendor": "z6MkgDAMxx8R"}),
    ("trust add z6MkgDAMxx8R --note good --group a --group b", "trust.add",
     {"vendor": "z6MkgDAMxx8R", "note": "good", "groups": ["a", "b"]}),
    ("trust remove z6MkgDAMxx8R", "trust.remove", {"vendor": "z6MkgDAMxx8R"}),
    ("trust remove z6MkgDAMxx8R --group a", "trust.remove",
     {"vendor": "z6MkgDAMxx8R", "group": "a"}),
    ("vendor profile show", "vendor.profile", {}),
    ("vendor policy show", "vendor.policy", {}),
    ("vendor catalogue list --limit 5 --after x", "catalogue.list", {"limit": 5, "after": "x"}),
    ("policy show", "policy", {}),
]  # fmt: skip


@pytest.mark.parametrize(("args", "name", "params"), CALLS, ids=[call[0] for call in CALLS])
def test_call(daemon, vrm, args, name, params):
    daemon.service.answers[name] = {"told": "é\x1b"}
    value = vrm.json(*args.split())
    assert value["told"] == "é\x1b"
    assert [call for call in daemon.service.calls if call[0] == name] == [(name, params)]
    vrm(*args.split())


def test_json_before_and_after_the_command(daemon, vrm):
    assert vrm("--json", "policy", "show").stdout == vrm("policy", "show", "--json").stdout


def test_events_page(daemon, vrm):
    for number in range(3):
        daemon.happen("test.one", number=number)
    lines = vrm("events", "--after", "1", "--limit", "1", "--json").stdout.splitlines()
    assert len(lines) == 1 and '"id": 2' in lines[0]


def test_events_follow_until_its_time_is_over(daemon, vrm):
    daemon.happen("test.before")
    daemon.when_followed(lambda: daemon.service.happen("test.later", intent="cd" * 32))
    output = vrm("events", "--follow", "--timeout", "10s").stdout
    assert "test.later" in output and "test.before" not in output
    assert "test.before" in vrm("events", "--follow", "--after", "0", "--timeout", "10s").stdout


PATHS = {
    "policy set": ("policy", "policy.set"),
    "vendor profile set": ("vendor.profile", "vendor.profile.set"),
    "vendor policy set": ("vendor.policy", "vendor.policy.set"),
}


@pytest.mark.parametrize("command", PATHS)
def test_set_changes_names_and_keeps_the_others(daemon, vrm, command):
    shown, stored = PATHS[command]
    daemon.service.answers[shown] = {"kept": 1, "old": 2, "deep": {"a": 1}, "unset": None}
    pairs = ["mode=automatic", 'list=["a"]', "old=", "deep.b=x y", "max=45.00 EUR", "n=7"]
    vrm(*command.split(), *pairs)
    expected = {
        "kept": 1, "deep": {"a": 1, "b": "x y"}, "mode": "automatic", "list": ["a"],
        "max": "45.00 EUR", "n": 7,
    }  # fmt: skip
    assert daemon.calls[-1] == (stored, expected)


@pytest.mark.parametrize("command", PATHS)
def test_set_from_a_file_replaces_all(daemon, vrm, tmp_path, command):
    _, stored = PATHS[command]
    file = tmp_path / "all.toml"
    file.write_text('name = "A"\n[deep]\nday = 2026-12-24\n')
    vrm(*command.split(), "--file", file, "extra=1")
    expected = {"name": "A", "deep": {"day": "2026-12-24"}, "extra": 1}
    assert daemon.calls == [(stored, expected)]


@pytest.mark.parametrize("command", PATHS)
def test_set_of_nothing_is_usage(vrm, command):
    assert vrm.error(*command.split(), code=2)["code"] == "option.missing"
    assert vrm.error(*command.split(), "novalue", code=2)["code"] == "option.pair"


def test_the_trusted_are_shown_with_the_policy_and_not_sent_back(daemon, vrm):
    daemon.service.answers["policy"] = {"mode": "manual", "trusted": ["did:a"]}
    vrm("policy", "set", "mode=automatic")
    assert daemon.calls[-1] == ("policy.set", {"mode": "automatic"})
    vrm("policy", "set", 'trusted=["did:b"]')
    assert daemon.calls[-1] == ("policy.set", {"mode": "manual", "trusted": ["did:b"]})
