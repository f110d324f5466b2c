"""Words that decide whether a name is what was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values import words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("La práctica de la programación", ["la", "practica", "de", "la", "programacion"]),
        ("The C++ Programming Language", ["the", "c++", "programming", "language"]),
        ("C# in Depth", ["c#", "in", "depth"]),
        ("Design Patterns", ["design", "pattern"]),
        ("glass", ["glass"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("Bo-Touch_Bin, 36l", ["bo", "touch", "bin", "36l"]),
        ("", []),
    ],
)
def test_fold(text, folded):
    assert words.fold(text) == folded


def test_significant_leaves_out_what_says_nothing():
    assert words.significant("The Art of the Electronics") == ("art", "electronic")
    assert words.significant("It") == ("it",)


def test_plain_words_stand_as_in_the_text():
    assert words.plain("The Design Patterns, práctica") == ("design", "patterns", "práctica")


@pytest.mark.parametrize(
    ("asked", "text", "enough"),
    [
        ("design patterns", "Head First Design Patterns", True),
        ("design patterns", "Design of Everyday Things", False),
        ("c programming language", "The C++ programming language", True),
        ("algorithms", "Introduction to Algorithms", True),
        ("mythical man month brooks 1975", "The mythical man-month", True),
        ("garden hose classic 20 m", "Classic lamp", False),
    ],
)
def test_enough(asked, text, enough):
    assert words.enough(words.significant(asked), text) is enough


@given(st.text(max_size=60))
def test_every_text_names_itself(text):
    wanted = words.significant(text)
    assert words.share(wanted, text) == (words.FULL if wanted else 0)
    assert not wanted or words.enough(wanted, text)
