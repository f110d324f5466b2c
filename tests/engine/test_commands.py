"""The owner's commands: what they do, and the code of each refusal."""

from __future__ import annotations

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    deal_with,
    event_types,
    interpreted,
    offered,
    own_intent,
    set_shop_policy,
    told,
)
from tests.engine.world import SKU, World
from vrmnode.engine.customer import standing
from vrmnode.engine.failures import of_protocol
from vrmnode.errors import NodeError, ServiceError
from vrmnode.storage import catalogue, intents, settings, timers
from vrmprotocol import keys
from vrmprotocol.errors import LocalError
from vrmprotocol.mail import Decline, WithdrawAccept

UNKNOWN = "ab" * 32


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("tea.make", {}, "command.unknown"),
        ("offer.accept", {}, "request.invalid"),
        ("offer.accept", {"offer": 7}, "request.invalid"),
        ("offer.accept", {"offer": "abc"}, "request.id"),
        ("offer.accept", {"offer": UNKNOWN}, "offer.not_found"),
        ("offer.decline", {"offer": UNKNOWN}, "offer.not_found"),
        ("offer.ask", {"offer": UNKNOWN}, "offer.not_found"),
        ("offer.counter", {"offer": UNKNOWN, "total": "1 EUR"}, "offer.not_found"),
        ("vendor.reply", {"question": UNKNOWN, "text": "So."}, "question.not_found"),
        ("deal.withdraw", {}, "request.invalid"),
        ("deal.withdraw", {"deal": UNKNOWN}, "deal.not_found"),
        ("policy.set", {"trusted": "all"}, "policy.trusted"),
        ("policy.set", {"trusted": [UNKNOWN]}, "policy.trusted"),
        ("policy.set", {"surprise": 1}, "acceptance.unknown_field"),
        ("vendor.policy.set", {"surprise": 1}, "policy.unknown_field"),
        ("catalogue.rows", {}, "request.invalid"),
        ("catalogue.rows", {"products": ["book"]}, "product.invalid"),
        ("catalogue.remove", {"skus": ["none"]}, "product.not_found"),
    ],
)
def test_wrong_commands_are_refused_by_code(
    world: World, name: str, params: dict[str, object], code: str
) -> None:
    with pytest.raises(NodeError) as caught:
        command(world, CUSTOMER, name, **params)
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "given"), [("offer.decline", "offer"), ("deal.withdraw", "deal")])
@pytest.mark.parametrize("reason", ["because", 7, None, ["terms"]])
def test_an_unknown_reason_is_refused(world: World, name: str, given: str, reason: object) -> None:
    row = offered(world)
    reference = row.deal if given == "deal" else row.offer_digest or b""
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, name, **{given: reference.hex(), "reason": reason})
    assert (caught.value.code, caught.value.status) == ("request.reason", 400)


def test_a_move_that_the_state_forbids_is_a_conflict(world: World) -> None:
    row = offered(world)
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex())
    assert (caught.value.code, caught.value.status) == ("negotiation.illegal_move", 409)
    assert of_protocol(LocalError("keys.did", "words")).status == 400


def test_a_decline_says_reason_and_note(world: World) -> None:
    row = offered(world)
    offer = (row.offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.decline", offer=offer, reason="delivery", note="too slow")
    body = interpreted(told(world, CUSTOMER)[-1]).body
    assert isinstance(body, Decline)
    assert (body.reason, body.note) == ("delivery", "too slow")


def test_a_withdrawal_says_its_reason(world: World) -> None:
    row = accepted(world)
    answer = command(
        world, CUSTOMER, "deal.withdraw", deal=row.deal.hex()[:8], reason="changed_mind"
    )
    body = interpreted(told(world, CUSTOMER)[-1]).body
    assert isinstance(body, WithdrawAccept)
    assert body.reason == "changed_mind"
    assert isinstance(answer, dict)
    assert deal_with(world, CUSTOMER, VENDOR).state == "withdrawn"


def test_the_policy_shows_who_is_trusted_and_takes_it_back_unchanged(world: World) -> None:
    root = world.nodes[VENDOR].machine.identity.root
    did = keys.to_did(root)
    command(world, CUSTOMER, "trust.add", vendor=did)
    shown = standing.shown_policy(world.nodes[CUSTOMER].reader)
    assert shown["trusted"] == [did]
    stored = command(
        world, CUSTOMER, "policy.set", trusted=[did], mode="automatic", max_total="10.00 EUR"
    )
    assert stored == {**shown, "mode": "automatic", "max_total": "10.00 EUR"}
    assert standing.trusted(world.nodes[CUSTOMER].reader) == {root}


def test_a_policy_with_another_list_of_the_trusted_is_refused(world: World) -> None:
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "policy.set", mode="automatic", trusted=[UNKNOWN])
    assert caught.value.code == "policy.trusted"
    assert "vrm trust add" in caught.value.message
    assert settings.get(world.nodes[CUSTOMER].reader, standing.POLICY) is None


