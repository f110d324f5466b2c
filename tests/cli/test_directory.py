"""Vendors as people read them."""

DID = "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZSZ5zrC4bqvUYeo8K4LHqZ"
ROW = {
    "vendor": DID, "trusted": True, "groups": ["books"], "note": "since 2024",
    "name": "Linden\x1b[31m Books", "legal_name": None,
    "url": "https://linden.example", "description": "Books.", "area_served": ["NL", "DE"],
    "category": [784], "category_names": ["Media > Books"], "business_function": ["Sell"],
    "accepted_terms": ["SD-BASE", "SD-BASE-A"], "payment_method": [], "delivery_method": [],
    "in_language": ["en"], "received": 1_800_000_000, "expires": 1_800_500_000,
}  # fmt: skip


def test_search_shows_each_vendor(daemon, vrm):
    domain = {"host": "linden.example", "words": "proved: linden.example, checked 2026-11-21"}
    stranger = {
        **ROW,
        "domain": domain,
        "trusted": False,
        "url": None,
        "area_served": [],
        "category_names": [],
    }
    daemon.service.answers["vendor.search"] = [ROW, stranger]
    assert vrm("vendor", "search", "books").stdout.splitlines() == [
        "Linden Books  z6MkgDAMxx8R",
        "    you trust it (books): since 2024",
        "    Sell | Media > Books | NL, DE",
        "    terms SD-BASE, SD-BASE-A",
        "    https://linden.example",
        "Linden Books  z6MkgDAMxx8R",
        "    proved: linden.example, checked 2026-11-21",
        "    Sell | everywhere",
        "    terms SD-BASE, SD-BASE-A",
    ]


def test_search_that_finds_nobody(daemon, vrm):
    daemon.service.answers["vendor.search"] = []
    assert "no vendors" in vrm("vendor", "search", "books").stdout
    assert vrm.json("vendor", "search") == []


def test_a_search_that_fits_nobody_says_that_there_are_others(daemon, vrm):
    daemon.service.answers["vendor.search"] = lambda params: [] if "words" in params else [ROW, ROW]
    text = vrm("vendor", "search", "washing", "machine").stdout
    assert text.startswith("no vendors: of the 2 whose profiles are here none fits")
    assert "vrm vendor search" in text


def test_show_says_what_times_mean(daemon, vrm):
    daemon.service.answers["vendor.show"] = {**ROW, "expired": False}
    text = vrm("vendor", "show", "z6MkgDAMxx8R").stdout
    assert "received: 1800000000 (2027-01-15 08:00 UTC)" in text
    assert "expired: no" in text


def test_check_says_what_came_of_it(daemon, vrm):
    words = "proved: linden.example, checked 2026-11-21"
    domain = {"host": "linden.example", "outcome": "proved", "words": words}
    daemon.service.answers["vendor.check"] = {"vendor": DID, "domain": domain}
    assert vrm("vendor", "check", DID).stdout == f"{words}\n"
    assert daemon.calls[-1] == (
        "vendor.check", {"vendor": DID, "anyway": False, "loopback": False},
    )  # fmt: skip
    assert vrm.json("vendor", "check", DID, "--anyway", "--loopback")["domain"] == domain
    assert daemon.calls[-1][1] == {"vendor": DID, "anyway": True, "loopback": True}


def test_a_check_without_proof_fails(daemon, vrm):
    domain = {"host": "linden.example", "outcome": "no_vendor", "words": "not proved: …"}
    daemon.service.answers["vendor.check"] = {"vendor": DID, "domain": domain}
    assert vrm("vendor", "check", DID, code=1).stdout == "not proved: …\n"
    assert vrm.json("vendor", "check", DID, code=1)["domain"] == domain


def test_search_says_what_a_vendor_needs_in_a_few_words(daemon, vrm):
    levels = {"marketing": ["email"], "retentionOrder": 1825, "colour": "red"}
    row = {**ROW, "terms_policy": {"levels": levels}}
    daemon.service.answers["vendor.search"] = [row]
    lines = vrm("vendor", "search", "books").stdout.splitlines()
    assert lines[3:6] == [
        "    terms SD-BASE, SD-BASE-A",
        "    - advertising: e-mail",
        "    - data of the order: 5 years",
    ]
