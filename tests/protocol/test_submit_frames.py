"""Answers of `/vrm/submit/1`: what is said is read again, and fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from vrmprotocol import submit_frames
from vrmprotocol.submit_frames import MAX_ANSWER_BYTES, MAX_RESULTS, Answer

WORDS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=31)
RESULTS = st.just("kept") | st.builds("{}.{}".format, WORDS, WORDS)


@given(st.lists(RESULTS, max_size=3 * MAX_RESULTS))
def test_results_are_told_in_answers_that_fit(results):
    found: list[str] = []
    for answer in submit_frames.answers(results):
        raw = submit_frames.write_answer(answer)
        assert len(raw) <= MAX_ANSWER_BYTES
        read = submit_frames.read_answer(raw)
        assert read == answer and read.results is not None
        found += read.results
    assert found == results


def test_the_longest_answer_fits():
    longest = Answer(results=("a" * 31 + "." + "b" * 31,) * MAX_RESULTS)
    raw = submit_frames.write_answer(longest)
    assert len(raw) <= MAX_ANSWER_BYTES
    assert submit_frames.read_answer(raw) == longest


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw):
    found = survives(submit_frames.read_answer, raw)
    assert not isinstance(found, str) or found.startswith(("submit.frame", "encoding."))
