"""The check that specs and code quote each other."""

from __future__ import annotations

import textwrap

import pytest

from tools.check_spec_quotes import blocks, complaints, quotes, sentences

SPEC = textwrap.dedent(
    """\
    # 01 Encoding

    An encoder MUST sort the keys,
    by their bytes. It may be slow. A reader MUST NOT guess (e.g. The order).

    - The writer MUST say so.
      It has no choice.
    - Nothing here.

    | Field | Rule |
    |---|---|
    | `id` | MUST be 32 bytes. No more. |

    ```
    This MUST not count.
    ```
    """
)
CODE = textwrap.dedent(
    """\
    # SPEC 01: An encoder MUST sort the keys, by
    # their bytes.
    #
    # An ordinary comment.
    x = 1
    # SPEC 01: A reader MUST NOT guess (e.g. The order).
    # SPEC 01: The writer MUST say so.
    y = 2  # SPEC 01: MUST be 32 bytes. No more.
    """
)


def check(spec: str = SPEC, code: str = CODE) -> list[str]:
    return complaints({"specs/01-encoding.md": spec}, {"vrmnode/x.py": code})


def test_full_agreement_has_no_complaint() -> None:
    assert check() == []


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        ("# SPEC 01: The writer MUST say so.\n", "specs/01-encoding.md:6: not quoted"),
        ("  # SPEC 01: MUST be 32 bytes. No more.", "specs/01-encoding.md:12: not quoted"),
        ("# their bytes.\n", "specs/01-encoding.md:3: not quoted"),
    ],
)
def test_names_the_sentence_that_nobody_quotes(drop: str, expected: str) -> None:
    (found,) = check(code=CODE.replace(drop, ""))
    assert found.startswith(expected)


def test_names_the_quote_that_no_longer_stands() -> None:
    found = check(spec=SPEC.replace("say so", "shout"))
    assert found[0].endswith("The writer MUST shout.")
    assert found[1] == "vrmnode/x.py:7: spec 01 doesn't say: The writer MUST say so."


def test_a_quote_of_another_spec_does_not_count() -> None:
    assert len(check(code=CODE.replace("SPEC 01: The", "SPEC 02: The"))) == 2


def test_a_part_of_a_sentence_may_stand_but_does_not_cover_it() -> None:
    (found,) = check(code=CODE.replace("# SPEC 01: A reader MUST NOT guess (e.g. The order).", ""))
    partly = check(code=CODE.replace("guess (e.g. The order).", "guess"))
    assert partly == [found]


def test_the_key_words_paragraph_of_spec_00_binds_nobody() -> None:
    text = 'The key words "MUST" and "MUST NOT"\nare of RFC 2119.\n\nA reader MUST read.\n'
    (found,) = complaints({"specs/00-index.md": text}, {})
    assert found == "specs/00-index.md:4: not quoted in code or tests: A reader MUST read."


def test_a_quote_ends_at_code_an_empty_comment_or_the_next_quote() -> None:
    texts = [quote.text for quote in quotes("x.py", CODE)]
    assert texts[0] == "An encoder MUST sort the keys, by their bytes."
    assert texts[-1] == "MUST be 32 bytes. No more."
    assert len(texts) == 4


def test_a_quote_inside_a_string_is_no_quote() -> None:
    assert quotes("x.py", 'text = """\n# SPEC 01: no\n"""\n') == []


def test_escaped_bars_stay_in_their_cell() -> None:
    (first, second) = blocks("specs/01-x.md", "| a \\| b | c |\n|---|---|\n")
    assert (first.text, second.text) == ("a | b", "c")


def test_sentences_keep_their_closing_marks() -> None:
    assert sentences("One. `two` is (2.5)! Three, i.e. Four?") == [
        "One.",
        "`two` is (2.5)!",
        "Three, i.e. Four?",
    ]
