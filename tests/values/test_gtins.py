"""Trade item numbers as they are printed."""

import pytest

from vrmnode.values.gtins import gtin_for_people, read_gtin


@pytest.mark.parametrize(
    ("text", "gtin14"),
    [
        ("9780131103627", "09780131103627"),
        ("0-13-110362-8", "09780131103627"),
        ("080442957X", "09780804429573"),
        ("0131103629", None),
        ("1234567890123", None),
        ("", None),
        ("ISBN", None),
        ("١٢٣٤٥٦٧٨٩٠", None),
    ],
)
def test_gtin(text, gtin14):
    assert read_gtin(text) == gtin14


def test_gtin_for_people():
    assert gtin_for_people("09780131103627") == "9780131103627"
    assert gtin_for_people("19780131103624") == "19780131103624"
