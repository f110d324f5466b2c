"""Own things, as people read them."""

ID = "ab12cd34ef56" * 3
THING = {
    "thing": ID[:32], "name": "combi \x1b[2Jdrill", "bought_at": 1_772_236_800,
    "bought_from": "Linden Books", "warranty_until": None, "broken_at": None,
}  # fmt: skip
DRAFT = {
    "thing": ID[:32], "name": "combi drill", "problem": "It smokes.", "request": {},
    "addressed": "to everybody: you trust no vendor that does such things",
    "warnings": ["the problem's text looks as if it holds a serial number"],
}  # fmt: skip
AUDIENCE = {"audience": "everybody", "bytes_hex": "00ff", "decoded": {"function": "Repair"}}


def test_the_list(daemon, vrm):
    daemon.service.answers["thing.list"] = [THING]
    header, line = vrm("thing", "list").stdout.splitlines()
    assert header.split() == ["name", "bought", "from", "warranty", "until", "broken"]
    assert "Linden Books" in line
    assert "\x1b" not in line


def test_a_field_is_taken_away_by_an_empty_value(daemon, vrm):
    daemon.service.answers["thing.change"] = THING
    vrm("thing", "change", "drill", "--note", "", "--brand", "Makita")
    changes = {"note": None, "brand": "Makita"}
    assert daemon.calls[-1] == ("thing.change", {"thing": "drill", "changes": changes})


def test_a_draft_says_what_it_did(daemon, vrm):
    daemon.service.answers["thing.broken"] = {**DRAFT, "audiences": [AUDIENCE]}
    words = vrm("thing", "broken", "drill", "--problem", "It smokes.").stdout
    assert words.startswith("goes to everybody: you trust no vendor that does such things\n")
    assert "nothing was sent. Your node has noted that the thing is broken." in words
    assert "nothing was sent or stored" not in words
    assert "== everybody (2 bytes)" in words
    assert words.count("looks as if it holds a serial number") == 1
    assert words.endswith("publish it with the same command and --publish\n")


def test_a_report_that_goes_out(daemon, vrm):
    daemon.service.answers["thing.broken"] = {**DRAFT, "intent": ID, "dry_run": False}
    words = vrm("thing", "broken", "drill", "--repair-only", "--everybody", "--publish").stdout
    assert words.startswith("published: intent ab12cd34ef56\ngoes to everybody")
    request: dict[str, object] = {"alternatives": [], "to": []}
    sent = {"thing": "drill", "publish": True, "request": request}
    assert daemon.calls[-1] == ("thing.broken", sent)


def test_what_contradicts_itself(daemon, vrm):
    vrm("thing", "broken", "drill", "--repair-only", "--or", "Sell", code=2)
    vrm("thing", "broken", "drill", "--everybody", "--to", "trusted", code=2)
    vrm("thing", "change", "drill", code=2)
    assert daemon.calls == []
