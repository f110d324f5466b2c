"""Nothing that a peer wrote may move the cursor, reorder words or hide them."""

import pytest

from vrmnode.cli.safe_text import json_text, many_lines, one_line, shortened

ATTACKS = {
    "colour": ("\x1b[31mred\x1b[0m", "red"),
    "clear screen": ("\x1b[2J\x1b[Hgone", "gone"),
    "title": ("\x1b]0;owned\x07name", "name"),
    "title, ST": ("\x1b]2;owned\x1b\\name", "name"),
    "link": ("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click"),
    "clipboard": ("\x1b]52;c;ZXZpbA==\x07x", "x"),
    "device control": ("\x1bPq#0\x1b\\x", "x"),
    "C1 CSI": ("\x9b31mred", "red"),
    "C1 OSC": ("\x9d0;owned\x9cname", "name"),
    "unfinished CSI": ("a\x1b[", "a"),
    "unfinished OSC": ("a\x1b]0;rest of the line", "a"),
    "lone escape": ("a\x1bcb", "ab"),
    "backspaces": ("9\x08\x08 EUR", "9 EUR"),
    "carriage return": ("99 EUR\r1 EUR", "99 EUR 1 EUR"),
    "bell, null, delete": ("a\x07\x00\x7fb", "ab"),
    "right to left override": ("\u202e RUE 99", " RUE 99"),
    "isolates and marks": ("\u2066a\u2069\u200e\u200f\u061c", "a"),
    "zero width": ("pay\u200bpal\ufeff\u00ad", "paypal"),
    "line separators": ("a\u2028b\u2029c", "a b c"),
    "tags": ("a\U000e0041\U000e007f", "a"),
    "lone surrogate": ("a\ud800b", "ab"),
    "private use": ("a\ue000\U000f0000b", "ab"),
    "pile of marks": ("Z" + "\u0301" * 50, "Z" + "\u0301" * 3),
    "new line in one line": ("a\nfake: yes", "a fake: yes"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name):
    raw, safe = ATTACKS[name]
    assert one_line(raw) == safe


@pytest.mark.parametrize("text", ["Bücher", "本屋", "חנות", "کتاب‌ها", "👩‍🚀", "a/b-c_d 1,5 %", ""])
def test_honest_text_stays(text):
    assert one_line(text) == text


def test_lines_stay_lines():
    assert many_lines("a\x1b[1m\n\tb") == "a\n b"


def test_shortened():
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


def test_json_is_printable_ascii():
    text = json_text({"a": "\x1b\x7f\u202e\ud800é"})
    assert text.isascii() and text.isprintable()


def test_every_command_prints_safely(daemon, vrm):
    evil = "\x1b[2J\u202eevil\x07"
    row = {
        "offer": "ab" * 32, "intent": "cd" * 32, "vendor_name": evil, "item_name": evil,
        "total": 990, "currency": "EUR", "reasons": [evil], "problems": [{"words": evil}],
        "deal": "ef" * 32, "role": evil, "state": evil, "status": evil, "label": evil,
        "sku": evil, "name": evil, "peer_id": evil, "note": evil,
    }  # fmt: skip
    for name in ("offer.list", "deal.list", "intent.list", "catalogue.list", "peers"):
        daemon.service.answers[name] = [row]
    for name in ("offer.show", "deal.show", "intent.show", "identity", "policy", "status"):
        daemon.service.answers[name] = row
    daemon.happen("offer.received", intent="cd" * 32, note=evil, vendor_name=evil)
    for args in (
        "offer list", "offer show abcdef", "deal list", "deal show efefef", "intent list",
        "intent show cdcdcd", "vendor catalogue list", "net peers", "id show", "policy show",
        "status", "events",
    ):  # fmt: skip
        output = vrm(*args.split()).stdout
        assert "evil" in output or args in ("status",)
        assert not {"\x1b", "\u202e", "\x07"} & set(output), args
