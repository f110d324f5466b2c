"""Amounts, days, times and texts for people, as their locale shows them; never in JSON.

Without a locale they stand as `45.00 EUR` and `2026-11-24`, which is also how they are written.
With one, Babel knows the form; it is imported then and not before. The number of decimals is always
that of ISO 4217: for a dozen currencies CLDR, and so Babel, rounds them off.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import click

from vrmnode.cli.failures import CommandError, usage
from vrmnode.cli.owner import own_language, setting
from vrmnode.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime

    from babel import Locale

COMMAND_LANGUAGE = "en"
"""In which the command speaks, and which its readers are taken to read."""
_RESOLVED = "vrm.locale.resolved"
_DAY = r"\d{4}-\d\d-\d\d"
_SPOKEN = re.compile(
    rf"(?<![\w.-])(?:(-?\d+(?:\.\d+)?) ([A-Z]{{3}})|({_DAY})(?: (\d\d:\d\d) UTC)?)\b"
)


def money(amount: int, currency: str) -> str:
    """Minor units as `45.00 EUR`, or as the locale has it."""
    from vrmnode.values.money import exponent, format_money

    chosen, digits = _locale(), exponent(currency)
    if chosen is None or digits is None:
        return format_money(amount, currency)
    from copy import copy
    from decimal import Decimal

    pattern = copy(chosen.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    number = Decimal(amount).scaleb(-digits)
    shown: str = pattern.apply(number, chosen, currency=currency, currency_digits=False)
    return shown


def day(unix_s: int) -> str:
    """A day such as `2026-11-24`."""
    if (chosen := _locale()) is None:
        return time.strftime("%Y-%m-%d", time.gmtime(unix_s))
    from babel.dates import format_date

    return format_date(_utc(unix_s), "medium", locale=chosen)


def moment(unix_s: int) -> str:
    """A time such as `2026-11-24 18:00 UTC`."""
    if (chosen := _locale()) is None:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(unix_s))
    from babel.dates import format_time

    return f"{day(unix_s)} {format_time(_utc(unix_s), 'short', locale=chosen)} UTC"


def second(unix_s: int) -> str:
    """A time such as `2026-11-24 18:00:07`, in UTC."""
    if (chosen := _locale()) is None:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(unix_s))
    from babel.dates import format_time

    return f"{day(unix_s)} {format_time(_utc(unix_s), 'medium', locale=chosen)}"


def sentence(words: object) -> str:
    """What the node says in words, with its amounts and days as the locale has them.

    Not for texts of others: they stay as they were written.
    """
    text = str(words)
    return text if _locale() is None else _SPOKEN.sub(_respoken, text)


def marked(text: object, language: object) -> str:
    """A text of others, with its language in front where that isn't the reader's own."""
    from vrmprotocol.language import fits

    if not isinstance(language, str) or fits(_reads(), language):
        return str(text)
    return f"[{language}] {text}"


def _reads() -> str:
    """The reader's language: the owner's, else the locale's, else that of the command."""
    own, chosen = own_language(), _locale()
    return own or (COMMAND_LANGUAGE if chosen is None else str(chosen.language))


def _respoken(found: re.Match[str]) -> str:
    from datetime import UTC, datetime

    from vrmnode.values.money import MoneyError, parse_money

    number, currency, date, clock = found.groups()
    try:
        if number is not None:
            read = parse_money(f"{number.lstrip('-')} {currency}", decimal=".")
            return money(-read.amount if number.startswith("-") else read.amount, currency)
        at = datetime.fromisoformat(f"{date}T{clock or '00:00'}:00").replace(tzinfo=UTC)
    except (MoneyError, ValueError):
        return found[0]
    return (day if clock is None else moment)(int(at.timestamp()))


def _utc(unix_s: int) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(unix_s, UTC)


def _locale() -> Locale | None:
    """The locale in which this command shows amounts and days; None for the plain form."""
    context = click.get_current_context(silent=True)
    if context is None:
        return None
    meta = context.find_root().meta
    if _RESOLVED not in meta:
        meta[_RESOLVED] = _resolved(meta.get("vrm.locale"))
    found: Locale | None = meta[_RESOLVED]
    return found


def _resolved(option: str | None) -> Locale | None:
    name = option or setting(session().data_dir, "locale", "VRM_LOCALE")
    if name is not None:
        found = None if _is_plain(name) else _parsed(name)
        if found is None and not _is_plain(name):
            raise _unknown(name)
        return found
    # Who has set an English environment reads the plain form well; it is copied from more easily.
    everywhere = os.environ.get("LC_ALL", "")
    plain = _is_plain(everywhere) or everywhere.startswith("en")
    return None if plain else _parsed(everywhere)


def _is_plain(name: str) -> bool:
    return name.split(".")[0] in ("", "C", "POSIX")


def _parsed(name: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(re.split("[.@]", name)[0].replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return None


def _unknown(name: str) -> CommandError:
    return usage("option.locale", f"expected a locale such as de_DE or pt-BR, or C, came {name!r}")
