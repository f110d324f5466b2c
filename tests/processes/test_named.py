"""An intent to two named vendors: both offer, nobody else learns, and the log of a relay is blank.

The logging node carries every message of this market, as a curious member would.
"""

from __future__ import annotations

import collections
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes import linkage
from tests.processes.linkage import Seen
from tests.processes.logging_node import running_logger
from tests.processes.market import (
    WAIT,
    Market,
    Product,
    ask,
    deals,
    messages_of,
    offers,
    open_market,
    settled,
    tell,
    until,
    wait_offers,
    wait_state,
)
from vrmprotocol import keys
from vrmprotocol.market import VendorProfile, load_market
from vrmprotocol.message import SignedMessage
from vrmprotocol.sealed_intent import SealedIntent

pytestmark = [pytest.mark.processes, pytest.mark.slow]

BOOK = Product(77, "20.00", 5)
SECRET_WORDS = "bound in red leather"


def _vendors(customer: LocalNode, count: int) -> dict[str, str]:
    """The vendors that the customer has heard of: their did:key by their node's name."""

    def all_known() -> dict[str, str] | None:
        found = {
            row["name"].removeprefix("Shop "): row["vendor"] for row in ask(customer, "vendors")
        }
        return found if len(found) == count else None

    return until(all_known, f"{count} profiles at {customer.name}")


def _ask(customer: LocalNode, *dids: str, quantity: int = 1) -> str:
    """Tell these vendors what is wanted; the intent's id."""
    to = [word for did in dids for word in ("--to", did)]
    # fmt: off
    told = customer.vrm(
        "intent", "publish", "--gtin", BOOK.gtin, "--country", "NL", "--quantity", quantity,
        "--description", SECRET_WORDS, "--valid-for", "2d", *to,
    )
    # fmt: on
    assert [row["vendor"] for row in told["to"]] != []
    return str(told["intent"])


def _told(customer: LocalNode, intent: str) -> list[dict[str, Any]]:
    return list(ask(customer, "intents", intent)["to"])


def test_two_of_three_vendors_are_asked(tmp_path: Path) -> None:
    shops = [([BOOK], True)] * 3
    with (
        running_logger(tmp_path / "log") as hub,
        open_market(tmp_path, customers=1, shops=shops, hub=hub) as market,
    ):
        (customer,), (first, second, third) = market.customers, market.vendors
        dids = _vendors(customer, 3)
        intent = _ask(customer, dids[first.name], dids[second.name])
        best, other = wait_offers(customer, intent, 2)
        assert {row["vendor_name"] for row in (best, other)} == {"Shop shop-0", "Shop shop-1"}
        customer.vrm("offer", "accept", best["offer"], *WAIT)
        with pytest.raises(CommandFailed) as caught:
            customer.vrm("offer", "accept", other["offer"])
        assert caught.value.code == "negotiation.illegal_move"
        ends = settled(market.customers, market.vendors)
        assert sorted(ends.values()) == ["agreed", "declined"]
        _check_told(market, other["deal"])
        status = ask(third, "status")
        assert (status["market_intents"], status["sealed_intents"]) == (0, 0)
        assert deals(third) == {}
        nodes = [customer, first, second]
        until(
            lambda: sum(ask(node, "status")["outbox"] for node in nodes) == 0,
            "everything acknowledged",
        )
        market.nodes.stop_all()
    log = linkage.read_log(tmp_path / "log" / "messages.jsonl")
    asked = [_sealed(node) for node in (first, second)]
    assert messages_of(third) == []
    _check_log(log, [*asked, *messages_of(customer)])
    _check_unrelated(log, asked[0], asked[1], {dids[first.name], dids[second.name]})


def _check_told(market: Market, deal: str) -> None:
    """The vendor that wasn't bought from has heard that another was chosen."""

    def reason() -> str | None:
        for vendor in market.vendors:
            for event in vendor.events():
                if event["type"] == "deal.declined" and event["subject"] == deal:
                    return str(event["data"]["reason"])
        return None

    assert until(reason, "the other vendor told") == "chosen_other"


