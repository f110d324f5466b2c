"""Amounts and days as a locale shows them, and the plain form without one."""

import re
from decimal import Decimal

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.cli import locales, show
from vrmnode.values.money import MAX_AMOUNT, format_money
from vrmprotocol.currency import MINOR_UNIT_DIGITS

AT = 1_795_997_607  # 2026-11-30 00:13:27 UTC
OFFER = {
    "position": 1, "offer": "9f" * 32, "intent": "3f" * 32, "item_name": "Clean Code",
    "vendor_name": "Canal 45.00 EUR Goods", "total": 4339, "currency": "EUR", "terms": "SD-BASE",
    "delivery_latest": AT, "valid_through": AT, "state": "offered",
    "reasons": ["to the door: 43.39 EUR, 1.69 EUR more than the cheapest",
                "soonest by 2026-11-24 (ship)"],
    "problems": [{"code": "late", "words": "you need it by 2026-11-20"}],
}  # fmt: skip


def within(name, function, *args):
    """What a function shows inside a command that was given this locale."""
    context = click.Context(click.Command("vrm"))
    if name:
        context.meta["vrm.locale"] = name
    with context:
        return function(*args)


@pytest.mark.parametrize(
    ("name", "amount", "day", "moment"),
    [
        (None, "1234567.89 EUR", "2026-11-30", "2026-11-30 00:13 UTC"),
        ("C", "1234567.89 EUR", "2026-11-30", "2026-11-30 00:13 UTC"),
        ("POSIX", "1234567.89 EUR", "2026-11-30", "2026-11-30 00:13 UTC"),
        ("de_DE", "1.234.567,89\u00a0€", "30.11.2026", "30.11.2026 00:13 UTC"),
        ("de-CH.UTF-8", "EUR\u00a01’234’567.89", "30.11.2026", "30.11.2026 00:13 UTC"),
        ("en_IN", "€12,34,567.89", "30 Nov 2026", "30 Nov 2026 12:13\u202fam UTC"),
        ("nl", "€\u00a01.234.567,89", "30 nov 2026", "30 nov 2026 00:13 UTC"),
        ("fr_FR@euro", "1\u202f234\u202f567,89\u00a0€", "30 nov. 2026", "30 nov. 2026 00:13 UTC"),
        ("ja_JP", "€1,234,567.89", "2026/11/30", "2026/11/30 0:13 UTC"),
    ],
)
def test_forms(monkeypatch, name, amount, day, moment):
    monkeypatch.delenv("LC_ALL", raising=False)
    assert within(name, show.money, 123456789, "EUR") == amount
    assert within(name, show.day, AT) == day
    assert within(name, show.moment, AT) == moment


@given(
    amount=st.integers(0, MAX_AMOUNT),
    currency=st.sampled_from(sorted(MINOR_UNIT_DIGITS)),
    name=st.sampled_from(["de_DE", "en_US", "fr_CH", "pt_PT", "ja_JP"]),
)
def test_no_locale_rounds_an_amount(amount, currency, name):
    """CLDR has fewer decimals than ISO 4217 for a dozen currencies."""
    digits = MINOR_UNIT_DIGITS[currency]
    shown = within(name, show.money, amount, currency)
    mark = "," if name in ("de_DE", "fr_CH", "pt_PT") else "."
    number = "".join(re.findall(rf"[0-9{re.escape(mark)}]", shown)).strip(mark)
    assert Decimal(number.replace(mark, ".")) == Decimal(amount).scaleb(-digits)
    assert len(number.partition(mark)[2]) == digits


def test_an_unknown_currency_stays_in_minor_units():
    assert within("de_DE", show.money, 4500, "ZZZ") == "4500 minor units of ZZZ"


def test_what_is_no_amount_or_time():
    assert within("de_DE", show.money, None, "EUR") == "-"
    assert within("de_DE", show.moment, None) == within("de_DE", show.day, "soon") == "-"


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("to the door: 43.39 EUR", "to the door: 43,39\u00a0€"),
        ("4.00 EUR over your limit of 27.49 EUR", "4,00\u00a0€ over your limit of 27,49\u00a0€"),
        ("-0.50 EUR off", "-0,50\u00a0€ off"),
        ("there by 2026-11-24 (ship)", "there by 24.11.2026 (ship)"),
        ("valid until 2026-11-24 18:00 UTC", "valid until 24.11.2026 18:00 UTC"),
        ("980 JPY", "980\u00a0¥"),
        ("2 of 3 wishes", "2 of 3 wishes"),
        ("SD-BASE-ATP", "SD-BASE-ATP"),
        ("45.00 ZZZ", "45.00 ZZZ"),
        ("45.001 EUR", "45.001 EUR"),
        ("2026-13-45", "2026-13-45"),
        ("part A-2026-11-24", "part A-2026-11-24"),
    ],
)
def test_sentences_of_the_node(plain, shown):
    assert within("de_DE", locales.sentence, plain) == shown
    assert within("C", locales.sentence, plain) == plain


