"""The currencies that amounts are in, and how many minor units each has.

Implements `specs/03-messages.md#currencies`, whose list is ISO 4217 as of 2026-01-01. What is
written for people is left to others.
"""

from __future__ import annotations

from vrmprotocol.errors import LocalError

_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
        "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
        "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
        "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
        "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
        "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST "
        "XAD XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

MINOR_UNIT_DIGITS: dict[str, int] = {
    code: digits for digits, codes in _DIGITS.items() for code in codes.split()
}
"""By code: 10 to the power of these digits are the minor units of one unit."""


def minor_unit_digits(code: str) -> int:
    """How many decimals an amount in this currency has.

    Raises:
        LocalError: `currency.unknown` for what isn't in the list, or has no minor units there
            (gold, special drawing rights, the codes for tests and for none).
    """
    digits = MINOR_UNIT_DIGITS.get(code)
    if digits is None:
        raise LocalError("currency.unknown", "expected an ISO 4217 currency with minor units")
    return digits


def is_known(code: str) -> bool:
    """Whether this is a currency of the list, so that an amount in it can be shown and taken."""
    return code in MINOR_UNIT_DIGITS