def _sealed(node: LocalNode) -> SignedMessage:
    (found,) = [one for one in messages_of(node) if isinstance(one.body, SealedIntent)]
    return found


def _check_log(log: list[Seen], spoken: list[SignedMessage]) -> None:
    """No public message but the profiles, and nothing readable in the mail."""
    kinds = collections.Counter(seen.outer.kind for seen in log)
    assert set(kinds) == {"vendor_profile", "mail"}, kinds
    everything = b"\0".join(seen.outer.raw for seen in log if seen.outer.kind == "mail")
    secrets = {BOOK.gtin.encode(), SECRET_WORDS.encode(), b"sealed_intent", b"SD-BASE"}
    for signed in spoken:
        secrets |= {signed.deal, signed.digest, signed.author, signed.recipient}
        if isinstance(signed.body, SealedIntent):
            intent = signed.body.intent
            secrets |= {intent.salt, intent.reply_key.key}
    assert not [secret for secret in secrets if secret in everything]
    sizes = {len(seen.outer.body) for seen in log if seen.outer.kind == "mail"}
    assert sizes == {4096}
    tell(f"{dict(kinds)} seen by the relay, {len(secrets)} secrets looked for and none found")


def _check_unrelated(
    log: list[Seen], one: SignedMessage, other: SignedMessage, asked: set[str]
) -> None:
    """The two first mails have nothing in common that other mail hasn't."""
    assert isinstance(one.body, SealedIntent)
    assert isinstance(other.body, SealedIntent)
    for field in ("deal", "author", "recipient", "digest"):
        assert getattr(one, field) != getattr(other, field), field
    for field in ("salt", "reply_key", "reply_tag"):
        assert getattr(one.body.intent, field) != getattr(other.body.intent, field), field
    tags = {}
    for seen in log:
        if seen.outer.kind == "vendor_profile":
            body = load_market(seen.outer)
            assert isinstance(body, VendorProfile)
            tags[body.reply_tag] = keys.to_did(body.certificate.root)
    first_mail = [seen.outer for seen in log if seen.outer.tag in tags]
    assert {tags[outer.tag or b""] for outer in first_mail} == asked
    replies = {one.body.intent.reply_tag, other.body.intent.reply_tag}
    answers = [seen.outer for seen in log if seen.outer.tag in replies]
    assert {outer.tag for outer in answers} == replies
    for left, right in pairwise([*first_mail, *answers]):
        assert not _shared(left.body, right.body)
        assert left.author != right.author
    tell(f"{len(first_mail)} first mails to two tags, {len(answers)} answers to two reply tags")


def _shared(left: bytes, right: bytes, length: int = 8) -> set[bytes]:
    """Byte strings of this length that stand in both."""
    return {left[at : at + length] for at in range(len(left) - length)} & {
        right[at : at + length] for at in range(len(right) - length)
    }


def test_a_vendor_that_was_off_offers_when_it_is_back(tmp_path: Path) -> None:
    shops = [([BOOK], True)] * 2
    with open_market(tmp_path, customers=1, shops=shops) as market:
        (customer,), (there, away) = market.customers, market.vendors
        dids = _vendors(customer, 2)
        away.stop()
        intent = _ask(customer, dids[there.name], dids[away.name], quantity=2)
        wait_offers(customer, intent, 1)

        def repeated() -> bool:
            rows = {row["vendor"]: row for row in _told(customer, intent)}
            assert rows[dids[away.name]]["acknowledged"] is None
            words = rows[dids[away.name]]["words"]
            return "not acknowledged" in words and "once" not in words

        until(repeated, "the intent sent again to the vendor that is off")
        said = ask(customer, "intents", intent, "why")["known"]
        assert any(away.name in words and "its node may be off" in words for words in said)
        away.start()
        wait_offers(customer, intent, 2)
        until(
            lambda: all(row["acknowledged"] for row in _told(customer, intent)),
            "both to say that they have it",
        )
        # Withdrawn: both hear it, and nothing stays reserved.
        customer.vrm("intent", "withdraw", intent)
        for row in offers(customer, intent):
            for node in (there, away):
                if row["deal"] in deals(node):
                    wait_state(node, row["deal"], "declined")
        tell(str(said))
