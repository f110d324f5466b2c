"""Keys of what was deleted leave the files beside backups, also those that were away."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.engine.disclosing import deal_of, disclose, ready
from tests.engine.disclosing import vendor_says_event as says
from tests.engine.steps import CUSTOMER, VENDOR, command, in_turn, pass_on
from tests.engine.world import World
from vrmnode.engine import backups, clockwork
from vrmnode.storage import erasable_keys, keysfile


def holds(path: Path, deal: bytes) -> bool:
    return deal in [owner for owner, _ in keysfile.read(path)]


def test_a_file_that_was_away_is_brought_in_line_by_the_next_tidying(
    world: World, tmp_path: Path
) -> None:
    ready(world)
    disclose(world, "name")
    pass_on(world, CUSTOMER)
    says(world, "delivered")
    pass_on(world, VENDOR, CUSTOMER)
    node = world.nodes[VENDOR]
    here, away = tmp_path / "here.keys", tmp_path / "away.keys"
    for path in (here, away):
        keysfile.write(path, erasable_keys.rows(node.reader))
        in_turn(world, VENDOR, partial(backups.backed_up, keys=path))
    elsewhere = away.rename(tmp_path / "elsewhere")
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    assert not holds(here, deal_of(world))
    assert backups.key_places(node.reader)[1] == {"path": str(away), "keys": None, "erased": None}
    elsewhere.rename(away)
    assert holds(away, deal_of(world))
    assert backups.key_places(node.reader)[1]["erased"] == 1
    in_turn(world, VENDOR, lambda ctx: clockwork.tidy(ctx, 10**9))
    assert not holds(away, deal_of(world))
    assert [place["erased"] for place in backups.key_places(node.reader)] == [0, 0]
