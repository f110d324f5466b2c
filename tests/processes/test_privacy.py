"""What a curious member of the market sees: a logging node carries thirty intents with their deals.

Three customers publish intents of the same distribution (the same ten products in another order),
because an intent's own words are public, and whoever always writes alike is known by that.
"""

from __future__ import annotations

import collections
import json
import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from tests.processes import linkage
from tests.processes.linkage import Finding, Seen
from tests.processes.linked_twice import linked_twice
from tests.processes.logging_node import running_logger
from tests.processes.market import (
    Market,
    Product,
    ask,
    automatic,
    intents_by_tag,
    offers_of,
    open_market,
    publish,
    settled,
    tell,
    until,
)
from tests.processes.pairs import Fields, Item, Pairs
from vrmprotocol import draft
from vrmprotocol.mail import Offer
from vrmprotocol.market import VendorProfile, load_market

pytestmark = [pytest.mark.processes, pytest.mark.slow]

PRODUCTS = [Product(600 + n, "0", 40) for n in range(10)]
CUSTOMERS = 3
JITTER_MS = 1_500
"""The default of config.toml: timing is measured as it is in use."""


def test_what_a_logging_node_sees(tmp_path: Path) -> None:
    def play(number: int) -> list[Finding]:
        return _findings(tmp_path / str(number))

    assert linked_twice(play) == []


def _findings(folder: Path) -> list[Finding]:
    """A market in a folder of its own, searched for what must not be seen, and what links in it."""
    folder.mkdir()
    shops = [
        ([Product(p.number, f"{20 + n + extra}.00", 40) for n, p in enumerate(PRODUCTS)], False)
        for extra in range(3)
    ]
    with (
        running_logger(folder / "log") as hub,
        open_market(
            folder, customers=CUSTOMERS, shops=shops, jitter_ms=[JITTER_MS] * 3, hub=hub
        ) as market,
    ):
        chance = random.Random(4)
        orders = [chance.sample(PRODUCTS, len(PRODUCTS)) for _ in market.customers]
        with ThreadPoolExecutor(CUSTOMERS) as at_once:
            list(at_once.map(_buy_all, market.customers, orders))
        ends = settled(market.customers, market.vendors)
        _until_acknowledged(market)
        truth = _truth(market)
        tell(f"{len(PRODUCTS) * CUSTOMERS} intents: {dict(collections.Counter(ends.values()))}")
        market.nodes.stop_all()
    for name in ("messages.jsonl", "frames.jsonl"):
        assert (folder / "log" / name).exists()
    log = linkage.read_log(folder / "log" / "messages.jsonl")
    _check_frames(folder / "log" / "frames.jsonl")
    _check_mail(log, _secrets_of(market))
    (folder / "truth.json").write_text(
        json.dumps({**truth, "mails": intents_by_tag(market.customers)})
    )
    return _links(log, json.loads((folder / "truth.json").read_text()))


def _buy_all(customer: LocalNode, products: list[Product]) -> None:
    for product in products:
        publish(customer, product, *automatic(3))

    def all_bought() -> bool:
        return all(row["status"] == "fulfilled" for row in ask(customer, "intents"))

    until(all_bought, "every intent fulfilled")


def _until_acknowledged(market: Market) -> None:
    nodes = [*market.customers, *market.vendors]
    until(
        lambda: sum(ask(node, "status")["outbox"] for node in nodes) == 0,
        "every message acknowledged",
    )


def _truth(market: Market) -> dict[str, dict[str, str]]:
    return {
        "customers": {
            row["intent"]: node.name for node in market.customers for row in ask(node, "intents")
        },
        "vendors": {ask(node, "status")["peer_id"]: node.name for node in market.vendors},
    }


def _secrets_of(market: Market) -> dict[str, bytes]:
    """Byte strings that belong to offers and parties and must not be seen in any mail."""
    found: dict[str, bytes] = {}
    for signed in offers_of(market.customers):
        assert isinstance(signed.body, Offer)
        drafted = signed.body.draft
        assert isinstance(drafted, draft.Draft)
        found |= {
            f"deal {signed.deal.hex()[:8]}": signed.deal,
            f"vendor root of {drafted.vendor.name}": drafted.vendor.root,
            f"vendor key of {drafted.vendor.name}": drafted.vendor.certificate.subject,
            f"name of {drafted.vendor.name}": drafted.vendor.name.encode(),
            f"pseudonym {drafted.customer.hex()[:8]}": drafted.customer,
            f"intent {signed.body.intent.hex()[:8]}": signed.body.intent,
            f"secret {signed.deal.hex()[:8]}": signed.body.secret,
            f"digest {signed.digest.hex()[:8]}": signed.digest,
        }
    for product in PRODUCTS:
        found |= {
            f"{product.sku} as text": product.sku.encode(),
            f"GTIN of {product.sku}": product.gtin.encode(),
            f"name of {product.sku}": f"numbered {product.number}".encode(),
        }
    # Nothing shorter: four given bytes come up by chance in one run of a thousand.
    words = ("priceSpecification", "eligibleQuantity", "businessFunction")
    assert all(word.encode() in one.raw for word in words for one in offers_of(market.customers))
    found |= {f"word {word}": word.encode() for word in words}
    return found


