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


def test_a_counter_that_was_declined_says_why_in_the_list(daemon, vrm):
    no = {"reason": "floor", "words": "that is the best price", "note": "Sorry\x1b[2J.",
          "in_language": "en"}  # fmt: skip
    row = {"intent": "3f" * 32, "offer": "9f" * 32, "total": 5000, "currency": "EUR"}
    counters = [{"total": 4000, "declined": no}, {"total": 4500, "declined": None}]
    daemon.service.answers["offer.list"] = [{**row, "counters": counters}]
    lines = [line.strip() for line in vrm("offer", "list").output.splitlines()]
    at = lines.index("countered with 40.00 EUR (by hand)")
    assert lines[at + 1] == (
        "which was declined: that is the best price [floor]; in its words: Sorry."
    )
    assert lines[at + 2] == "countered with 45.00 EUR (by hand)"
    assert not lines[at + 3 :] or "declined" not in lines[at + 3]


def test_no_offers_leads_on_to_the_refusals(daemon, vrm):
    daemon.service.answers["offer.list"] = []
    assert "vrm intent why 3f3f3f3f" in vrm("offer", "list", "--intent", "3f3f3f3f").output
    assert "vrm intent why --latest" in vrm("offer", "list").output
