"""Checks of values inside bodies that types alone can't express.

Implements the sentences beside the tables of `specs/03-messages.md`. Each check raises
`message.body` with the field's name, or says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vrmprotocol import currency, gtin
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import SUITE_X25519, Body, RecipientKey, is_text

X25519_BYTES = 32
RELATIONSHIP_COMMITMENT = "relationship"
MAX_VALUE = 256
"""Characters of a text that a constraint compares with."""


def refuse(field: str, expected: str) -> RemoteError:
    """The error to raise for a field that is not as expected."""
    return RemoteError("message.body", f"{field}: expected {expected}")


def check_extensions(body: Body, known_ext: frozenset[str]) -> None:
    """Refuse critical extensions that aren't there, or that the caller doesn't know.

    Raises:
        RemoteError: `message.body`, `message.critical`.
    """
    if len(set(body.critical)) != len(body.critical):
        raise refuse("critical", "each name once")
    for name in body.critical:
        # SPEC 00: The writer MUST NOT name in `critical` an extension that is missing from `ext`.
        if name not in body.ext:
            raise refuse("critical", "names that ext has")
        # SPEC 00: The reader MUST refuse a body that names an unknown extension in `critical` with
        # `message.critical`.
        if name not in known_ext:
            raise RemoteError("message.critical", "critical: expected extensions known here")


def check_constraint(where: str, op: str, value: object) -> None:
    """Refuse a value of a constraint that doesn't go with `op`, or is no text where it is a str.

    The type of the field can't say it: in a union with an array msgspec 0.22 crashes at a pattern.
    """
    if (op == "in") != isinstance(value, tuple):
        raise refuse(where, "an array exactly when op is in")
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, str) and not is_text(each, MAX_VALUE):
            raise refuse(where, f"a text of 1 to {MAX_VALUE} characters")


def check_choices(arrays: Mapping[str, Sequence[str | int]]) -> None:
    """Refuse an array of choices that names one of them twice; arrays by their wire names."""
    for name, choices in arrays.items():
        if len(set(choices)) != len(choices):
            raise refuse(name, "each choice at most once")


def check_gtin(value: str | None) -> None:
    """Refuse a GTIN with a wrong check digit."""
    if value is not None and not gtin.is_valid(value):
        raise refuse("itemOffered.gtin", "a right check digit")


# SPEC 03: The writer MUST name only known currencies.
def check_own_currency(code: str) -> None:
    """Refuse to write a currency that readers don't know.

    Raises:
        LocalError: `message.body`.
    """
    if not currency.is_known(code):
        raise LocalError("message.body", f"priceCurrency: expected one of ISO 4217, came {code}")


def check_recipient_key(field: str, key: RecipientKey) -> None:
    """Refuse a key of the wrong length for its suite; unknown suites pass."""
    if key.suite == SUITE_X25519 and len(key.key) != X25519_BYTES:
        raise refuse(f"{field}.key", f"{X25519_BYTES} bytes, came {len(key.key)}")


def check_note_language(note: str | None, language: str | None) -> None:
    """Refuse the language of a note that isn't there."""
    check_language_of("a note", note, language)


def check_language_of(what: str, text: str | None, language: str | None) -> None:
    """Refuse the language of a text that isn't there; `what` names the text."""
    if language is not None and text is None:
        raise refuse("inLanguage", f"it only beside {what}")


def check_commitments(commitments: Mapping[str, bytes]) -> None:
    """Refuse commitments without the one to the relationship key."""
    if RELATIONSHIP_COMMITMENT not in commitments:
        raise refuse(f"commitments.{RELATIONSHIP_COMMITMENT}", "it, came nothing")
