"""Watched mail tags."""

from __future__ import annotations

from dataclasses import replace

from tests.storage.samples import key, tag
from vrmnode.storage import tags
from vrmnode.storage.database import Tx
from vrmnode.storage.tags import WatchedTag


def _window(first: int, deal: int = 1) -> list[WatchedTag]:
    return [
        WatchedTag(
            tag=tag(deal * 1000 + seq * 4 + attempt),
            kind=tags.DEAL,
            owner=key(deal),
            seq=seq,
            attempt=attempt,
            until=500,
        )
        for seq in range(first, first + 8)
        for attempt in range(4)
    ]


def test_a_tag_leads_to_its_owner(tx: Tx) -> None:
    rows = _window(0)
    tags.watch(tx, rows)
    assert tags.lookup(tx, rows[5].tag) == rows[5]
    assert tags.lookup(tx, tag(1)) is None
    assert tags.list_tags(tx, key(1)) == rows
    assert tags.untils(tx, key(1)) == {row.tag: row.until for row in rows}
    assert tags.untils(tx, key(2)) == {}


def test_watching_again_keeps_the_later_end(tx: Tx) -> None:
    row = WatchedTag(tag=tag(1), kind=tags.INTENT, owner=key(1), until=500)
    for until in (500, 600, 550):
        tags.watch(tx, [WatchedTag(tag=row.tag, kind=row.kind, owner=row.owner, until=until)])
    found = tags.lookup(tx, row.tag)
    assert found is not None
    assert found.until == 600


def test_a_sliding_window(tx: Tx) -> None:
    tags.watch(tx, _window(0))
    tags.watch(tx, _window(1))
    assert tags.unwatch_below(tx, key(1), 1) == 4
    assert {row.seq for row in tags.list_tags(tx)} == set(range(1, 9))


def test_purge(tx: Tx) -> None:
    tags.watch(tx, _window(0, deal=2))
    assert tags.purge(tx, 499) == []
    assert tags.is_watched(tx, key(2)) and not tags.is_watched(tx, key(1))
    assert tags.purge(tx, 500) == [key(2)]
    assert not tags.is_watched(tx, key(2))


def test_purging_names_only_owners_with_nothing_left(tx: Tx) -> None:
    later = [replace(row, until=900) for row in _window(1, deal=1)]
    tags.watch(tx, [*_window(0, deal=1), *later])
    assert tags.purge(tx, 500) == []
    assert tags.purge(tx, 900) == [key(1)]
