"""What a hook may do, and what a device may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.customer.hook_rules import (
    Report,
    changes_for,
    free_at,
    read_report,
    read_rules,
    words_for,
)
from vrmnode.values.fields import FieldError

PUBLISH: dict[str, object] = {"mode": "publish", "maximum": "60.00 EUR", "most": 2, "every": "1d"}
SUPPLY: dict[str, object] = {
    "events": ["supply", "broken"],
    "supply": {"name": "toner", "gtin": "4006381333931"},
}


def test_by_default_a_draft_and_only_when_broken() -> None:
    rules = read_rules({})
    assert (rules.mode, rules.events, rules.maximum, rules.most) == ("draft", ("broken",), None, 1)
    assert rules.period_s == 7 * 86_400


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"mode": "spend"}, "mode"),
        ({"mode": "publish"}, "maximum"),
        ({"events": ["fire"]}, "events"),
        ({"most": 0}, "most"),
        ({"most": 101}, "most"),
        ({"every": "1m"}, "every"),
        ({"every": "400d"}, "every"),
        ({"events": ["supply"]}, "supply"),
        ({"supply": {"name": "toner"}}, "supply"),
        ({"supply": {"budget": "1 EUR"}, "events": ["supply"]}, "supply.budget"),
        ({"request": {"function": "Sell"}}, "request.function"),
        ({"request": {"private_maximum": "9 EUR"}}, "request.private_maximum"),
        ({"request": ["to"]}, "request"),
        ({"token": "x"}, "token"),
    ],
)
def test_rules_that_cant_be_kept(raw: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        read_rules(raw)
    assert caught.value.field == field
    assert caught.value.code.startswith("hook.")


def test_rules_come_back_as_they_were_kept() -> None:
    found: list[dict[str, object]] = [{}, PUBLISH, SUPPLY, {"request": {"to": []}}]
    for raw in found:
        rules = read_rules(raw)
        assert read_rules(rules.to_dict()) == rules


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"event": ""},
        {"event": "fire"},
        {"event": ["broken"]},
        {"event": "broken", "note": "a" * 501},
        {"event": "broken", "note": "a\x1b[2J"},
        {"event": "broken", "note": 5},
        {"event": "broken", "to": ["x"]},
        {"event": "broken", "maximum": "9.00 EUR"},
        [],
        None,
        "broken",
    ],
)
def test_what_a_device_cant_say(raw: object) -> None:
    with pytest.raises(FieldError) as caught:
        read_report(raw)
    assert caught.value.code in ("hook.invalid", "hook.unknown_field")


def test_the_owners_words_come_first_and_a_note_goes_out_only_through_a_draft() -> None:
    report = Report("broken", "E21, serial 4X7K99210Z")
    assert words_for(read_rules({}), report) == report.note
    assert words_for(read_rules({"problem": "It beeps."}), report) == "It beeps."
    assert words_for(read_rules(PUBLISH), report) is None
    assert words_for(read_rules({**PUBLISH, "problem": "It beeps."}), report) == "It beeps."
    assert words_for(read_rules(SUPPLY), Report("supply", "5 %")) is None


def test_what_is_bought_has_nothing_of_the_thing() -> None:
    rules = read_rules({**PUBLISH, **SUPPLY})
    bought = changes_for(rules, "supply")
    assert (bought["name"], bought["mpn"], bought["brand"]) == ("toner", None, None)
    assert bought["private_maximum"] == "60.00 EUR"
    assert "name" not in changes_for(rules, "broken")


@given(
    st.lists(st.integers(0, 400_000), max_size=30),
    st.integers(1, 5),
    st.integers(600, 100_000),
)
def test_never_more_than_allowed_in_any_period(tries: list[int], most: int, period_s: int) -> None:
    rules = read_rules({**PUBLISH, "most": most, "every": period_s})
    done: list[int] = []
    for now in sorted(tries):
        at = free_at(rules, done[-most:], now)
        if at is None:
            done.append(now)
        else:
            assert at > now
            assert free_at(rules, done[-most:], at) is None, "it says when"
    for start in done:
        assert sum(start <= at < start + period_s for at in done) <= most
