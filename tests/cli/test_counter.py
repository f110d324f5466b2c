"""`vrm offer counter`."""

ANSWER = {
    "counter": "7a" * 32, "offer": "9f" * 32, "deal": "cd" * 32, "total": 4000, "currency": "EUR",
}  # fmt: skip


def test_counter(daemon, vrm):
    daemon.service.answers["offer.counter"] = ANSWER
    text = vrm("offer", "counter", "9f9f9f9f", "--total", "40 EUR", "--note", "For two.").output
    assert "countered with 40.00 EUR" in text
    body = {"offer": "9f9f9f9f", "total": "40 EUR", "note": "For two."}
    assert daemon.calls == [("offer.counter", body)]


def test_a_total_is_needed(vrm):
    assert vrm.error("offer", "counter", "9f9f9f9f", code=2)["code"] == "usage"
