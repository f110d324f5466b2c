"""The axes are those of the spec, and their levels are ordered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol import terms_spec
from tests.protocol.terms_strategies import level_of
from vrmprotocol.terms_axes import AXES, DAYS


def test_they_are_the_tables_of_the_spec():
    assert list(AXES) == list(terms_spec.axes())
    assert terms_spec.day_scale() == DAYS
    for name, row in terms_spec.axes().items():
        axis = AXES[name]
        scale = DAYS if row.kind == "days" else row.members
        assert (axis.scale, axis.duty, axis.is_set) == (scale, row.duty, row.kind == "set"), name
        assert (axis.label, axis.only_with or "") == (row.label, row.only_with), name
        default = axis.default
        written = ", ".join(default) if isinstance(default, tuple) else str(default)
        assert written == row.default, name


def test_an_axis_goes_with_a_permission_that_comes_before_it():
    names = list(AXES)
    for name, axis in AXES.items():
        if axis.only_with is not None:
            other = AXES[axis.only_with]
            assert names.index(other.name) < names.index(name)
            assert not other.duty and not axis.duty and other.only_with is None


@pytest.mark.parametrize("name", AXES)
def test_levels_are_known_and_nothing_else_is(name):
    axis = AXES[name]
    assert axis.has(axis.default) and axis.has(axis.lowest)
    others: list[object] = [
        "",
        "all",
        31,
        -1,
        True,
        False,
        None,
        1.0,
        ("all",),
        (1,),
        [],
        {},
        b"none",
    ]
    assert [other for other in others if axis.has(other)] == []
    assert axis.has(()) == axis.is_set
    if axis.is_set:
        assert not axis.has((axis.scale[0], axis.scale[0]))


@given(
    st.sampled_from(sorted(AXES)).flatmap(lambda n: st.tuples(st.just(n), *[level_of(AXES[n])] * 3))
)
def test_a_lattice(given):
    name, a, b, c = given
    axis = AXES[name]
    meet = axis.stricter(a, b)
    assert axis.has(meet)
    assert axis.kept(meet, a) and axis.kept(meet, b)
    assert axis.stricter(a, b) == axis.stricter(b, a)
    assert axis.stricter(a, a) == a
    assert axis.stricter(axis.stricter(a, b), c) == axis.stricter(a, axis.stricter(b, c))
    # Whatever is as strict as both is as strict as the meet.
    if axis.kept(c, a) and axis.kept(c, b):
        assert axis.kept(c, meet)
    assert axis.at_most(axis.lowest, a)
