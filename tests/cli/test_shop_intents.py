"""`vrm vendor intents`."""

ROW = {
    "intent": "00002c967d31" + "ab" * 26, "named": False, "status": "active",
    "wanted": "to buy 2 × lamp\x1b[2J", "country": "DE", "max_price": 4500, "currency": "EUR",
    "received": 1_800_000_000, "valid_through": 1_800_600_000, "answer": "refused",
    "reason": "constraint", "words": "it lacks something that was asked for as a must, and more",
}  # fmt: skip


def test_each_is_a_line_with_the_whole_reason(daemon, vrm):
    mine = {**ROW, "named": True, "status": "withdrawn", "answer": None, "words": None}
    daemon.service.answers["vendor.intents"] = [ROW, {**mine, "max_price": None}]
    lines = vrm("vendor", "intents").stdout.splitlines()
    assert lines[0].split() == ["intent", "came", "wanted", "where", "limit", "answer", "why"]
    assert lines[1].startswith("00002c967d31  2027-01-15 08:00 UTC  to buy 2 × lamp")
    assert "45.00 EUR  refused" in lines[1] and lines[1].endswith(ROW["words"])
    assert "none, withdrawn, to you alone" in lines[2] and "\x1b" not in lines[1]


def test_none(daemon, vrm):
    daemon.service.answers["vendor.intents"] = []
    assert vrm("vendor", "intents").stdout == "no intents of that kind that still run\n"
    assert vrm.json("vendor", "intents") == []
