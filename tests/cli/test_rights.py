"""Rights requests as people read them, and what the commands ask of the node."""

from __future__ import annotations

import base64

ID = "ab12cd34ef56" * 5
ROW = {
    "request": ID, "right": "access", "state": "open", "role": "customer", "deal": ID,
    "vendor": "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZS", "vendor_name": "Linden\x1b[2J Books",
    "customer": "did:key:z6MkqkvU4fDR9KkZHacVgTqDKwWk", "asked_at": 1_800_000_000,
    "answer_by": 1_802_592_000, "answered_at": None, "late": False, "reason": None,
    "words": None, "until": None, "note": None, "deletion": None, "answer": None,
}  # fmt: skip
DENIED = {
    **ROW, "right": "deletion", "state": "denied", "answered_at": 1_803_000_000, "late": True,
    "reason": "legal_obligation", "words": "a law demands that these data are kept",
    "until": 2_000_000_000, "note": "Your tax\x1b[31m office.",
}  # fmt: skip
HELD = {
    "contact": [
        {"name": "street_address", "value": "Weg 1\n\x1b[2JHof", "committed": False,
         "disclosedAt": "2027-01-16T08:00:00Z"},
    ],
    "relationship": None,
    "order": {"status": "delivered", "payment": "paid", "reference": None},
    "messages": [{"kind": "offer", "content": "kept"}, {"kind": "disclosure", "content": "erased"}],
    "records": {"deals": 1, "events": 12},
    "purpose": "to carry out the order",
    "deleteBy": None,
}  # fmt: skip
ANSWERED = {
    **ROW, "state": "fulfilled", "answered_at": 1_800_000_100, "answer": ID, "held": HELD,
    "differs": [{"what": "email", "how": "told, and not held"}], "refused": None,
}  # fmt: skip


def test_what_was_asked_in_a_deal(daemon, vrm):
    daemon.service.answers["rights.request"] = {"requests": [ROW], "planned": []}
    out = vrm("rights", "request", "access", "9cc769094acc").stdout
    assert out == (
        "asked Linden Books in deal ab12cd34ef56 for access; it has until 2027-02-14 08:00 UTC\n"
    )
    assert daemon.service.calls[-1] == (
        "rights.request",
        {"right": "access", "deal": "9cc769094acc", "now": False, "anyway": False},
    )


def test_what_is_asked_later(daemon, vrm):
    planned = [{"deal": ID, "right": "access", "due_at": 1_800_003_600}]
    daemon.service.answers["rights.request"] = {"requests": [ROW], "planned": planned}
    out = vrm("rights", "request", "sale:opt_out", "--vendor", "z6MkgDAMxx8R", "--now").stdout
    assert "will ask in deal ab12cd34ef56 at 2027-01-15 09:00 UTC" in out
    sent = daemon.service.calls[-1][1]
    assert (sent["vendor"], sent["now"], "deal" in sent) == ("z6MkgDAMxx8R", True, False)


def test_what_is_planned_is_cancelled(daemon, vrm):
    planned = [{"deal": ID, "right": "access", "due_at": 1_800_003_600}]
    daemon.service.answers["rights.cancel"] = {"cancelled": planned}
    out = vrm("rights", "cancel", "--vendor", "z6MkgDAMxx8R").stdout
    assert out == "will not ask for access in deal ab12cd34ef56\n"
    assert daemon.service.calls[-1] == ("rights.cancel", {"vendor": "z6MkgDAMxx8R"})
    vrm("rights", "cancel", "9cc769094acc", "--right", "access")
    sent = daemon.service.calls[-1][1]
    assert sent == {"deal": "9cc769094acc", "right": "access"}
    assert vrm.error("rights", "cancel", code=2)["code"] == "option.which"


def test_a_deal_or_a_vendor(daemon, vrm):
    assert vrm.error("rights", "request", "access", code=2)["code"] == "option.which"
    error = vrm.error("rights", "request", "access", ID, "--vendor", "z6MkgDAMxx8R", code=2)
    assert error["code"] == "option.which"
    vrm("rights", "request", "erasure", ID, code=2)
    assert daemon.service.calls == []


def test_the_customers_list(daemon, vrm):
    assert "you have asked nothing" in _list(daemon, vrm, [])
    lines = _list(daemon, vrm, [ROW, DENIED]).splitlines()
    assert lines[0].startswith("request ") and "Linden Books" in lines[1]
    assert "denied (late)" in lines[2] and "a law demands" in lines[2]


def test_why_something_was_denied_is_not_cut_in_the_list(daemon, vrm):
    words = "a law demands that these data are kept, and the terms agreed let it keep them"
    daemon.service.answers["rights.list"] = [{**DENIED, "words": words}]
    assert words in vrm("rights", "list").stdout