def _check_frames(path: Path) -> None:
    """No RPC names who wrote a message: neither `from`, `seqno`, `signature` nor `key`."""
    published = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        for number, value in _protobuf(bytes.fromhex(json.loads(line)["rpc"])):
            if number == 2:  # RPC.publish
                assert sorted(field for field, _ in _protobuf(value)) == [2, 4], "data and topic"
                published += 1
    assert published > 100
    tell(f"{published} published messages in the raw RPCs, each with data and topic alone")


def _protobuf(raw: bytes) -> list[tuple[int, bytes]]:
    """The fields of a protobuf message, by number; read by hand, so nothing goes unseen."""
    found, at = [], 0
    while at < len(raw):
        key, at = _varint(raw, at)
        if key & 7 == 0:
            value, at = _varint(raw, at)
            found.append((key >> 3, value.to_bytes(8, "big")))
            continue
        assert key & 7 == 2, f"wire type {key & 7}"
        length, at = _varint(raw, at)
        found.append((key >> 3, raw[at : at + length]))
        at += length
    return found


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _check_mail(log: list[Seen], secrets: dict[str, bytes]) -> None:
    """One kind, one size, constant lifetime, coarse time, keys of one use, and no content."""
    mail = [seen.outer for seen in log if seen.outer.topic.startswith("/vrm/1/mail/")]
    assert {outer.kind for outer in mail} == {"mail"}
    sizes = collections.Counter((len(outer.raw), len(outer.body)) for outer in mail)
    assert len(sizes) == 1, sizes
    assert {outer.expires - outer.created for outer in mail} == {1_209_600}
    assert all(outer.created % 600 == 0 for outer in mail)
    assert len({outer.author for outer in mail}) == len(mail), "a mail's key is used once"
    assert len({outer.id for outer in mail}) == len(mail)
    everything = b"\0".join(outer.raw for outer in mail)
    for what, secret in secrets.items():
        assert secret not in everything, f"{what} is visible"
    # No structure at all: sealed bodies can't be made smaller, one by one or side by side.
    bodies = b"".join(outer.body for outer in mail)
    assert len(zlib.compress(bodies, 9)) >= len(bodies)
    profiles = [load_market(seen.outer) for seen in log if seen.outer.kind == "vendor_profile"]
    known = [
        key
        for body in profiles
        if isinstance(body, VendorProfile)
        for key in (body.certificate.root, body.certificate.subject, body.prekey.key)
    ]
    assert known and not any(key in everything for key in known)
    tell(
        f"{len(mail)} mails, {dict(sizes)} (envelope and body bytes), "
        f"{len(secrets)} secrets looked for and none seen"
    )


def _links(log: list[Seen], truth: dict[str, Any]) -> list[Finding]:
    findings, times = linkage.report(log, truth)
    for finding in findings:
        tell(finding.words())
    tell(linkage.timing_words(times))
    return findings


def test_what_timing_gives_away_is_stated() -> None:
    """Nothing is asserted about how much it is, but that nobody is left to find it out alone."""
    root = Path(__file__).parents[2]
    spec = (root / "specs" / "06-sealing-and-mail.md").read_text(encoding="utf-8")
    assert "What timing still gives away" in spec
    assert "timing" in (root / "README.md").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("leak", ["tag[3]", "stamp", "id[31]", "size", "none"])
def test_the_classifier_finds_a_planted_link(leak: str) -> None:
    """A classifier that finds nothing must be one that would."""
    chance = random.Random(leak)
    labels = [f"customer-{n % 3}" for n in range(30)]
    items = [Item(label, _planted(leak, label, chance)) for label in labels]
    train, test = linkage.halves(items)
    found = linkage.link(leak, Pairs(train), Pairs(test), 5)
    assert found.linked == (leak != "none"), found.words()


def test_what_links_once_is_luck_and_twice_a_link() -> None:
    def found(question: str, p: float) -> Finding:
        return Finding(question, 1, 1, "", 0.5, 0.5, 0.5, p)

    nothing, one, other = found("one", 0.01), found("one", 1e-4), found("other", 1e-4)
    played: list[int] = []

    def play(markets: list[list[Finding]]) -> list[str]:
        def next_one(number: int) -> list[Finding]:
            played.append(number)
            return markets[number - 1]

        return linked_twice(next_one)

    assert play([[nothing]]) == [] and played == [1]
    assert play([[one], [nothing, other]]) == [] and played == [1, 1, 2]
    assert play([[one, other], [nothing, other]]) == [other.words()]


def _planted(leak: str, label: str, chance: random.Random) -> Fields:
    fields: dict[str, bytes | int] = {
        name: chance.randbytes(size) for name, size in (("tag", 16), ("stamp", 8), ("id", 32))
    }
    own = int(label[-1])
    name, _, rest = leak.partition("[")
    if rest:
        raw = bytearray(chance.randbytes(32 if name == "id" else 16))
        raw[int(rest[:-1])] = own * 70 + chance.randrange(30)
        fields[name] = bytes(raw)
    elif leak == "stamp":  # a counter that starts where the customer's last search ended
        fields[name] = (own * 2**40 + chance.randrange(2**30)).to_bytes(8, "big")
    return {**fields, "size": 4096 + (own if leak == "size" else 0)}
