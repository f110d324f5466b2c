"""`vrm offer ask`, `vrm vendor questions`, `vrm vendor reply`."""

QUESTION = "7a" * 32
ASKED = {
    "question": QUESTION, "offer": "9f" * 32, "deal": "cd" * 32, "asked_at": 1_796_000_000,
    "text": "Is it red?\x1b[2J", "answered_at": None, "answer": None, "acknowledged": None,
    "state": "offered", "item_name": "A kettle",
}  # fmt: skip


def test_ask(daemon, vrm):
    daemon.service.answers["offer.ask"] = ASKED
    text = vrm("offer", "ask", "9f9f9f9f", "Is it red?").output
    assert "vrm offer show 9f9f9f9f" in text
    assert daemon.calls == [("offer.ask", {"offer": "9f9f9f9f", "text": "Is it red?"})]


def test_questions(daemon, vrm):
    daemon.service.answers["vendor.questions"] = [
        ASKED, {**ASKED, "answer": "Yes.", "item_name": None}
    ]  # fmt: skip
    text = vrm("vendor", "questions", "--all").output
    assert "7a7a7a7a7a7a" in text and "A kettle" in text and "? Is it red?" in text
    assert "= Yes." in text and "\x1b" not in text
    assert daemon.calls == [("vendor.questions", {"all": True})]
    assert len(vrm.json("vendor", "questions")) == 2


def test_no_questions(daemon, vrm):
    daemon.service.answers["vendor.questions"] = []
    assert vrm("vendor", "questions").output.strip() == "no questions"


def test_reply(daemon, vrm):
    daemon.service.answers["vendor.reply"] = {**ASKED, "answer": "Yes."}
    assert "answered: question 7a7a7a7a7a7a" in vrm("vendor", "reply", "7a7a7a7a", "Yes.").output
    assert daemon.calls == [("vendor.reply", {"question": "7a7a7a7a", "text": "Yes."})]


def test_a_question_that_is_too_long(daemon, vrm):
    error = vrm.error("offer", "ask", "9f9f9f9f", "a" * 501, code=2)
    assert error["code"] == "request.invalid"
