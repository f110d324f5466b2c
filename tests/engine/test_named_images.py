"""Which images messages name, on both sides; and that no two intents name the same."""

from __future__ import annotations

import pytest

from tests.engine.steps import CUSTOMER, VENDOR, command, deal_with, offered, own_intent, pass_on
from tests.engine.world import GTIN, World
from vrmnode.engine import named_images
from vrmnode.errors import ServiceError
from vrmprotocol import keys, sealing

PICTURES = [bytes([n]).hex() * 32 for n in range(1, 9)]


def named(world: World, who: str, **asked: str | None) -> dict[str, object]:
    given = {"offer": None, "intent": None, "vendor": None, **asked}
    return named_images.named(world.nodes[who].reader, **given)


def test_an_intents_images_on_both_sides(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False, image=PICTURES[:2])
    pass_on(world, CUSTOMER)
    reference = own_intent(world).intent_id.hex()
    for who in (CUSTOMER, VENDOR):
        found = named(world, who, intent=reference[:12] if who == CUSTOMER else reference)
        assert found == {"intent": reference, "images": PICTURES[:2]}


def test_an_intent_without_images_names_none(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    assert named(world, CUSTOMER, intent=own_intent(world).intent_id.hex())["images"] == []


def test_an_offers_images_are_few_and_keep_its_size(world: World) -> None:
    row = {
        "sku": "B-1",
        "name": "The C Programming Language",
        "price": 4100,
        "currency": "EUR",
        "gtin": GTIN,
        "description": "é" * 500,
        "properties": {f"property {n}": "x" * 40 for n in range(8)},
        "image": PICTURES,
        "stock": 3,
    }
    command(world, VENDOR, "catalogue.rows", products=[row])
    deal = offered(world)
    offer = (deal.offer_digest or b"").hex()
    assert named(world, CUSTOMER, offer=offer[:10]) == {"offer": offer, "images": PICTURES[:4]}
    assert deal_with(world, CUSTOMER, VENDOR).body_bytes == sealing.BODY_BYTES[0]


def test_a_profiles_images(world: World) -> None:
    command(world, VENDOR, "vendor.profile.set", name="Shop", image=PICTURES[:1])
    pass_on(world, VENDOR)
    did = keys.to_did(world.nodes[VENDOR].machine.identity.root)
    assert named(world, CUSTOMER, vendor=did) == {"vendor": did, "images": PICTURES[:1]}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "request.invalid"),
        ({"offer": "ab" * 32, "intent": "ab" * 32}, "request.invalid"),
        ({"offer": "ab" * 32}, "offer.not_found"),
        ({"intent": "ab" * 32}, "intent.not_found"),
        ({"intent": "xyz"}, "request.id"),
        ({"vendor": "ab" * 32}, "vendor.not_found"),
    ],
)
def test_what_isnt_there(world: World, asked: dict[str, str | None], code: str) -> None:
    with pytest.raises(ServiceError) as caught:
        named(world, CUSTOMER, **asked)
    assert caught.value.code == code


def test_no_two_intents_name_the_same_image(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False, image=PICTURES[:2])
    with pytest.raises(ServiceError) as caught:
        world.publish(CUSTOMER, 1, automatic=False, image=[PICTURES[2], PICTURES[1]])
    assert caught.value.code == "intent.image_used"
    world.publish(CUSTOMER, 1, automatic=False, image=PICTURES[2:3])
