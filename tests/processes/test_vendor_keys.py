"""A vendor with real processes changes its key, loses one to a thief, and revokes it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes.market import (
    BUSY_TIMEOUT_MS,
    WAIT,
    Product,
    ask,
    messages_of,
    offers,
    open_market,
    publish,
    tell,
    until,
    wait_offers,
    wait_state,
)
from vrmnode import keystore
from vrmnode.engine.records import read_intent
from vrmprotocol import keys, message, message_file, sealing, stamp, tags
from vrmprotocol.mail import Offer

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(78, "20.00", 9)


def _serials(node: LocalNode) -> dict[int, str]:
    return {row["serial"]: row["status"] for row in node.vrm("vendor", "key", "list")["keys"]}


def _heard(customer: LocalNode) -> bool:
    return any(event["type"] == "vendor.key_revoked" for event in customer.events())


def _forged(shop: LocalNode, customer: LocalNode, offer: str) -> bytes:
    """A lower offer by the shop's revoked key 1, sealed as its owner would have done."""
    entropy = keystore.unlock(shop.folder / "keystore.json", "").entropy
    seed = keys.seed_from_words(keys.words_from_entropy(entropy))
    stolen = keys.vendor_signing_key(seed, 1)
    genuine = next(one for one in messages_of(customer) if one.digest.hex() == offer)
    assert isinstance(genuine.body, Offer)
    draft = genuine.body.draft
    price = replace(draft.price_specification, unit_price=1, total=1, tax_included=None)
    signed = message.sign(
        kind="offer",
        deal=genuine.deal,
        seq=1,
        prev=genuine.digest,
        key=stolen,
        recipient=genuine.recipient,
        created=genuine.created,
        received=(),
        body=replace(genuine.body, draft=replace(draft, price_specification=price)),
    )
    database = apsw.Connection(str(customer.folder / "node.db"), flags=apsw.SQLITE_OPEN_READONLY)
    database.set_busy_timeout(BUSY_TIMEOUT_MS)
    row = database.execute(
        "SELECT body FROM intents WHERE envelope_id = ?", (genuine.body.intent,)
    ).fetchone()
    database.close()
    assert row is not None
    assert isinstance(row[0], bytes)
    return sealing.build_mail(
        signed.raw,
        recipient_key=read_intent(row[0]).reply_key,
        tag=tags.derive(genuine.body.secret, tags.VENDOR, 1, 0, 0),
        body_bytes=4096,
        created=int(time.time()) - 1200,
        one_time_key=keys.SigningKey(bytes(range(32))),
        grind=stamp.grind,
    )


def test_rotated_and_revoked(tmp_path: Path) -> None:
    with open_market(tmp_path, customers=1, shops=[([BOOK], True)]) as market:
        (customer,), (shop,) = market.customers, market.vendors
        until(lambda: len(ask(customer, "vendors")) == 1, "the profile")
        running = publish(customer, BOOK)
        (first,) = wait_offers(customer, running, 1)
        shop.vrm("vendor", "key", "rotate")
        assert _serials(shop) == {1: "current", 0: "earlier"}
        # The running deal finishes under its key, a new one begins under the new key.
        customer.vrm("offer", "accept", first["offer"], *WAIT)
        again = publish(customer, BOOK)
        (second,) = wait_offers(customer, again, 1)
        certificate = ask(customer, "offers", second["offer"])["draft"]["vendor"]["certificate"]
        assert certificate["serial"] == 1
        shop.vrm("vendor", "key", "revoke", 1, "--reason", "compromised")
        assert _serials(shop) == {2: "current", 1: "revoked", 0: "earlier"}
        until(lambda: _heard(customer), "the key update at the customer")
        with pytest.raises(CommandFailed) as caught:
            customer.vrm("offer", "accept", second["offer"])
        assert caught.value.code == "certificate.revoked"
        assert "revoked" in json.dumps(offers(customer, again))
        # The thief offers cheaper with the key that it has, in the deal that it knows.
        path = tmp_path / "stolen.vrmm"
        path.write_bytes(message_file.write([_forged(shop, customer, second["offer"])]))
        (row,) = customer.vrm("message", "import", path)["messages"]
        assert "certificate.revoked" in row["words"]
        assert [each["offer"] for each in offers(customer, again)] == [second["offer"]]
        wait_state(customer, first["deal"], "agreed")
        last = publish(customer, BOOK)
        (third,) = wait_offers(customer, last, 1)
        customer.vrm("offer", "accept", third["offer"], *WAIT)
        tell(f"{caught.value}; of the thief's offer: {row['words']}")
