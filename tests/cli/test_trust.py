"""Whom you trust, as people read it."""

DID = "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZSZ5zrC4bqvUYeo8K4LHqZ"
ROW = {
    "vendor": DID, "name": "Linden Books", "trusted": True, "groups": ["books", "local"],
    "note": "since 2024", "added": 1_800_000_000,
    "domain": {"host": "a.example", "words": "proved: a.example, checked 2026-11-21"},
}  # fmt: skip


def test_list(daemon, vrm):
    bare = {**ROW, "name": None, "groups": [], "note": None, "domain": None}
    daemon.service.answers["trust.list"] = [ROW, bare]
    lines = vrm("trust", "list").stdout.splitlines()
    assert lines[0].split() == ["vendor", "since", "groups", "name", "domain", "note"]
    assert lines[1] == (
        "z6MkgDAMxx8R  2027-01-15  books, local  Linden Books"
        "  proved: a.example, checked 2026-11-21  since 2024"
    )
    assert lines[2].split() == ["z6MkgDAMxx8R", "2027-01-15", "-", "-", "-", "-"]


def test_an_empty_list_says_how_to_begin(daemon, vrm):
    daemon.service.answers["trust.list"] = []
    assert "vrm trust add" in vrm("trust", "list").stdout


def test_add_and_remove_name_the_vendor(daemon, vrm):
    daemon.service.answers["trust.add"] = ROW
    assert vrm("trust", "add", DID).stdout == (
        "trusted: Linden Books  z6MkgDAMxx8R  (books, local)\n"
    )
    daemon.service.answers["trust.remove"] = {**ROW, "groups": []}
    assert vrm("trust", "remove", DID).stdout == "no longer trusted: Linden Books  z6MkgDAMxx8R\n"
    words = vrm("trust", "remove", DID, "--group", "books").stdout
    assert words == "no longer in books: Linden Books  z6MkgDAMxx8R\n"


def test_an_empty_note_is_sent(daemon, vrm):
    vrm("trust", "add", DID, "--note", "")
    assert daemon.calls[-1] == ("trust.add", {"vendor": DID, "note": ""})
