"""The privacy ledger as people read it."""

from __future__ import annotations

ID = "ab12cd34ef56" * 5
ROW = {
    "vendor": "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZS", "vendor_name": "Linden\x1b[2J Books",
    "customer": "did:key:z6MkqkvU4fDR9KkZHacVgTqDKwWk", "deal": ID, "field": "email",
    "disclosed_at": 1_800_000_000, "agreement": ID, "terms": "SD-BASE",
    "purpose": "to carry out the order", "keep_days": 30,
    "legal_basis": [
        {"basis": "contract", "for": "to carry out the order", "until": None},
        {"basis": "consent", "for": "advertising: e-mail", "until": None},
        {"basis": "consent", "for": "profiling: by the vendor itself", "until": None},
        {"basis": "legal_obligation", "for": "what the law demands", "until": 1_900_000_000},
    ],
    "delete_by": None, "state": "held", "deleted": None,
}  # fmt: skip
GONE = {
    **ROW, "field": "name", "delete_by": 1_802_592_000, "state": "deleted",
    "deleted": {"deletion": ID, "deleted_at": 1_802_000_000, "reason": "on_request",
                "words": "the customer asked for it"},
}  # fmt: skip


def test_the_customers_side(daemon, vrm):
    daemon.service.answers["ledger"] = [ROW, GONE, {**ROW, "keep_days": None}]
    lines = vrm("ledger").stdout.splitlines()
    assert lines[0].split("  ")[0] == "vendor"
    assert lines[1].startswith("Linden Books")
    assert "contract, consent, law until 2030-03-17 " in lines[1]
    assert "30 days after the order" in lines[1] and lines[1].endswith("held")
    assert "2027-02-14 08:00 UTC" in lines[2]
    assert lines[2].endswith("deleted 2027-02-07 11:33 UTC (on_request)")
    assert "no limit" in lines[3]


def test_the_vendors_side(daemon, vrm):
    daemon.service.answers["ledger"] = [ROW]
    lines = vrm("ledger", "--role", "vendor").stdout.splitlines()
    assert lines[0].startswith("customer") and lines[1].startswith("HacVgTqDKwWk")


def test_an_empty_ledger(daemon, vrm):
    daemon.service.answers["ledger"] = []
    assert vrm("ledger").stdout == "nothing was disclosed to anybody\n"
    assert vrm("ledger", "--role", "vendor").stdout == "nothing was disclosed to you\n"
    nothing = "nothing of that kind; all of it: vrm ledger --role customer\n"
    for words in (("--vendor", "Shop"), ("--field", "email"), ("--state", "due")):
        assert vrm("ledger", *words).stdout == nothing


def test_only_known_words(daemon, vrm):
    vrm("ledger", "--field", "birth_date", code=2)
    vrm("ledger", "--state", "gone", code=2)
    assert daemon.calls == []
