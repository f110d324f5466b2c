"""The roster is that of the spec and says what the vocabulary says, but for the corrections."""

from __future__ import annotations

import re

import pytest

from tests.protocol import terms_evaluator, terms_spec
from tests.protocol.terms_evaluator import RULES, rules_of
from tests.protocol.terms_spec import facts, names, plain, roster, section, tables
from vrmprotocol import terms
from vrmprotocol.terms_axes import AXES
from vrmprotocol.terms_roster import AGREEMENTS, levels_of

VOCABULARY = terms_spec.HERE.parents[2] / "shared" / "data" / "ieee-7012" / "ieee-7012.ttl"
BASE = facts()["base"]
DEFINED = {name for group in facts()["terms"].values() for name in group}


def test_it_is_the_table_of_the_spec():
    assert {each: dict(levels) for each, levels in AGREEMENTS.items()} == roster()
    assert set(AGREEMENTS) == set(terms.ROSTER)


def test_it_has_every_agreement_of_the_vocabulary_and_no_other():
    others = {"PDC", "TPR", "TPR-IDENTITY-REF"}
    assert set(AGREEMENTS) == set(facts()["terms"]["agreement-classes"]) - others
    assert set(AGREEMENTS) == set(facts()["table"])


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_each_agreement_says_what_the_vocabulary_says(agreement):
    """On the axes of which its rules speak, and on no others."""
    rules = rules_of(agreement)
    permitted, obliged = terms_evaluator.choice_acts(agreement, {})
    spoken = {axis for rule in rules for axis, _ in RULES[rule][1]}
    assert set(AGREEMENTS[agreement]) == spoken
    for name, level in levels_of(agreement, {}).items():
        axis = terms_spec.axes()[name]
        acts = terms_evaluator.acts_of(axis, level)
        found = obliged if axis.duty else permitted
        assert acts == {act for act in found if act[0] == name}, name


@pytest.mark.parametrize("agreement", [name for name in AGREEMENTS if name.startswith("SD-")])
def test_rules_and_table_of_the_vocabulary_say_the_same(agreement):
    marks = facts()["table"][agreement]
    obliged = facts()["rules"][agreement]["obligation"]
    allowed = {rule.strip() for rule in facts()["rules"][agreement].get("permission", [])}
    assert (marks["Data Portability"] == "✓") == ("PortabilityRequired" in obliged)
    assert marks["Service Delivery"] == "✓"
    assert "ServiceDeliveryRequired" in obliged
    for column, rule in (
        ("Analytics 2P", "Analytics2PAllowed"),
        ("Tracking 2P", "Tracking2PAllowed"),
        ("Profiling 2P", "Profiling2PAllowed"),
        ("Share Anonymised Data 3P", "DataSharingAnonymised3PAllowed"),
    ):
        assert (marks[column] == "✓") == (rule in allowed), column


def test_the_corrections_are_all_that_is_wrong_with_the_rules():
    used = {
        rule
        for agreement, groups in facts()["rules"].items()
        if agreement in AGREEMENTS
        for group in groups.values()
        for rule in group
    }
    undefined = {rule for rule in used if rule not in DEFINED}
    where = [row["Where"] for row in tables("Corrections")[0]]
    corrected = {name.removeprefix(":") for cell in where for name in names(cell)}
    assert {rule for rule in undefined if "\n" not in rule} == {
        "ServiceDeliveryRequired",
        "AnalyticsDisallowed",
        "Analytics2PAllowed",
        "Analytics3PDisallowed",
        "DataSharingDisallowed",
        "DataSharingAnonymised3PAllowed",
    }
    assert {rule for rule in undefined if "\n" not in rule} <= corrected
    broken = {
        agreement
        for agreement, groups in facts()["rules"].items()
        if any("\n" in rule for group in groups.values() for rule in group)
    }
    assert broken == {"SD-BASE-ATP", "SD-BASE-ATP-DP", "SD-BASE-ATP-S3P", "SD-BASE-ATP-S3P-DP"}
    assert broken <= corrected
    without = {agreement for agreement in AGREEMENTS if agreement not in facts()["rules"]}
    assert without == {"PDC-INTENT", "PDC-AI", "PDC-GOOD"} <= corrected


