"""Relationships as the command shows them."""

from __future__ import annotations

ID = "ab" * 32
DEAL = {
    "deal": ID,
    "item_name": "Book",
    "terms": "SD-BASE",
    "order_status": "shipped",
    "status": "active",
    "reach": {
        "message": {
            "order": "granted",
            "product": "not_granted",
            "other": "not_granted",
            "marketing": "revoked",
        }
    },
    "told": ["country", "name"],
}
ROW = {
    "role": "customer",
    "vendor": "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZSZ5zrC4bqvUYeo8K4LHqZ",
    "vendor_name": "Linden Books",
    "opened": True,
    "status": "active",
    "deals": [ID],
    "since": 1_800_000_000,
    "updated": 1_800_000_000,
}
NOTE = {
    "note": "cd" * 32,
    "deal": ID,
    "from": "vendor",
    "text": "Buy \x1b[31mmore",
    "purpose": "marketing",
    "created": 1_800_000_000,
    "refused": None,
}
REFUSED = {
    **NOTE,
    "refused": "reach.revoked",
    "words": "the customer has revoked messages about this",
}


def test_the_list_is_a_table(daemon, vrm):
    daemon.service.answers["relation.list"] = [ROW]
    lines = vrm("relation", "list").stdout.splitlines()
    assert lines[1].split("  ")[0] == "Linden Books"
    assert "active" in lines[1] and "yes" in lines[1] and "abababababab" in lines[1]
    daemon.service.answers["relation.list"] = []
    assert "begins with an agreement" in vrm("relation", "list").stdout


def test_one_is_shown_with_reach_and_notes(daemon, vrm):
    shown = {**ROW, "deals": [DEAL], "notes": [NOTE, REFUSED]}
    daemon.service.answers["relation.show"] = shown
    words = vrm("relation", "show", ID).stdout
    assert words.startswith("with Linden Books, you are the customer: active")
    assert "order shipped, terms SD-BASE" in words
    row = next(line for line in words.splitlines() if line.startswith("message"))
    assert row.split() == ["message", "granted", "-", "-", "revoked"]
    assert "was told: country, name" in words
    assert "\x1b" not in words and "about marketing: Buy" in words
    assert "REFUSED, the customer has revoked messages about this" in words
    assert words.count("Buy") == 1  # what was refused isn't shown among the others


def test_changes_show_how_it_is_then(daemon, vrm):
    for words in (("reach", ID, "revoked"), ("pause", ID), ("resume", ID), ("end", ID)):
        daemon.service.answers[f"relation.{words[0]}"] = {**ROW, "deals": [DEAL], "notes": []}
        assert "with Linden Books" in vrm("relation", *words).stdout


def test_who_cuts_a_vendor_off_hears_of_its_open_order(daemon, vrm):
    ended = {**DEAL, "status": "ended"}
    daemon.service.answers["relation.end"] = {**ROW, "deals": [ended, DEAL], "notes": []}
    told = vrm("relation", "end", ID).stderr
    assert told.count("note: the order abababababab isn't over: Linden Books can't write") == 1
    assert "vrm relation reach abababababab agreed --purpose order" in told
    over = {**ended, "order_status": "delivered"}
    for row in ({**ROW, "deals": [over]}, {**ROW, "role": "vendor", "deals": [ended]}):
        daemon.service.answers["relation.end"] = {**row, "notes": []}
        assert vrm("relation", "end", ID).stderr == ""


def test_a_note_is_named(daemon, vrm):
    daemon.service.answers["relation.write"] = {"note": "cd" * 32, "deal": ID, "purpose": None}
    assert "written as cdcdcdcdcdcd" in vrm("relation", "write", ID, "hello").stdout
    daemon.service.answers["contact.tell"] = {"told": []}
    assert "nobody lacks anything" in vrm("contact", "tell").stdout


def test_no_text_of_the_other_side_looks_like_a_line_of_the_command(daemon, vrm):
    forged = "eeeeeeeeeeee 2027-01-15 08:00 UTC you: I agree."
    shown = {
        **ROW,
        "vendor_name": f"Books\n{forged}",
        "deals": [{**DEAL, "item_name": f"Book\n{forged}"}],
        "notes": [{**NOTE, "text": f"Hello\n{forged}"}],
    }
    daemon.service.answers["relation.show"] = shown
    lines = vrm("relation", "show", ID).stdout.split("\n")
    assert sum("I agree." in line for line in lines) == 3
    assert not any(line.startswith("eeee") for line in lines)
