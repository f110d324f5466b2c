"""The shop's screen as people read it."""

from tests.cli.test_label import ID, LABEL
from tests.cli.test_order import DEAL, SHOWN

ROW = {
    "deal": ID, "status": "processing", "payment": "paid", "total": 9500, "currency": "EUR",
    "item_name": "Kettle\x1b[2J", "quantity": 2, "reference": "RF18539007547034",
    "to_do": True, "next": "ship it", "until": 1_800_000_000, "closed": False,
}  # fmt: skip


def test_the_list_says_what_to_do(daemon, vrm):
    waiting = {**ROW, "to_do": False, "next": "wait for name", "until": None}
    daemon.service.answers["vendor.orders"] = [ROW, waiting]
    lines = vrm("vendor", "orders").stdout.splitlines()
    assert lines[0].split() == [
        "order", "status", "payment", "total", "what", "reference", "next", "until",
    ]  # fmt: skip
    assert lines[1].startswith("*  ab12cd34ef56  processing  paid     95.00 EUR  2 × Kettle")
    assert lines[1].endswith("RF18539007547034  ship it        2027-01-15 08:00 UTC")
    assert lines[2].startswith("   ab12cd34ef56")
    assert "wait for name" in lines[2]


def test_an_empty_list(daemon, vrm):
    daemon.service.answers["vendor.orders"] = []
    assert vrm("vendor", "orders").stdout == "no open orders\n"


def test_an_order_shows_the_shop_where_it_goes(daemon, vrm):
    label = {**LABEL, "given_later": ["locality"]}
    daemon.service.answers["order.show"] = {**SHOWN, "role": "vendor", "label": label}
    lines = vrm("order", "show", DEAL).stdout.splitlines()
    at = lines.index("deliver to: the address is complete")
    assert lines[at + 1 : at + 5] == [
        "    Anna <b>Muster</b>",
        "    Musterstraße 1",
        "    10115 Berlin",
        "    given after the agreement: locality",
    ]


def test_an_order_tells_the_customer_what_the_vendor_needs(daemon, vrm):
    wanted = [{"stage": "place", "fields": ["country"], "missing": ["locality"], "rule": "ask"}]
    daemon.service.answers["order.show"] = {**SHOWN, "wanted": wanted}
    text = vrm("order", "show", DEAL).stdout
    assert "the vendor needs your country: vrm deal disclose cdcdcdcdcdcd\n" in text
    assert "the vendor needs your locality: set it with vrm contact set\n" in text
