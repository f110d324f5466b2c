"""The words of levels are those of the spec, and their sources too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.terms_spec import names, plain, tables
from tests.protocol.terms_strategies import level_of
from vrmprotocol.terms_axes import AXES, DAYS, Axis, Level
from vrmprotocol.terms_sources import DPV, IEEE_7012, source_of
from vrmprotocol.terms_words import TABLE, days_in_words, members_of, words_of

ROWS, MEMBERS = tables("Levels, their sources and their words")


def test_the_table_is_that_of_the_spec():
    found = {
        (plain(row["Axis"]), plain(row["Level"])): (row["Where"], row["Words"], row["Short"])
        for row in ROWS
    }
    assert {key: tuple(words) for key, words in TABLE.items()} == found
    assert list(dict.fromkeys(axis for axis, _ in found)) == list(AXES)


def test_members_are_those_of_the_spec():
    found: dict[str, dict[str, str]] = {}
    for row in MEMBERS:
        found.setdefault(plain(row["Axis"]), {})[plain(row["Member"])] = row["Words"]
    for name, axis in AXES.items():
        if axis.is_set:
            key = "transparency…" if name.startswith("transparency") else name
            assert members_of(name) == found[key]
            assert list(members_of(name)) == list(found[key])
            assert set(found[key]) == set(axis.scale)


def kinds(axis: Axis) -> list[tuple[str, Level]]:
    """The rows that an axis has in the spec, each with a level."""
    if axis.is_set:
        return [("{}", ()), ("set", tuple(str(each) for each in axis.scale))]
    return [("days", 30)] if axis.scale == DAYS else [(str(level), level) for level in axis.scale]


@pytest.mark.parametrize("name", AXES)
def test_every_level_has_a_source_or_is_marked_ours(name):
    for kind, level in kinds(AXES[name]):
        row = next(r for r in ROWS if (plain(r["Axis"]), plain(r["Level"])) == (name, kind))
        if row["Source"] == "by member":
            for member in AXES[name].scale:
                assert expected_member(name, str(member)) == source_of(name, (str(member),))
            continue
        assert source_of(name, level) == (
            row["Source"].startswith("ours"),
            tuple(iri(each) for each in names(row["Source"])),
        )
        assert row["Source"].startswith("ours") or names(row["Source"])


def expected_member(axis: str, member: str) -> tuple[bool, tuple[str, ...]]:
    about = {"transparencyPurposes": "Purpose", "transparencyParties": "Party"}.get(axis, "Data")
    key = "transparency…" if axis.startswith("transparency") else axis
    row = next(r for r in MEMBERS if (plain(r["Axis"]), plain(r["Member"])) == (key, member))
    found = tuple(iri(each.replace("…", about)) for each in names(row["Source"]))
    return row["Source"].startswith("ours"), found


def iri(name: str) -> str:
    return DPV + name[4:] if name.startswith("dpv:") else IEEE_7012 + name.removeprefix(":")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (30, "30 days"),
        (365, "1 year"),
        (1825, "5 years"),
        (4015, "11 years"),
        (36500, "without limit"),
    ],
)
def test_days(days, words):
    assert days_in_words(days) == words


@given(st.sampled_from(sorted(AXES)).flatmap(lambda n: st.tuples(st.just(n), level_of(AXES[n]))))
def test_every_level_has_words(pair):
    where, sentence, short = words_of(*pair)
    assert where in {"may", "not", "must", "free", "keep"}
    assert sentence and short and "{}" not in sentence + short
    assert sentence[0].islower() and not sentence.endswith(".")


def test_several_members():
    assert words_of("marketing", ("email", "letter", "phone")).short == "e-mail, letter and phone"
    assert words_of("deletion", ("afterwards", "onRequest")).short.count(" and ") == 1
    assert words_of("transparencyData", ("after", "before")).short == "beforehand and afterwards"
