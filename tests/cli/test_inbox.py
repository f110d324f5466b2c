"""`vrm vendor inbox`."""

from vrmnode.cli.commands.inbox import CONDITIONS, METHODS
from vrmnode.values.items import CONDITION_WORDS
from vrmnode.vendor import delivery

ID = "00002c967d31" + "ab" * 26
ROW = {
    "kind": "intent", "id": ID, "named": False, "intent": ID,
    "wanted": "wants to buy a lamp\x1b[2J", "why": "70.00 EUR is above 50.00 EUR",
    "added": 1_796_000_000, "answer_by": 1_796_003_600, "valid_through": 1_796_090_000,
    "claimed_by": None, "claimed_until": None, "work": 16,
}  # fmt: skip
PROPOSAL = {
    "sku": "B-1", "item_name": "A lamp", "function": "Sell", "quantity": 2,
    "unit_price": 3000, "delivery_charge": 1000,
    "total": 7000, "currency": "EUR", "price": "70.00 EUR", "terms": "SD-BASE",
    "delivery_method": "ship", "delivery_earliest": 1_796_083_200,
    "delivery_latest": 1_796_169_600, "valid_through": 1_796_010_000, "confirm_by": 1_796_011_800,
    "reserved": True, "rule": "B-1 found by words",
}  # fmt: skip
NEAR = {
    "sku": "B-2", "item_name": "Another lamp", "found_by": "words", "score": 900,
    "unit_price": 3100, "currency": "EUR", "total": None,
    "miss": {"reason": "out_of_stock", "words": "it is out of stock"},
}  # fmt: skip


def test_list(daemon, vrm):
    daemon.service.answers["inbox.list"] = [ROW, {**ROW, "claimed_by": "Anna"}]
    text = vrm("vendor", "inbox", "list").output
    assert "to buy a lamp" in text and "above 50.00 EUR" in text and "Anna" in text
    assert "\x1b" not in text
    assert len(vrm.json("vendor", "inbox", "list")) == 2
    why = "near miss: we can't promise: capacity at least 7 kg, and delivery by the day asked for"
    daemon.service.answers["inbox.list"] = [{**ROW, "why": why}]
    assert why in vrm("vendor", "inbox", "list").output, "the last column isn't cut"


def test_nothing_waits(daemon, vrm):
    daemon.service.answers["inbox.list"] = []
    assert vrm("vendor", "inbox", "list").output.strip() == "nothing waits"


def test_show(daemon, vrm):
    shown = {
        **ROW, "claimed_by": "Anna", "claimed_until": 1_796_001_800,
        "told": ["wants to buy a lamp", "delivered to NL"], "published": {},
        "proposals": [PROPOSAL], "refusal": None,
        "near": [{**NEAR, "sku": "B-1", "miss": None, "total": 7000}, NEAR],
    }  # fmt: skip
    daemon.service.answers["inbox.show"] = shown
    text = vrm("vendor", "inbox", "show", "00002c967d31").output
    for words in (
        "  wants to buy a lamp", "  delivered to NL", "left to a human: 70.00 EUR is above",
        "Anna works on it until", "The node would offer:", "A lamp  (B-1, Sell)",
        "70.00 EUR to the door: 2 × 30.00 EUR, ship 10.00 EUR", "set aside for it",
        "B-2  Another lamp, 31.00 EUR: it is out of stock [out_of_stock]",
        "B-1  Another lamp, 31.00 EUR, to the door 70.00 EUR",
    ):  # fmt: skip
        assert words in text


def test_show_what_the_node_would_refuse(daemon, vrm):
    answer = {**ROW, "told": [], "proposals": [], "near": []}
    refusal = {"reason": "quantity", "words": "we can't supply that many", "sent": True}
    daemon.service.answers["inbox.show"] = {**answer, "refusal": refusal}
    text = vrm("vendor", "inbox", "show", "00002c967d31").output
    assert "The node would refuse: we can't supply that many [quantity]" in text
    daemon.service.answers["inbox.show"] = {**answer, "refusal": None}
    text = vrm("vendor", "inbox", "show", "00002c967d31").output
    assert "The node has nothing near it." in text


def test_claim_and_release(daemon, vrm):
    daemon.service.answers["inbox.claim"] = {**ROW, "claimed_until": 1_796_001_800}
    text = vrm("vendor", "inbox", "claim", "00002c96", "--as", "Anna").output
    assert "Anna works on it until" in text
    vrm("vendor", "inbox", "release", "00002c96", "--as", "Anna")
    params = {"intent": "00002c96", "by": "Anna"}
    assert daemon.calls == [("inbox.claim", params), ("inbox.release", params)]
    assert vrm.error("vendor", "inbox", "claim", "00002c96", code=2)["code"] == "usage"


def test_answer_with_the_proposal(daemon, vrm):
    offer = {
        "item_name": "A lamp", "total": 7000, "currency": "EUR", "valid_through": 1_796_010_000
    }  # fmt: skip
    daemon.service.answers["inbox.answer"] = {"intent": ID, "offers": [offer]}
    text = vrm("vendor", "inbox", "answer", "00002c96").output
    assert "offered A lamp for 70.00 EUR, valid until" in text
    assert daemon.calls == [("inbox.answer", {"intent": "00002c96", "anyway": False})]


