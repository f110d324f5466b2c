"""The owner's language: marked on what is written, shown on what is read."""

import pytest

ASKED = {
    "question": "7a" * 32, "offer": "9f" * 32, "deal": "cd" * 32, "asked_at": 1_796_000_000,
    "text": "Ist es rot?", "in_language": "de-AT", "answered_at": None, "answer": "Oui.",
    "answer_in_language": "fr", "acknowledged": None, "state": "offered", "item_name": "A kettle",
}  # fmt: skip
WRITING = [
    (("offer", "ask", "9f9f9f9f", "Is it red?"), "offer.ask"),
    (("vendor", "reply", "7a7a7a7a", "Yes."), "vendor.reply"),
    (("offer", "counter", "9f9f9f9f", "--total", "1 EUR", "--note", "For both."), "offer.counter"),
    (("offer", "decline", "9f9f9f9f", "--note", "Sorry."), "offer.decline"),
]


def sent_language(daemon, name):
    ((_, params),) = [call for call in daemon.calls if call[0] == name]
    return params.get("language")


@pytest.mark.parametrize(("words", "name"), WRITING, ids=[name for _, name in WRITING])
def test_the_option_marks_what_is_written(daemon, vrm, words, name):
    vrm(*words, "--language", "de")
    assert sent_language(daemon, name) == "de"


@pytest.mark.parametrize(("words", "name"), WRITING, ids=[name for _, name in WRITING])
def test_without_a_setting_nothing_is_marked(daemon, vrm, words, name):
    vrm(*words)
    assert sent_language(daemon, name) is None


def test_the_file_says_it_once_and_the_environment_outweighs_it(daemon, vrm, monkeypatch):
    (daemon.data_dir / "config.toml").write_text('[owner]\nlanguage = "nl"\n')
    vrm("offer", "ask", "9f9f9f9f", "Is het rood?")
    assert sent_language(daemon, "offer.ask") == "nl"
    daemon.service.calls.clear()
    monkeypatch.setenv("VRM_LANGUAGE", "de")
    vrm("offer", "ask", "9f9f9f9f", "Ist es rot?")
    assert sent_language(daemon, "offer.ask") == "de"


def test_a_language_without_a_text_isnt_sent(daemon, vrm, monkeypatch):
    monkeypatch.setenv("VRM_LANGUAGE", "de")
    vrm("offer", "decline", "9f9f9f9f")
    assert sent_language(daemon, "offer.decline") is None


def test_a_setting_that_is_no_language_is_named(daemon, vrm):
    (daemon.data_dir / "config.toml").write_text('[owner]\nlanguage = "Dutch please"\n')
    error = vrm.error("offer", "ask", "9f9f9f9f", "Is het rood?", code=2)
    assert error["code"] == "config.invalid"
    assert 'expected a language such as "de"' in error["detail"]


@pytest.mark.parametrize(
    ("own", "asked", "answered"),
    [
        (None, "? [de-AT] Ist es rot?", "= [fr] Oui."),
        ("de", "? Ist es rot?", "= [fr] Oui."),
        ("fr-BE", "? [de-AT] Ist es rot?", "= Oui."),
    ],
)
def test_what_is_in_another_language_says_so(daemon, vrm, monkeypatch, own, asked, answered):
    if own:
        monkeypatch.setenv("VRM_LANGUAGE", own)
    daemon.service.answers["vendor.questions"] = [ASKED]
    lines = vrm("vendor", "questions").output.splitlines()
    assert [line.strip() for line in lines[1:]] == [asked, answered]


def test_notes_of_refusals_too(daemon, vrm):
    refused = {"vendor_name": "Brouwer", "reason": "late", "note": "Te laat.", "in_language": "nl"}
    daemon.service.answers["intent.why"] = {"refused": [{**refused, "words": "too late"}]}
    assert "in its words: [nl] Te laat." in vrm("intent", "why", "3fa2c4d5").output
