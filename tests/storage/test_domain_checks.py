"""What checks of vendors' domains came to."""

from __future__ import annotations

from dataclasses import replace

from tests.storage.samples import key
from vrmnode.storage import domain_checks
from vrmnode.storage.database import Tx
from vrmnode.storage.domain_checks import DomainCheck

FIRST = DomainCheck(root=key(1), host="shop.example", outcome="proved", checked_at=10, proved_at=10)


def test_the_last_check_stays(tx: Tx) -> None:
    domain_checks.put(tx, FIRST)
    assert domain_checks.get(tx, key(1)) == FIRST
    later = replace(FIRST, host="other.example", outcome="no_vendor", checked_at=20, proved_at=None)
    domain_checks.put(tx, later)
    assert domain_checks.get(tx, key(1)) == later
    assert domain_checks.get(tx, key(2)) is None


def test_proved_since(tx: Tx) -> None:
    for number, proved_at in ((1, 10), (2, 20), (3, None), (4, 30)):
        domain_checks.put(tx, replace(FIRST, root=key(number), proved_at=proved_at))
    assert [row.root for row in domain_checks.proved_since(tx, 20)] == [key(2), key(4)]