def test_what_waits_to_be_asked(daemon, vrm):
    row = {**ROW, "request": None, "state": "planned", "answer_by": None}
    assert "planned  2027-01-15 08:00 UTC" in _list(daemon, vrm, [row])


def _list(daemon, vrm, rows, *args):
    daemon.service.answers["rights.list"] = rows
    return vrm(*(args or ("rights", "list"))).stdout


def test_the_vendors_list(daemon, vrm):
    words = ("vendor", "rights", "list")
    assert _list(daemon, vrm, [], *words) == "no customer has asked anything\n"
    lines = _list(daemon, vrm, [ROW], *words).splitlines()
    assert "HacVgTqDKwWk" in lines[1]
    assert daemon.service.calls[-1] == ("rights.list", {"role": "vendor"})


def test_what_the_vendor_says_it_holds(daemon, vrm):
    daemon.service.answers["rights.show"] = ANSWERED
    out = vrm("rights", "show", "ab12cd34ef56").stdout
    assert "\x1b" not in out
    assert "  street_address: Weg 1, Hof (said after the agreement)" in out
    assert "  2 messages, 1 of them erased" in out
    assert "  deals 1, events 12" in out
    assert out.endswith("email: told, and not held\n")


def test_a_denial_says_why(daemon, vrm):
    daemon.service.answers["rights.show"] = DENIED
    out = vrm("rights", "show", "ab12cd34ef56").stdout
    assert "state: denied (late)" in out
    assert "reason: a law demands that these data are kept" in out
    assert "note: Your tax office." in out
    assert "the law demands the data until 2033-05-18" in out


def test_an_answer_that_isnt_whole_or_wrong(daemon, vrm):
    daemon.service.answers["rights.show"] = {**ANSWERED, "held": None, "differs": []}
    assert "parts of the answer are still on their way" in vrm("rights", "show", ID).stdout
    broken = {**ANSWERED, "held": None, "differs": [], "refused": "deal: expected another"}
    daemon.service.answers["rights.show"] = broken
    assert "the answer can't be read: deal: expected" in vrm("rights", "show", ID).stdout
    daemon.service.answers["rights.show"] = {**ANSWERED, "differs": []}
    assert "nothing of it differs from what you told it" in vrm("rights", "show", ID).stdout


def test_the_answer_goes_to_a_file(daemon, vrm, tmp_path):
    raw = b'{"type":"dpv:RightFulfilmentNotice"}'
    daemon.service.answers["rights.answer"] = {"file": base64.b64encode(raw).decode(), "name": "x"}
    path = tmp_path / "shop.jsonld"
    out = vrm("rights", "export", "ab12cd34ef56", "-o", path).stdout
    assert path.read_bytes() == raw and "in clear" in out
    assert (
        vrm.error("rights", "export", "ab12cd34ef56", "-o", path, code=2)["code"] == "file.exists"
    )
    vrm("rights", "export", "ab12cd34ef56", "-o", path, "--force")


def test_the_vendor_answers_by_hand(daemon, vrm):
    for how in ("fulfil", "deny", "progress"):
        daemon.service.answers[f"vendor.rights.{how}"] = {**ROW, "state": "in_progress"}
    out = vrm("vendor", "rights", "fulfil", "ab12cd34ef56", "--anyway").stdout
    assert out.startswith("access of deal ab12cd34ef56 is in_progress until 2027-02-14")
    assert daemon.service.calls[-1][1] == {"request": "ab12cd34ef56", "anyway": True}
    law = ("--reason", "legal_obligation", "--days", "3650", "--note", "Tax.", "--language", "en")
    vrm("vendor", "rights", "deny", "ab12cd34ef56", *law)
    assert daemon.service.calls[-1][1] == {
        "request": "ab12cd34ef56",
        "reason": "legal_obligation",
        "days": 3650,
        "note": "Tax.",
        "language": "en",
    }
    vrm("vendor", "rights", "deny", "ab12cd34ef56", code=2)
    vrm("vendor", "rights", "progress", "ab12cd34ef56", "--days", "91", code=2)
    vrm("vendor", "rights", "progress", "ab12cd34ef56", "--days", "60")
    assert daemon.service.calls[-1] == (
        "vendor.rights.progress",
        {"request": "ab12cd34ef56", "days": 60},
    )


def test_the_vendor_reads_one(daemon, vrm):
    daemon.service.answers["rights.show"] = {**ROW, "state": "expired"}
    out = vrm("vendor", "rights", "show", "ab12cd34ef56").stdout
    assert "state: expired" in out and "has to be answered by 2027-02-14" in out
