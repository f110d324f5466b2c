"""`vrm thing hook` and the drafts that hooks leave, as people read them."""

ID = "ab12cd34ef56" * 3
HOOK = {
    "hook": ID[:32], "name": "boiler", "thing": ID[:32], "thing_name": "boiler \x1b[2J",
    "rules": {"mode": "draft", "events": ["broken"], "most": 1, "every": 604_800},
    "added": 1_800_000_000, "used_at": None, "published": 0,
}  # fmt: skip
PUBLISHES = {
    "mode": "publish", "events": ["supply"], "maximum": "60.00 EUR", "most": 2, "every": 604_800,
}  # fmt: skip
DRAFT = {
    "draft": ID[:32], "thing": ID[:32], "thing_name": "boiler", "hook": ID[:32],
    "hook_name": "boiler", "event": "broken", "note": "E21 \x1b[2J", "request": {},
    "addressed": "to everybody: you trust no vendor that does such things",
    "warnings": ["the problem's text looks as if it holds a serial number"],
    "reports": 3, "reported_at": 1_800_000_000, "added": 1_800_000_000,
}  # fmt: skip


def test_a_token_is_shown_with_how_to_use_it(daemon, vrm):
    daemon.service.answers["hook.add"] = {**HOOK, "token": "vrmhook_x", "listen": "127.0.0.1:4180"}
    words = vrm("thing", "hook", "add", "boiler").stdout
    assert "its token, shown once: vrmhook_x" in words
    assert """curl -d '{"event": "broken"}' http://127.0.0.1:4180/hook/vrmhook_x""" in words
    assert "\x1b" not in words
    sent = {"thing": "boiler", "rules": {"mode": "draft"}}
    assert daemon.calls[-1] == ("hook.add", sent)


def test_who_listens_everywhere_can_be_tried_here(daemon, vrm):
    for listen in ("0.0.0.0:4180", "[::]:4180"):
        daemon.service.answers["hook.add"] = {**HOOK, "token": "vrmhook_x", "listen": listen}
        words = vrm("thing", "hook", "add", "boiler").stdout
        assert words.endswith("http://127.0.0.1:4180/hook/vrmhook_x\n")


def test_without_a_listener_it_says_how_to_have_one(daemon, vrm):
    daemon.service.answers["hook.add"] = {**HOOK, "token": "vrmhook_x", "listen": None}
    assert 'set hook_listen = "4180" in config.toml' in vrm("thing", "hook", "add", "boiler").stdout


def test_the_rules_of_a_hook(daemon, vrm):
    daemon.service.answers["hook.add"] = {**HOOK, "rules": PUBLISHES, "token": "t", "listen": None}
    args = ("--name", "toner", "--event", "supply", "--supply", "TN-2420", "--supply-quantity", 2)
    limits = ("--publish", "--maximum", "60.00 EUR", "--most", 2, "--every", "1w", "--everybody")
    words = vrm("thing", "hook", "add", "printer", *args, *limits, "--problem", "Empty.").stdout
    assert "publishes on supply, up to 60.00 EUR each, at most 2 in 1w" in words
    rules = {
        "mode": "publish", "events": ["supply"], "maximum": "60.00 EUR", "most": 2, "every": "1w",
        "problem": "Empty.", "supply": {"name": "TN-2420", "quantity": 2}, "request": {"to": []},
    }  # fmt: skip
    sent = {"thing": "printer", "name": "toner", "rules": rules}
    assert daemon.calls[-1] == ("hook.add", sent)
    vrm("thing", "hook", "add", "printer", "--publish", code=2)


def test_the_list_of_hooks(daemon, vrm):
    daemon.service.answers["hook.list"] = [HOOK, {**HOOK, "name": "toner", "rules": PUBLISHES}]
    header, boiler, toner = vrm("thing", "hook", "list").stdout.splitlines()
    assert header.split() == ["name", "hook", "thing", "last", "used", "what", "it", "does"]
    assert "leaves a draft on broken" in boiler
    assert toner.startswith("toner")
    daemon.service.answers["hook.list"] = []
    assert "make one with: vrm thing hook add" in vrm("thing", "hook", "list").stdout


def test_a_hook_is_removed(daemon, vrm):
    daemon.service.answers["hook.remove"] = HOOK
    words = vrm("thing", "hook", "remove", "boiler").stdout
    assert words == "removed: the token of boiler is good for nothing\n"
    assert daemon.calls[-1] == ("hook.remove", {"hook": "boiler"})


def test_the_drafts(daemon, vrm):
    daemon.service.answers["draft.list"] = [DRAFT]
    _, line = vrm("intent", "drafts").stdout.splitlines()
    assert line.split()[:4] == ["ab12cd34ef56", "boiler", "broken", "3"]
    assert "\x1b" not in line
    daemon.service.answers["draft.list"] = []
    assert "no drafts" in vrm("intent", "drafts").stdout


def test_a_draft_shows_what_would_be_sent(daemon, vrm):
    audience = {"audience": "everybody", "bytes_hex": "00ff", "decoded": {"function": "Repair"}}
    daemon.service.answers["draft.confirm"] = {**DRAFT, "audiences": [audience]}
    words = vrm("intent", "draft", ID[:12]).stdout
    assert words.startswith("boiler said broken of boiler, 3 times\nits note: E21")
    assert "Draft: nothing was sent." in words
    assert "== everybody (2 bytes)" in words
    assert words.count("serial number") == 1
    assert words.endswith("publish it with: vrm intent confirm ab12cd34ef56\n")
    assert daemon.calls[-1] == ("draft.confirm", {"draft": ID[:12], "dry_run": True})


def test_a_draft_is_confirmed_or_thrown_away(daemon, vrm):
    daemon.service.answers["draft.confirm"] = {**DRAFT, "intent": ID}
    words = vrm("intent", "confirm", ID[:12], "--problem", "No heat.").stdout
    assert words.startswith("published: intent ab12cd34ef56\ngoes to everybody")
    sent = {"draft": ID[:12], "problem": "No heat.", "dry_run": False}
    assert daemon.calls[-1] == ("draft.confirm", sent)
    daemon.service.answers["draft.discard"] = DRAFT
    assert vrm("intent", "discard", ID[:12]).stdout == "thrown away: draft ab12cd34ef56\n"
