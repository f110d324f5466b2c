"""Disclosing and the list of it, as people read them."""

ID = "ab12cd34ef56" * 5
ROW = {
    "disclosure": ID, "deal": ID, "agreement": ID, "vendor": "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZS",
    "vendor_name": "Linden\x1b[2J Books", "fields": ["name", "street_address"], "rule": "by hand",
    "disclosed_at": 1_800_000_000, "acknowledged": None,
}  # fmt: skip


def test_disclose_says_what_went_to_whom(daemon, vrm):
    daemon.service.answers["deal.disclose"] = ROW
    assert vrm("deal", "disclose", ID, "name", "street_address").stdout == (
        "told to Linden Books: name, street_address\n"
    )
    words = vrm("deal", "disclose", ID, "name", "--dry-run").stdout
    assert words.startswith("Dry run: nothing was sent.\nwould be told to Linden Books: name")


def test_only_known_names(daemon, vrm):
    vrm("deal", "disclose", ID, "birth_date", code=2)
    assert daemon.calls == []


def test_the_list(daemon, vrm):
    daemon.service.answers["contact.disclosures"] = [ROW, {**ROW, "acknowledged": 1_800_000_009}]
    lines = vrm("contact", "disclosures").stdout.splitlines()
    assert lines[0].split() == ["when", "vendor", "what", "deal", "rule", "arrived"]
    assert "2027-01-15 08:00 UTC  Linden Books  name, street_address  ab12cd34ef56" in lines[1]
    assert [line.split()[-1] for line in lines[1:]] == ["yet", "yes"]


def test_an_empty_list(daemon, vrm):
    daemon.service.answers["contact.disclosures"] = []
    assert vrm("contact", "disclosures").stdout == "nothing was told to anybody\n"
