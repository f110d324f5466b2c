"""What a check of a vendor's domain needs, what it comes to, and what follows."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    deal_with,
    event_types,
    offered,
    own_intent,
    pass_on,
)
from tests.engine.world import World
from vrmnode.engine.customer import standing
from vrmnode.engine.trust import domain_check, domain_proof
from vrmnode.engine.trust.domain_proof import NO_VENDOR, PROVED
from vrmnode.engine.trust.domain_proof import OTHER_VENDOR as NAMES_ANOTHER
from vrmnode.errors import ServiceError
from vrmnode.storage import intents
from vrmprotocol import keys

HOST = "shop.example"


def _root(world: World, vendor: str = VENDOR) -> bytes:
    return world.nodes[vendor].machine.identity.root


def _publish(world: World, **details: object) -> None:
    """The vendor publishes its profile, and the customer hears of it."""
    command(world, VENDOR, "vendor.profile.set", name="Shop", area_served=["NL"], **details)
    pass_on(world, VENDOR)


def _record(world: World, outcome: str, host: str = HOST) -> dict[str, object]:
    action = partial(domain_check.record, root=_root(world), host=host, outcome=outcome)
    found = world.nodes[CUSTOMER].machine.turn(action)
    assert isinstance(found, dict) and isinstance(found["domain"], dict)
    return found["domain"]


def _subject(world: World, *, anyway: bool = False) -> tuple[bytes, str]:
    did = keys.to_did(_root(world))
    return domain_check.subject(world.nodes[CUSTOMER].reader, did, anyway=anyway)


def test_the_url_is_that_of_the_profile(world: World) -> None:
    _publish(world, url="https://shop.example/books")
    assert _subject(world) == (_root(world), "https://shop.example/books")


def test_a_vendor_without_profile_or_url(world: World) -> None:
    for publish in (False, True):
        if publish:
            _publish(world)
        with pytest.raises(ServiceError) as caught:
            _subject(world)
        assert (caught.value.code, caught.value.status) == ("vendor.no_url", 409)


def test_no_check_while_the_vendor_has_an_offer_open(world: World) -> None:
    _publish(world, url="https://shop.example")
    row = offered(world)
    with pytest.raises(ServiceError) as caught:
        _subject(world)
    assert (caught.value.code, caught.value.status) == ("vendor.deal_open", 409)
    assert _subject(world, anyway=True)[0] == _root(world)
    command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    with pytest.raises(ServiceError):
        _subject(world)
    command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex(), reason="changed_mind")
    assert _subject(world)[0] == _root(world)


def test_what_the_file_means(world: World) -> None:
    did, other = keys.to_did(_root(world)), keys.to_did(_root(world, OTHER_VENDOR))
    assert domain_proof.outcome_of(_root(world), did) == PROVED
    assert domain_proof.outcome_of(_root(world), other) == NAMES_ANOTHER
    assert domain_proof.outcome_of(_root(world), None) == NO_VENDOR


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (PROVED, "proved: shop.example, checked 2027-01-15"),
        (NAMES_ANOTHER, "not proved: shop.example names another vendor, checked 2027-01-15"),
        (NO_VENDOR, "not proved: shop.example names no vendor, checked 2027-01-15"),
        ("wellknown.unreachable", "not proved: shop.example couldn't be reached, checked 2027-"),
        ("wellknown.timeout", "not proved: shop.example didn't answer in time, checked 2027-"),
        ("wellknown.status", "not proved: shop.example doesn't serve the file, checked 2027-"),
        ("wellknown.redirect", "not proved: shop.example sends elsewhere for the file, checked"),
        ("wellknown.schema", "not proved: shop.example serves another file, checked 2027-01-15"),
    ],
)
def test_each_outcome_is_kept_and_told(world: World, outcome: str, words: str) -> None:
    row = _record(world, outcome)
    assert str(row["words"]).startswith(words)
    assert (row["outcome"], row["checked"]) == (outcome, world.now)
    assert row["proved"] is (outcome == PROVED)
    assert domain_proof.domain_row(world.nodes[CUSTOMER].reader, _root(world), world.now) == row
    assert "vendor.checked" in event_types(world, CUSTOMER)


@pytest.mark.parametrize(
    ("outcome", "host", "stands"),
    [
        ("wellknown.unreachable", HOST, True),
        ("wellknown.timeout", HOST, True),
        ("wellknown.unreachable", "other.example", False),
        (NAMES_ANOTHER, HOST, False),
        (NO_VENDOR, HOST, False),
        ("wellknown.status", HOST, False),
        ("wellknown.schema", HOST, False),
    ],
)
def test_a_proof_stands_until_the_domain_says_otherwise(
    world: World, outcome: str, host: str, stands: bool
) -> None:
    _record(world, PROVED)
    proved_at = world.now
    world.now += 3 * 86_400
    row = _record(world, outcome, host)
    assert row["proved"] is stands
    assert row["proved_at"] == (proved_at if stands else None)
    if stands:
        assert row["words"] == "proved: shop.example, checked 2027-01-15"


def test_a_proof_counts_for_thirty_days(world: World) -> None:
    _record(world, PROVED)
    reader = world.nodes[CUSTOMER].reader
    last = world.now + standing.PROOF_COUNTS_S
    assert standing.regards(reader, last)[_root(world)].proof is not None
    assert standing.regards(reader, last + 1) == {}
    row = domain_proof.domain_row(reader, _root(world), last + 1)
    assert row is not None and row["proved"] is False
    assert str(row["words"]).endswith("too long ago to count")


def test_an_open_offer_is_accepted_once_its_vendor_is_proved(world: World) -> None:
    offered(world)
    own = own_intent(world)
    acceptance = {
        "mode": "automatic", "vendors": "proved", "max_total": "900.00 EUR", "wait_offers": 1,
    }  # fmt: skip
    world.nodes[CUSTOMER].turn(
        lambda ctx: intents.set_acceptance(ctx.tx, own.intent_id, acceptance)
    )
    for outcome in (NAMES_ANOTHER, "wellknown.timeout"):
        _record(world, outcome)
        command(world, CUSTOMER, "policy.set")
        assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    _record(world, PROVED)
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"
