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
    stranger = {**ROW, "trusted": False, "url": None, "area_served": [], "category_names": []}
    daemon.service.answers["vendor.search"] = [ROW, stranger]
    assert vrm("vendor", "search", "books").stdout.splitlines() == [
        "Linden Books  z6MkgDAMxx8R",
        "    you trust it (books): since 2024",
        "    Sell | Media > Books | NL, DE",
        "    terms SD-BASE, SD-BASE-A",
        "    https://linden.example",
        "Linden Books  z6MkgDAMxx8R",
        "    Sell | everywhere",
        "    terms SD-BASE, SD-BASE-A",
    ]


def test_search_that_finds_nobody(daemon, vrm):
    daemon.service.answers["vendor.search"] = []
    assert "no vendors" in vrm("vendor", "search", "books").stdout
    assert vrm.json("vendor", "search") == []


def test_show_says_what_times_mean(daemon, vrm):
    daemon.service.answers["vendor.show"] = {**ROW, "expired": False}
    text = vrm("vendor", "show", "z6MkgDAMxx8R").stdout
    assert "received: 1800000000 (2027-01-15 08:00 UTC)" in text
    assert "expired: no" in text