def test_answer_with_another_offer(daemon, vrm):
    vrm.json(
        "vendor", "inbox", "answer", "00002c96", "--name", "A lamp", "--unit-price", "60 EUR",
        "--condition", "used", "--delivery-charge", "0", "--deliver-by", "2030-01-01",
        "--valid-for", "2d", "--note", "So.", "--as", "Anna", "--anyway",
    )  # fmt: skip
    offer = {
        "name": "A lamp", "unit_price": "60 EUR", "condition": "used", "delivery_charge": "0",
        "deliver_by": "2030-01-01", "valid_for": "2d",
    }  # fmt: skip
    params = {"intent": "00002c96", "offer": offer, "note": "So.", "anyway": True, "by": "Anna"}
    assert daemon.calls == [("inbox.answer", params)]


def test_refuse(daemon, vrm):
    daemon.service.answers["inbox.refuse"] = {"intent": ID, "reason": "late", "told": True}
    text = vrm("vendor", "inbox", "refuse", "00002c96", "--reason", "late", "--note", "In May.")
    assert text.output.strip() == "refused (late)"
    params = {"intent": "00002c96", "reason": "late", "note": "In May."}
    assert daemon.calls == [("inbox.refuse", params)]
    daemon.service.answers["inbox.refuse"] = {"intent": ID, "reason": "late", "told": False}
    assert "told no before" in vrm("vendor", "inbox", "refuse", "00002c96").output


def test_choices_are_those_of_the_node():
    assert METHODS == delivery.METHODS
    assert set(CONDITIONS) == set(CONDITION_WORDS.values())


QUESTION = {
    "kind": "question", "id": "7a6b5c4d3e2f" + "cd" * 26, "deal": ID, "offer": ID,
    "item_name": "A lamp", "currency": "EUR", "offered": 7000, "text": "Is it\x1b[2J new?",
    "in_language": "en", "wanted": "asks of A lamp: Is it\x1b[2J new?", "added": 1_796_000_000,
    "answer_by": 1_796_003_600, "valid_through": 1_796_003_600, "claimed_by": None,
    "claimed_until": None,
}  # fmt: skip
COUNTER = {
    **QUESTION, "kind": "counter", "total": 6000, "note": "A regular.", "claimed_by": "Anna",
    "claimed_until": 1_796_001_800,
    "wanted": "would take A lamp for 60.00 EUR instead of 70.00 EUR",
}  # fmt: skip


def test_questions_counters_and_named_intents_stand_beside_one_another(daemon, vrm):
    daemon.service.answers["inbox.list"] = [QUESTION, COUNTER, {**ROW, "named": True}, ROW]
    lines = vrm("vendor", "inbox", "list").output.splitlines()[1:]
    kinds = [line.split()[1] for line in lines]
    assert kinds == ["question", "counter", "named", "intent"]
    assert "\x1b" not in "".join(lines)


def test_show_a_question_a_counter_and_a_named_intent(daemon, vrm):
    daemon.service.answers["inbox.show"] = QUESTION
    text = vrm("vendor", "inbox", "show", "7a6b5c4d3e2f").output
    assert text.startswith("Question 7a6b5c4d3e2f\n  asks of A lamp: Is it new?\n")
    daemon.service.answers["inbox.show"] = COUNTER
    text = vrm("vendor", "inbox", "show", "7a6b5c4d3e2f").output
    for words in ("for 60.00 EUR instead of 70.00 EUR", "A regular.", "Anna works on it until"):
        assert words in text
    named = {**ROW, "named": True, "told": [], "proposals": [], "refusal": None, "near": []}
    daemon.service.answers["inbox.show"] = named
    assert "vendors of the customer's choice alone" in vrm("vendor", "inbox", "show", ID).output


def test_answer_a_question_and_a_counter(daemon, vrm):
    daemon.service.answers["inbox.answer"] = {"question": QUESTION["id"], "answer": "Yes."}
    text = vrm("vendor", "inbox", "answer", "7a6b5c4d3e2f", "--text", "Yes.", "--as", "Anna").output
    assert text == "answered: question 7a6b5c4d3e2f\n"
    sent = {"intent": "7a6b5c4d3e2f", "text": "Yes.", "anyway": False, "by": "Anna"}
    assert daemon.calls[-1] == ("inbox.answer", sent)
    offer = {
        "item_name": "A lamp",
        "total": 6500,
        "currency": "EUR",
        "valid_through": 1_796_010_000,
    }
    daemon.service.answers["inbox.answer"] = {"counter": QUESTION["id"], "offers": [offer]}
    text = vrm("vendor", "inbox", "answer", "7a6b5c4d3e2f", "--total", "65.00 EUR").output
    assert text.startswith("offered A lamp for 65.00 EUR")
    sent = {"intent": "7a6b5c4d3e2f", "total": "65.00 EUR", "anyway": False}
    assert daemon.calls[-1] == ("inbox.answer", sent)


def test_who_is_back_is_listed_and_shown(daemon, vrm):
    known = {"customer": "did:key:z6MkAAAAAAAAAAAA", "deals": ["9f" * 32], "finished": 0}
    back = {**ROW, "named": True, "returning": known}
    daemon.service.answers["inbox.list"] = [back, {**ROW, "returning": None}]
    lines = vrm("vendor", "inbox", "list").output.splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["returning", "intent"]
    shown = {**back, "told": [], "proposals": [], "refusal": None, "near": []}
    daemon.service.answers["inbox.show"] = shown
    words = vrm("vendor", "inbox", "show", ID).output
    assert "a returning customer: 1 agreed deal with it, 0 finished" in words
    daemon.service.answers["inbox.show"] = {**shown, "returning": None}
    assert "returning" not in vrm("vendor", "inbox", "show", ID).output
