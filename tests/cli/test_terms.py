"""Terms, read without a node."""

import pytest

from vrmprotocol import terms
from vrmprotocol.terms_axes import AXES
from vrmprotocol.terms_text import digest, page


def test_list_names_the_roster(vrm):
    lines = vrm("terms", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines if line[:2] in ("SD", "PD")] == list(terms.ROSTER)
    rows = {row["terms"]: row for row in vrm.json("terms", "list")}
    assert rows["SD-BASE"] == {
        "terms": "SD-BASE", "use": "to carry out the order", "permits": [], "data_back": False,
    }  # fmt: skip
    assert rows["SD-BASE-AT-DP"]["permits"] == [
        "analytics: by the vendor itself",
        "tracking: by the vendor itself",
    ]
    assert rows["SD-BASE-AT-DP"]["data_back"]
    assert rows["PDC-AI"]["use"] == "to answer the intent only"


@pytest.mark.parametrize("terms_id", terms.ROSTER)
def test_show_prints_the_page_and_its_digest(vrm, terms_id):
    assert vrm("terms", "show", terms_id.lower()).stdout == page(terms_id, {})
    value = vrm.json("terms", "show", terms_id)
    assert (value["terms"], value["addendum"]) == (terms_id, {})
    assert value["digest"] == digest(value["text"]).hex()
    assert {line["axis"] for line in value["lines"]} <= set(AXES)
    sources = [line["source"] for line in value["lines"]]
    assert all(source["ours"] or source["iris"] for source in sources)


def test_an_addendum_comes_from_a_file(vrm, tmp_path):
    file = tmp_path / "strict.toml"
    file.write_text('marketing = []\nretentionOrder = 30\ndeletion = ["onRequest", "afterwards"]\n')
    text = vrm("terms", "show", "SD-BASE", "--addendum", file).stdout
    assert "- data of the order: 30 days from its completion [addendum]" in text
    value = vrm.json("terms", "show", "SD-BASE", "--addendum", file)
    assert value["addendum"] == {
        "marketing": [], "retentionOrder": 30, "deletion": ["afterwards", "onRequest"],
    }  # fmt: skip
    assert [line["axis"] for line in value["lines"] if line["addendum"]] == [
        "marketing",
        "retentionOrder",
        "deletion",
    ]
    json_file = '{"marketing": [], "retentionOrder": 30, "deletion": ["afterwards", "onRequest"]}'
    stdin = vrm("terms", "show", "SD-BASE", "--addendum", "-", stdin=json_file)
    assert stdin.stdout == text


@pytest.mark.parametrize(
    ("terms_id", "addendum", "code", "words"),
    [
        ("SD-BASIC", "{}", "terms.unknown_id", "SD-BASE-ATP"),
        ("SD-BASE", '{"colour": "red"}', "terms.unknown_axis", "colour"),
        ("SD-BASE", '{"retentionOrder": 31}', "terms.unknown_level", "one of 0, 1, 3"),
        ("SD-BASE", '{"retentionOrder": "30"}', "terms.schema", "days"),
        ("SD-BASE", '{"marketing": true}', "terms.schema", "true"),
        ("SD-BASE", '{"marketing": "email"}', "terms.unknown_level", "an array of email"),
        ("SD-BASE", '{"marketing": [1]}', "terms.schema", "array of length 1"),
        ("SD-BASE", '{"analytics": "vendor"}', "terms.no_effect", "or stricter"),
        ("SD-BASE", '{"retentionOrder": 30.5}', "terms.schema", "retentionOrder"),
    ],
)
def test_what_is_wrong_is_named(vrm, terms_id, addendum, code, words):
    result = vrm("terms", "show", terms_id, "--addendum", "-", stdin=addendum, code=2)
    assert f"[{code}]" in result.stderr and words in result.stderr
    assert "see: vrm terms " in result.stderr


def test_axes_are_listed_with_their_levels(vrm):
    text = vrm("terms", "axes").stdout
    for name, axis in AXES.items():
        assert f"\n{name} " in text
        assert str(axis.scale[-1]) in text
    rows = {row["axis"]: row for row in vrm.json("terms", "axes")}
    assert rows["marketing"] == {
        "axis": "marketing", "kind": "permission", "label": "advertising", "set": True,
        "levels": ["email", "letter", "message", "phone", "text"], "default": [], "only_with": None,
    }  # fmt: skip
    assert rows["retentionTracking"]["only_with"] == "tracking"


def test_an_intent_takes_an_addendum_from_a_file(daemon, vrm, tmp_path):
    file = tmp_path / "strict.toml"
    file.write_text("marketing = []\nretentionOrder = 30\n")
    vrm("intent", "publish", "--name", "lamp", "--country", "AT", "--addendum", file)
    (call,) = [params for name, params in daemon.calls if name == "intent.publish"]
    assert call["request"]["addendum"] == {"marketing": [], "retentionOrder": 30}


def test_a_dry_run_shows_the_terms_in_words(daemon, vrm):
    text = page("SD-BASE", {"marketing": ()})
    daemon.service.answers["intent.publish"] = {
        "audiences": [], "warnings": [],
        "terms": [{"terms": "SD-BASE", "addendum": {"marketing": []}, "text": text}],
    }  # fmt: skip
    shown = vrm("intent", "publish", "--name", "lamp", "--country", "AT", "--dry-run").stdout
    assert f"== terms you proffer, 1. choice\n{text}" in shown


def test_an_offer_is_shown_with_its_terms_in_words(daemon, vrm):
    text = page("SD-BASE", {})
    daemon.service.answers["offer.show"] = {"offer": "ab" * 32, "terms_text": text}
    shown = vrm("offer", "show", "ab" * 32).stdout
    assert shown.endswith(f"\n\n{text}\n") and "terms_text" not in shown
    assert vrm.json("offer", "show", "ab" * 32)["terms_text"] == text


def test_why_lists_what_speaks_against_each_choice(daemon, vrm):
    daemon.service.answers["intent.why"] = {
        "intent": "ab" * 32, "refused": [{
            "vendor_name": "Shop", "reason": "terms", "words": "it accepts none of your terms",
            "terms": ["SD-BASE: the vendor keeps data of the order for 5 years; you allow 30 days"],
        }],
    }  # fmt: skip
    shown = vrm("intent", "why", "ab" * 32).stdout
    assert (
        "\n    SD-BASE: the vendor keeps data of the order for 5 years; you allow 30 days" in shown
    )
