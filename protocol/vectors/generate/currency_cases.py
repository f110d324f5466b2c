"""Cases of currency.json: how many minor units each currency has.

The list is ISO 4217 as of 2026-01-01.
"""

from __future__ import annotations

from .cases import VectorFile

INVALID = "invalid"


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "currency",
        "specs/03-messages.md#currencies",
        "`minor_units` says how many decimals an amount in a currency has; `invalid`: the code is "
        "unknown. `list` gives all known currencies by their number of digits.",
    )
    all_of = {str(digits): codes.split() for digits, codes in CODES.items()}
    file.ok("list", "all", "every known currency", {}, {"currencies": all_of})
    for digits, codes in CODES.items():
        for code in codes.split() if digits != 2 else TWO:
            given, output = {"currency": code}, {"digits": digits}
            file.ok("minor_units", code.lower(), f"{digits} digits", given, output)
    for code, comment in UNKNOWN:
        name = f"unknown-{code.lower()}"
        file.bad("minor_units", name, INVALID, comment, {"currency": code})
    for name, text, comment in MALFORMED:
        file.bad("minor_units", name, INVALID, comment, {"currency": text})
    return file


CODES = {
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
TWO = ("EUR", "USD", "MGA", "MRU", "USN", "XCG", "ZWG")
"""Of two digits those that are easily taken for others: fifths, funds, new ones."""
UNKNOWN = [
    ("XAG", "silver has no minor units"),
    ("XAU", "gold has none"),
    ("XBA", "a bond unit has none"),
    ("XBB", "a bond unit has none"),
    ("XBC", "a bond unit has none"),
    ("XBD", "a bond unit has none"),
    ("XDR", "special drawing rights have none"),
    ("XPD", "palladium has none"),
    ("XPT", "platinum has none"),
    ("XSU", "the sucre has none"),
    ("XTS", "the code for tests"),
    ("XUA", "a unit of account has none"),
    ("ANG", "left the list in 2025, for XCG"),
    ("BGN", "left the list in 2026, for EUR"),
    ("CUC", "left the list in 2021"),
    ("DEM", "left the list in 2002, for EUR"),
    ("HRK", "left the list in 2023, for EUR"),
    ("SLL", "left the list in 2023, for SLE"),
    ("VEF", "left the list in 2018, for VES"),
    ("ZWL", "left the list in 2024, for ZWG"),
    ("ABC", "never was in the list"),
    ("BTC", "is no code of ISO 4217"),
    ("ZZZ", "never was in the list"),
]
MALFORMED = [
    ("empty", "", "nothing"),
    ("lower-case", "eur", "small letters"),
    ("mixed-case", "Eur", "a small letter"),
    ("two-letters", "EU", "two letters"),
    ("four-letters", "EURO", "four letters"),
    ("symbol", "€", "a symbol"),
    ("number", "978", "the number in place of the code"),
    ("space-before", " EUR", "a space in front"),
    ("newline-after", "EUR\n", "a line feed at the end"),
    ("two-codes", "EUR USD", "two codes"),
    ("cyrillic", "ЕUR", "a letter of another script that looks the same"),
    ("full-width", "ＥＵＲ", "letters of full width"),
]