def test_how_often_an_undefined_rule_is_used_is_told_rightly():
    numbers = {"ten": 10, "eight": 8}
    for row in tables("Corrections")[0]:
        rule = plain(row["Where"]).removeprefix(":")
        users = [
            agreement
            for agreement, groups in facts()["rules"].items()
            if any(rule in group for group in groups.values())
        ]
        if "not defined" not in row["Fault"]:
            continue
        counted = re.search(r"of (ten|eight) agreements", row["Fault"])
        own = [each for each in users if each in AGREEMENTS]
        assert len(own) == (numbers[counted[1]] if counted else len(names(row["Fault"])))
        assert ("TPR" in users) == ("`TPR`" in row["Fault"])


def test_every_term_of_the_vocabulary_has_its_place_in_the_spec():
    assert DEFINED - placed() == set()


def test_and_the_spec_names_no_term_that_isnt_there():
    undefined = {rule for rule in terms_evaluator.RULES if " " not in rule} - DEFINED
    assert placed() - DEFINED <= undefined


def placed() -> set[str]:
    """The terms that spec 05 reads: as levels, members of sets, or otherwise."""
    found: set[str] = set()
    levels, members = tables("Levels, their sources and their words")
    for row in levels:
        found |= {name.removeprefix(":") for name in names(row["Source"]) if name.startswith(":")}
    for row in members:
        for name in names(row["Source"]):
            for about in ("Purpose", "Party", "Data") if "…" in name else ("",):
                found.add(name.replace("…", about).removeprefix(":"))
    for row in tables("Other terms of the vocabulary")[0]:
        found |= {name.removeprefix(":") for name in names(row["Terms"])}
    for row in tables("Who may ask")[0]:
        found |= {name.removeprefix(":") for name in names(row["Requests"] + row["Negotiation"])}
    return {name for name in found if not name.startswith("dpv:")} | set(roster())


def test_the_roster_in_spec_03_is_the_same():
    text = (terms_spec.SPEC.parent / "03-messages.md").read_text(encoding="utf-8")
    named = re.search(r"The roster of terms [^:]*: (.*?)\. A terms id", text)
    assert named
    ids = {each for each in names(named[1]) if each != "-DP"}
    assert ids | {f"{each}-DP" for each in ids if each.startswith("SD")} == set(AGREEMENTS)
    assert "vrm/1 terms text" in section("Text")


@pytest.mark.skipif(not VOCABULARY.exists(), reason="the vocabulary isn't beside the checkout")
def test_the_facts_are_those_of_the_vocabulary():
    text = VOCABULARY.read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^ieee-7012:([\w-]+) a (.*?\.)$(?=\n\n|\n\Z)", text, re.M | re.S))
    for scheme, terms_there in facts()["terms"].items():
        mark = f"skos:inScheme ieee-7012:{scheme} ;"
        assert sorted(name for name, block in blocks.items() if mark in block) == terms_there
    for name, groups in facts()["rules"].items():
        for group, rules in groups.items():
            cell = re.search(
                rf"dpv:has{group.capitalize()} (.*?)(?: ;\n    dpv:| \.\Z)", blocks[name], re.S
            )
            assert cell
            found = [
                each[1:-1].removeprefix(BASE)
                if each.startswith("<")
                else each.removeprefix("ieee-7012:")
                for each in re.findall(r"<[^>]*>|[\w-]+:[\w-]+", cell[1])
            ]
            stated = [rule.replace("https://w3id.org/dpv#", "dpv:") for rule in rules]
            assert found == stated, (name, group)


def test_axes_that_are_silent_have_defaults():
    for agreement in AGREEMENTS.values():
        assert set(agreement) < set(AXES)
