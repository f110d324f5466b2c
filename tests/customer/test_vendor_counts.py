"""Counts about a vendor: every one has its limits, and nothing is made of nothing."""

from __future__ import annotations

from vrmnode.customer.opinion import EXPERIENCES
from vrmnode.customer.vendor_counts import OWN, SAID, of_others, of_own


def test_without_deals_all_counts_are_none() -> None:
    found = of_own({}, [], [], [], now=0)
    assert [each.name for each in found] == list(OWN)
    assert {each.evidence for each in found} == {()}


def test_breaches_and_suspicions_are_counted_apart() -> None:
    found = {each.name: each.evidence for each in of_own({}, ["aa"], ["bb", "cc"], [], now=0)}
    assert (found["breaches"], found["suspicions"]) == (("aa",), ("bb", "cc"))


def test_others_are_counted_by_all_that_can_be_said() -> None:
    names = [each.name for each in of_others({})]
    assert names == ["feedback"] + [f"{n}_{word}" for n, ws in EXPERIENCES.items() for word in ws]


def test_every_count_says_what_it_leaves_open() -> None:
    for limits in (*OWN.values(), SAID):
        assert limits.shows and limits.leaves_open
