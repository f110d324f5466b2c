"""A purchase history: made and read again; no changed byte goes unseen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, survives
from vrmprotocol import certificate, feedback, purchase_history
from vrmprotocol.demand import Band
from vrmprotocol.fields import DAY_S
from vrmprotocol.keys import SigningKey
from vrmprotocol.purchase_history import History, Shown

ROOT, VENDOR = SigningKey(b"R" * 32), SigningKey(b"V" * 32)
NOW, MONTH, NONCE, WHO = 1_800_000_000, "2027-01", b"n" * 32, "Bank"
CERTIFIED = certificate.issue(
    ROOT, subject=VENDOR.public, serial=0, not_before=NOW - DAY_S, not_after=NOW + DAY_S
)


def shown(number: int, total: Band | None = None) -> Shown:
    key = SigningKey(bytes([number]) * 32)
    granted = feedback.grant(VENDOR, root=ROOT.public, feedback_key=key.public, month=MONTH)
    return Shown(key, CERTIFIED, MONTH, granted, total=total)


def made(*numbers: int) -> bytes:
    return purchase_history.make(
        [shown(number) for number in numbers], verifier=WHO, nonce=NONCE, created_at=NOW
    )


def verify(raw: bytes) -> History:
    return purchase_history.verify(raw, verifier=WHO, nonce=NONCE)


# SPEC 12: The writer MUST sign a purchase history with the key of each purchase in it.
def test_the_order_of_purchases_does_not_matter():
    assert made(3, 1, 2) == made(1, 2, 3)
    assert len(verify(made(3, 1, 2)).purchases) == 3


def test_what_no_reader_would_take_is_not_made():
    assert local_code(made) == "history.schema"
    assert local_code(made, 1, 1) == "history.schema"
    assert local_code(made, *range(1, 102)) == "history.schema"
    wrong = shown(1, Band(price_currency="EUR", least=20, below=30))
    code = local_code(purchase_history.make, [wrong], verifier=WHO, nonce=NONCE, created_at=NOW)
    assert code == "history.schema"


@given(st.data())
def test_no_changed_byte_goes_unseen(data):
    raw = bytearray(made(1, 2))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    code = survives(verify, bytes(raw))
    assert isinstance(code, str), "a changed file verifies"


@given(st.binary(max_size=300))
def test_reading_never_breaks(raw):
    assert survives(verify, raw) == "history.schema"
