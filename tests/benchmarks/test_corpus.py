"""The corpus: real stamps, kept on disk, made anew when it is about to end."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import corpus
from vrmprotocol import envelope
from vrmprotocol.envelope import verify_and_load

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")


@pytest.mark.parametrize("sort", [corpus.MARKET, corpus.MAIL])
def test_envelopes_pass_every_check_and_are_kept(
    sort: corpus.Sort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "_SLICE", 2)
    found = corpus.load(3, sort)
    now = int(time.time())
    for raw in found:
        topic = envelope.unsecure_load(raw).topic
        one = verify_and_load(raw, topic=topic, now=now, known=lambda _: False)
        assert (one.kind, len(one.body)) == (sort.kind, sort.body_bytes)
    assert len(set(found)) == 3
    assert corpus.load(4, sort)[:3] == found


def test_one_that_ends_soon_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "_SLICE", 1)
    first = corpus.load(1)
    short = replace(corpus.MARKET, fresh_s=corpus.MARKET.lifetime_s + 600)
    assert corpus.load(1, short) != first
