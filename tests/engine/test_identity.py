"""The node's lasting keys: certified by period, found again by their public half."""

from __future__ import annotations

import pytest

from vrmnode.engine.identity import PERIOD_S, VALIDITY_S, NodeIdentity
from vrmprotocol import certificate

SEED = bytes(range(64))
CREATED = 1_800_000_123
EPOCH = CREATED - CREATED % 86_400


def test_each_period_has_a_new_key_and_serial() -> None:
    identity = NodeIdentity(SEED, CREATED)
    found = [identity.vendor_signing(EPOCH + number * PERIOD_S) for number in range(4)]
    assert [issued.serial for _, issued in found] == [0, 1, 2, 3]
    assert len({key.public for key, _ in found}) == 4
    for number, (key, issued) in enumerate(found):
        assert issued.subject == key.public
        assert issued.root == identity.root
        assert issued.not_before == EPOCH + number * PERIOD_S - 86_400
        assert issued.not_after == issued.not_before + VALIDITY_S


@pytest.mark.parametrize(("offset", "serial"), [(-(10**6), 0), (0, 0), (-1, 0), (1, 1)])
def test_a_period_begins_at_its_second(offset: int, serial: int) -> None:
    identity = NodeIdentity(SEED, CREATED)
    at = EPOCH + offset if offset < -1 else EPOCH + (PERIOD_S if offset else 0) + min(offset, 0)
    _, issued = identity.vendor_signing(at)
    assert issued.serial == serial


def test_a_certificate_is_valid_in_its_period_and_long_enough_after() -> None:
    key, issued = NodeIdentity(SEED, CREATED).vendor_signing(CREATED)
    assert key.public == issued.subject
    for at in (CREATED, EPOCH + PERIOD_S - 1, EPOCH + PERIOD_S + 60 * 86_400):
        certificate.verify(issued, now=at)


def test_an_earlier_key_is_still_found() -> None:
    identity = NodeIdentity(SEED, CREATED)
    old, _ = identity.vendor_signing(CREATED)
    new, _ = identity.vendor_signing(CREATED + 2 * PERIOD_S)
    later = CREATED + 2 * PERIOD_S
    found = identity.vendor_key_of(old.public, later)
    assert found is not None
    assert found.public == old.public
    assert identity.vendor_key_of(new.public, later) is not None
    assert identity.vendor_key_of(new.public, CREATED) is None
    assert identity.vendor_key_of(bytes(32), later) is None


def test_everything_follows_from_seed_and_context() -> None:
    one, same = NodeIdentity(SEED, CREATED), NodeIdentity(SEED, CREATED + 60)
    assert one.root == same.root
    assert one.vendor_signing(CREATED)[0].public == same.vendor_signing(CREATED)[0].public
    context, other = bytes(16), bytes(15) + b"\1"
    assert one.pseudonym(context).public == same.pseudonym(context).public
    distinct = {
        one.root,
        one.pseudonym(context).public,
        one.pseudonym(other).public,
        one.relationship(context).public,
        NodeIdentity(bytes(64), CREATED).root,
    }
    assert len(distinct) == 5


def test_the_seed_is_not_shown() -> None:
    shown = repr(NodeIdentity(SEED, CREATED))
    assert SEED.hex() not in shown
    assert "did:key:" in shown
