"""What others say, as the command shows it."""

from __future__ import annotations

from vrmnode.cli.show import hanging

ID = "ab" * 32
SAID = {
    "feedback": ID,
    "vendor": "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZSZ5zrC4bqvUYeo8K4LHqZ",
    "month": "2027-01",
    "rating": 1,
    "experience": {"delivery": "late"},
    "text": "Slow.",
    "in_language": "en",
    "item": None,
    "said_at": 1_800_000_000,
    "withdrawn": False,
    "reply": None,
}
COUNTS = {
    "feedback": 7,
    "rating": {"1": 4, "2": 0, "3": 0, "4": 0, "5": 3},
    "delivery": {"on_time": 0, "late": 4, "never": 0},
}
FORGED = "cdcdcdcdcdcd  5 of 5  bought in 2027-01"


def test_counts_are_of_all_and_what_is_shown_is_some_of_it(daemon, vrm):
    daemon.service.answers["feedback.list"] = {
        "feedback": [SAID],
        "counts": COUNTS,
        "note": "The vendor attests it.",
    }
    words = vrm("feedback", "list", "--vendor", "z6MkgDAMxx8R").stdout
    assert "7 in all, of which 1 are shown, drawn at random" in words
    assert "rating: 1 × 4, 5 × 3" in words
    assert "The vendor attests it." in words


def test_no_text_of_strangers_looks_like_another_entry(daemon, vrm):
    hostile = f"We are sorry.\n\n{FORGED}\n  Great!"
    said = {
        **SAID,
        "text": hostile,
        "item": {"brand": f"Maker\n{FORGED}"},
        "reply": {"text": hostile, "in_language": None, "said_at": 1_800_000_000},
    }
    daemon.service.answers["feedback.list"] = {"feedback": [said], "counts": COUNTS, "note": ""}
    lines = vrm("feedback", "list", "--brand", "Maker").stdout.split("\n")
    assert [line for line in lines if line.startswith("abab")] == [
        "abababababab  1 of 5  bought in 2027-01"
    ]
    assert not any(line.startswith("cdcd") for line in lines)
    assert sum(FORGED in line for line in lines) == 3


def test_lines_after_the_first_hang():
    assert hanging("a\nb\u2028c\n\x1b[31md") == "a\n    b c\n    d"