def test_a_new_policy_looks_at_open_offers(world: World) -> None:
    offered(world)
    own = own_intent(world)
    world.nodes[CUSTOMER].turn(lambda ctx: intents.set_acceptance(ctx.tx, own.intent_id, None))
    command(world, CUSTOMER, "trust.add", vendor=keys.to_did(_root(world)))
    command(world, CUSTOMER, "policy.set", mode="automatic", max_total="900.00 EUR", wait_offers=1)
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"
    assert "policy.set" in event_types(world, CUSTOMER)


def _root(world: World) -> bytes:
    return world.nodes[VENDOR].machine.identity.root


def test_rows_are_taken_and_make_the_shop_look_again(world: World) -> None:
    set_shop_policy(world, VENDOR, delivery={"NL": {"method": "ship", "charge": "4.00 EUR"}})
    row = {"sku": "N-1", "name": "Kettle", "price": 2500, "currency": "EUR"}
    first = command(world, VENDOR, "catalogue.rows", products=[row])
    again = command(world, VENDOR, "catalogue.rows", products=[row])
    plain = {"count": 2, "other_currencies": {}, "warnings": []}
    assert first == {"added": 1, "updated": 0, "unchanged": 0, **plain}
    assert again == {"added": 0, "updated": 0, "unchanged": 1, **plain}
    found = timers.due(world.nodes[VENDOR].reader, world.now + 60)
    assert "reconsider" in {timer.kind for timer in found}
    assert catalogue.get(world.nodes[VENDOR].reader, SKU) is not None


def test_the_owner_hears_what_the_shop_leaves_out(world: World) -> None:
    """Of a shop that ships for nothing because nobody said otherwise, before it is sold out."""
    row = {"sku": "N-1", "name": "Kettle", "price": 2500, "currency": "EUR"}
    heard = _warnings(command(world, VENDOR, "catalogue.rows", products=[row]))
    assert [words.partition(":")[0] for words in heard] == ["the policy has no table delivery"]
    heard = _warnings(command(world, VENDOR, "vendor.profile.set", name="Shop", area_served=["NL"]))
    assert [words.partition(":")[0] for words in heard] == ["the policy has no table delivery"]
    set_shop_policy(world, VENDOR, answer=False)
    heard = _warnings(command(world, VENDOR, "catalogue.rows", products=[row]))
    assert heard == [
        "nobody is offered anything: answer is off in the policy, see vrm vendor policy set"
        " answer=true"
    ]
    heard = _warnings(command(world, CUSTOMER, "catalogue.rows", products=[row]))
    assert heard == ["nobody is offered anything: no profile is set, see vrm vendor profile set"]


def _warnings(answer: object) -> list[str]:
    assert isinstance(answer, dict)
    return list(answer["warnings"])


def test_rows_that_wont_be_offered_are_counted_by_currency(world: World) -> None:
    rows = [
        {"sku": f"N-{at}", "name": "Kettle", "price": 2500, "currency": currency}
        for at, currency in enumerate(("EUR", "USD", "JPY", "USD"))
    ]
    found = command(world, VENDOR, "catalogue.rows", products=rows)
    assert isinstance(found, dict)
    assert found["other_currencies"] == {"USD": 2, "JPY": 1}


def test_a_broken_row_takes_none_of_its_page(world: World) -> None:
    good = {"sku": "N-1", "name": "Kettle", "price": 2500, "currency": "EUR"}
    with pytest.raises(NodeError):
        command(world, VENDOR, "catalogue.rows", products=[good, {"sku": "N-2"}])
    assert catalogue.get(world.nodes[VENDOR].reader, "N-1") is None