@given(st.integers(0, MAX_AMOUNT), st.sampled_from(sorted(MINOR_UNIT_DIGITS)))
def test_every_amount_in_a_sentence_is_found(amount, currency):
    plain = format_money(amount, currency)
    shown = within("de_DE", show.money, amount, currency)
    assert within("de_DE", locales.sentence, f"it is {plain}.") == f"it is {shown}."


def test_an_offer_in_german(daemon, vrm):
    daemon.service.answers["offer.list"] = [OFFER]
    lines = vrm("offer", "list", "--locale", "de_DE").output.splitlines()
    assert "43,39 €  Canal 45.00 EUR Goods  (SD-BASE, there by 30.11.2026" in lines[1]
    assert lines[2].endswith("valid until 30.11.2026 00:13 UTC")
    assert lines[3].strip() == "+ to the door: 43,39 €, 1,69 € more than the cheapest"
    assert lines[5].strip() == "! you need it by 20.11.2026"


def test_json_is_the_same_everywhere(daemon, vrm):
    daemon.service.answers["offer.list"] = [OFFER]
    plain = vrm.json("offer", "list")
    assert vrm.json("offer", "list", "--locale", "de_DE") == plain
    assert plain[0]["total"] == 4339
    assert plain[0]["reasons"] == OFFER["reasons"]


@pytest.mark.parametrize(
    ("option", "variable", "file", "everywhere", "shown"),
    [
        ("de_DE", "ja_JP", "nl", "fr_FR", "43,39 €"),
        (None, "ja_JP", "nl", "fr_FR", "€43.39"),
        (None, None, "nl", "fr_FR", "€ 43,39"),
        (None, None, None, "fr_FR.UTF-8", "43,39 €"),
        (None, None, None, "en_US.UTF-8", "43.39 EUR"),
        (None, None, None, "C.UTF-8", "43.39 EUR"),
        (None, None, None, "xx_YY", "43.39 EUR"),
        (None, None, None, None, "43.39 EUR"),
        ("C", "ja_JP", "nl", "fr_FR", "43.39 EUR"),
        ("en_US", None, None, None, "€43.39"),
    ],
)
def test_what_decides(daemon, vrm, monkeypatch, option, variable, file, everywhere, shown):
    if file:
        (daemon.data_dir / "config.toml").write_text(f'[owner]\nlocale = "{file}"\n')
    if variable:
        monkeypatch.setenv("VRM_LOCALE", variable)
    if everywhere:
        monkeypatch.setenv("LC_ALL", everywhere)
    daemon.service.answers["offer.list"] = [OFFER]
    output = vrm("offer", "list", *(("--locale", option) if option else ())).output
    assert f"  {shown}  " in output


@pytest.mark.parametrize("place", ["option", "variable", "file"])
def test_a_locale_that_is_none_is_named(daemon, vrm, monkeypatch, place):
    daemon.service.answers["offer.list"] = [OFFER]
    if place == "variable":
        monkeypatch.setenv("VRM_LOCALE", "klingon")
    if place == "file":
        (daemon.data_dir / "config.toml").write_text('[owner]\nlocale = "klingon"\n')
    option = ("--locale", "klingon") if place == "option" else ()
    result = vrm("offer", "list", *option, code=2)
    assert "expected a locale such as de_DE or pt-BR, or C, came 'klingon'" in result.stderr
    assert "[option.locale]" in result.stderr


def test_the_locales_language_is_the_readers(daemon, vrm):
    refused = {"vendor_name": "B", "reason": "late", "note": "Te laat.", "in_language": "nl"}
    daemon.service.answers["intent.why"] = {"refused": [refused]}
    assert "in its words: Te laat." in vrm("intent", "why", "3f3f3f3f", "--locale", "nl_BE").output
    assert "[nl] Te laat." in vrm("intent", "why", "3f3f3f3f", "--locale", "de").output
