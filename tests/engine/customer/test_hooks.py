"""Hooks: what a report comes to, and what a token can't do."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.engine.steps import CUSTOMER, command, event_types, in_turn
from tests.engine.world import World
from vrmnode.customer.hook_rules import Report, read_report
from vrmnode.customer.request import read_request
from vrmnode.engine.context import Context
from vrmnode.engine.customer import castings, draft_desk, hook_desk, things_desk
from vrmnode.engine.customer.hook_desk import ToPublish
from vrmnode.errors import ServiceError
from vrmnode.storage import events, hooks, intents
from vrmnode.storage.intents import OwnIntent

PUBLISH = {"mode": "publish", "maximum": "60.00 EUR", "most": 1, "every": "1d"}
BROKEN = Report("broken", "E21 at 4X7K99210Z")


def _hook(world: World, **rules: object) -> dict[str, str]:
    found = world.nodes[CUSTOMER].reader
    if found.value("SELECT count(*) FROM things") == 0:
        command(world, CUSTOMER, "thing.add", name="boiler", category=1217, country="NL")
    made = command(world, CUSTOMER, "hook.add", thing="boiler", rules=rules, name=f"h{len(rules)}")
    assert isinstance(made, dict)
    return made


def _take(world: World, made: dict[str, str], report: Report = BROKEN) -> ToPublish | None:
    hook = hook_desk.of_token(world.nodes[CUSTOMER].reader, made["token"])
    found = in_turn(world, CUSTOMER, partial(hook_desk.take, hook=hook, report=report))
    assert found is None or isinstance(found, ToPublish)
    return found


def _publish(world: World, request: object, also: object) -> OwnIntent:
    """As the node does: prepared outside, recorded in the turn that also does the rest."""
    node = world.nodes[CUSTOMER]
    assert isinstance(request, dict)
    prepared = castings.prepare(
        node.reader,
        node.machine.vault,
        read_request(request),
        {"mode": "manual"},
        identity=node.machine.identity,
        shard=0,
        now=node.machine.clock(),
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )

    def record(ctx: Context) -> OwnIntent:
        own = castings.record(ctx, prepared)
        also(ctx, own)  # type: ignore[operator]
        return own

    own = in_turn(world, CUSTOMER, record)
    assert isinstance(own, OwnIntent)
    return own


def _drafts(world: World) -> list[dict[str, object]]:
    node = world.nodes[CUSTOMER]
    return draft_desk.listed(node.reader, node.machine.vault, {}, world.now)


def _code(world: World, made: dict[str, str], report: Report = BROKEN) -> str:
    with pytest.raises(ServiceError) as caught:
        _take(world, made, report)
    return caught.value.code


def test_a_token_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    made = _hook(world)
    node = world.nodes[CUSTOMER]
    listed = hook_desk.listed(node.reader, node.machine.vault, {}, world.now)
    assert "token" not in listed[0]
    kept = node.reader.rows("SELECT token_hash FROM hooks")
    assert made["token"].encode() not in kept[0][0]
    for other in ("", made["token"][:-1], made["token"] + "A", "é" * 20, "vrmhook_"):
        with pytest.raises(ServiceError) as caught:
            hook_desk.of_token(node.reader, other)
        assert caught.value.code == "hook.unknown"


def test_a_report_leaves_one_draft_whose_words_stay(world: World) -> None:
    made = _hook(world)
    assert _take(world, made) is None
    assert _take(world, made, Report("broken", "never mind, buy my lamps")) is None
    (draft,) = _drafts(world)
    assert (draft["note"], draft["reports"], draft["event"]) == (BROKEN.note, 2, "broken")
    assert isinstance(draft["request"], dict)
    assert draft["request"]["description"] == BROKEN.note
    assert draft["request"]["function"] == "Repair"
    assert draft["warnings"], "the note looks as if it had a serial number"
    assert intents.list_intents(world.nodes[CUSTOMER].reader) == []


def test_a_confirmed_draft_is_published_and_the_same_report_brings_no_other(world: World) -> None:
    made = _hook(world)
    _take(world, made)
    (draft,) = _drafts(world)
    which = bytes.fromhex(str(draft["draft"]))
    own = _publish(world, draft["request"], partial(draft_desk.confirmed, draft=which))
    assert _drafts(world) == []
    node = world.nodes[CUSTOMER]
    thing = things_desk.find_thing(node.reader, node.machine.vault, "boiler")
    assert (thing.intent, thing.reported) == (own.intent_id, BROKEN.note)
    assert thing.problem is None, "a device's words aren't the owner's"
    _take(world, made)
    assert _drafts(world) == []
    with pytest.raises(ServiceError) as caught:
        _publish(world, draft["request"], partial(draft_desk.confirmed, draft=which))
    assert caught.value.code == "draft.not_found"
    assert len(intents.list_intents(node.reader)) == 1, "recorded with its draft, or not at all"


def test_what_was_thrown_away_is_quiet_for_a_day(world: World) -> None:
    made = _hook(world)
    _take(world, made)
    command(world, CUSTOMER, "draft.discard", draft=_drafts(world)[0]["draft"])
    _take(world, made)
    assert _drafts(world) == []
    world.now += draft_desk.QUIET_S
    _take(world, made)
    assert len(_drafts(world)) == 1


def test_within_limits_it_publishes_what_the_owner_wrote(world: World) -> None:
    made = _hook(world, **PUBLISH, problem="It gives no heat.")
    ready = _take(world, made)
    assert ready is not None
    assert ready.request["description"] == "It gives no heat."
    assert "E21" not in str(ready.request)
    own = _publish(world, ready.request, partial(hook_desk.published, made=ready))
    assert own.private_maximum == 6000
    # The same again, while it stands: nothing new, and no refusal.
    assert _take(world, made) is None
    with pytest.raises(ServiceError) as caught:
        _publish(world, ready.request, partial(hook_desk.published, made=ready))
    assert caught.value.code == "hook.under_way"
    in_turn(world, CUSTOMER, lambda ctx: intents.update_status(ctx.tx, own.intent_id, "fulfilled"))
    assert _code(world, made) == "hook.limit"
    with pytest.raises(ServiceError) as caught:
        _publish(world, ready.request, partial(hook_desk.published, made=ready))
    assert caught.value.code == "hook.limit"
    world.now += 86_400
    assert _take(world, made) is not None


def test_outside_its_events_it_does_nothing(world: World) -> None:
    made = _hook(world)
    assert _code(world, made, Report("maintenance", None)) == "hook.not_allowed"
    assert _drafts(world) == []


def test_a_revoked_token_is_unknown_at_once(world: World) -> None:
    made = _hook(world, **PUBLISH)
    ready = _take(world, made)
    assert ready is not None
    command(world, CUSTOMER, "hook.remove", hook=made["name"])
    with pytest.raises(ServiceError) as caught:
        _publish(world, ready.request, partial(hook_desk.published, made=ready))
    assert caught.value.code == "hook.unknown"
    assert _code(world, made) == "hook.unknown"
    assert intents.list_intents(world.nodes[CUSTOMER].reader) == []


def test_a_supply_is_another_thing(world: World) -> None:
    rules = {"events": ["supply"], "supply": {"name": "toner TN-2420", "quantity": 2}}
    made = _hook(world, **rules)
    _take(world, made, read_report({"event": "supply", "note": "5 %"}))
    (draft,) = _drafts(world)
    assert draft["request"] == {
        "name": "toner TN-2420",
        "quantity": 2,
        "country": "NL",
        "function": "Sell",
    }
    assert draft["addressed"] == "to everybody: you trust no vendor that does such things"


def test_what_goes_with_a_thing(world: World) -> None:
    made = _hook(world)
    _take(world, made)
    command(world, CUSTOMER, "thing.remove", thing="boiler")
    assert _drafts(world) == []
    assert _code(world, made) == "hook.unknown"
    assert event_types(world, CUSTOMER)[-2:] == ["hook.removed", "thing.removed"]


def test_what_would_fail_later_is_refused_at_once(world: World) -> None:
    command(world, CUSTOMER, "thing.add", name="kettle")
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "hook.add", thing="kettle")
    assert caught.value.code == "request.invalid", "nobody said in which country it is"
    command(world, CUSTOMER, "thing.change", thing="kettle", changes={"country": "NL"})
    command(world, CUSTOMER, "hook.add", thing="kettle")
    with pytest.raises(ServiceError) as refused:
        command(world, CUSTOMER, "hook.add", thing="kettle", name="KETTLE")
    assert refused.value.code == "hook.exists"


def test_no_more_hooks_than_are_looked_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_desk, "MAX_HOOKS", 1)
    _hook(world)
    with pytest.raises(ServiceError) as caught:
        _hook(world, most=2)
    assert caught.value.code == "hook.too_many"


def test_the_log_and_the_tables_in_clear_have_no_words(world: World) -> None:
    made = _hook(world)
    _take(world, made)
    node = world.nodes[CUSTOMER]
    said = [each.data for each in events.after(node.reader, 0)]
    clear = [node.reader.rows(f"SELECT * FROM {name}") for name in ("hooks", "drafts", "things")]
    for words in ("boiler", "E21", made["token"]):
        assert words not in str(said)
        assert words not in str(clear)
    assert len(hooks.token_hashes(node.reader)) == 1


def test_after_a_restore_a_hook_publishes_nothing(world: World, tmp_path: Path) -> None:
    """The backup knows neither of its removal nor of what it published since."""
    publishing, drafting = _hook(world, **PUBLISH), _hook(world)
    node = world.nodes[CUSTOMER]
    copy = tmp_path / "customer.copy"
    node.database.backup(copy)
    command(world, CUSTOMER, "hook.remove", hook=publishing["name"])
    node.restore(copy)
    assert _take(world, publishing) is None
    (draft,) = _drafts(world)
    assert draft["hook_name"] == publishing["name"]
    assert event_types(world, CUSTOMER).count("hook.changed") == 1
    assert _take(world, drafting) is None
