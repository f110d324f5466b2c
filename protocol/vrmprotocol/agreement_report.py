"""Checking an agreement file offline, and saying of each check what it shows.

Implements the table of checks in `specs/03-messages.md#agreement`. `proven` is what no one could
have made without the keys; `asserted` is what the parties say, every time among it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vrmprotocol import agreement, agreement_faults
from vrmprotocol import certificate as certificates
from vrmprotocol.agreement import AgreementFile
from vrmprotocol.draft import Draft, deal_id, expected_total, has_its_text
from vrmprotocol.encoding import Map
from vrmprotocol.errors import RemoteError, passes
from vrmprotocol.moments import in_words

Evidence = Literal["proven", "asserted"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `ok` is None when it wasn't reached; `code` is that of its failure.

    `fault` says what exactly is wrong, as far as the file shows.
    """

    name: str
    ok: bool | None
    evidence: Evidence
    words: str
    code: str | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All checks of a file in the order of the spec; `file` once it is well-formed."""

    checks: tuple[Check, ...]
    file: AgreementFile | None

    @property
    def document(self) -> Map | None:
        """The document, once the file is well-formed."""
        return None if self.file is None else self.file.document

    @property
    def draft(self) -> Draft | None:
        """The draft in it, once the file is well-formed."""
        return None if self.file is None else self.file.draft

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that don't hold, the one to blame first."""
        return tuple(check for check in self.checks if check.ok is False)


class _Rule:
    """A check of a well-formed file: what it is called, how it is made, what it shows."""

    def __init__(
        self,
        name: str,
        code: str,
        evidence: Evidence,
        holds: Callable[[AgreementFile], bool],
        shown: str,
        broken: str,
        fault: Callable[[AgreementFile], str],
    ) -> None:
        self.name = name
        self.code = code
        self.evidence = evidence
        self.holds = holds
        self.shown = shown
        self.broken = broken
        self.fault = fault

    def apply(self, file: AgreementFile) -> Check:
        if self.holds(file):
            return Check(self.name, True, self.evidence, self.shown, None)
        return Check(self.name, False, self.evidence, self.broken, self.code, self.fault(file))

    def not_reached(self) -> Check:
        return Check(self.name, None, self.evidence, "not reached: the file can't be read", None)


def _deal_follows(file: AgreementFile) -> bool:
    return file.draft.deal == deal_id(file.draft.customer, file.draft.vendor.root)


def _total_is_the_sum(file: AgreementFile) -> bool:
    return file.draft.price_specification.total == expected_total(file.draft)


def _certificate_is_signed(file: AgreementFile) -> bool:
    certificate = file.draft.vendor.certificate
    signed = passes(certificates.verify_signature, certificate)
    return signed and certificate.root == file.draft.vendor.root


def _certificate_was_valid(file: AgreementFile) -> bool:
    return passes(certificates.check_validity, file.draft.vendor.certificate, now=file.accepted_at)


def _customer_signed(file: AgreementFile) -> bool:
    return agreement.verify_signature(file.document, file.draft.customer, file.customer_signature)


def _vendor_signed(file: AgreementFile) -> bool:
    subject = file.draft.vendor.certificate.subject
    return agreement.verify_signature(file.document, subject, file.vendor_signature)


_RULES = (
    _Rule(
        "deal id",
        "agreement.deal",
        "proven",
        _deal_follows,
        "the deal belongs to this pseudonym and this vendor root",
        "the deal id doesn't follow from the pseudonym and the vendor root",
        agreement_faults.of_deal_id,
    ),
    _Rule(
        "total",
        "agreement.total_mismatch",
        "proven",
        _total_is_the_sum,
        "the total is unit price times quantity plus delivery charge",
        "the total isn't unit price times quantity plus delivery charge",
        agreement_faults.of_total,
    ),
    _Rule(
        "terms text",
        "agreement.terms_text",
        "proven",
        lambda file: has_its_text(file.draft),
        "the terms have the text whose digest it names, or it names none",
        "the text of the terms isn't the one whose digest it names",
        agreement_faults.of_terms_text,
    ),
    _Rule(
        "certificate",
        "agreement.certificate",
        "proven",
        _certificate_is_signed,
        "the vendor's root certified the key that signs",
        "the certificate isn't the vendor root's",
        agreement_faults.of_certificate,
    ),
    _Rule(
        "certificate dates",
        "agreement.certificate",
        "asserted",
        _certificate_was_valid,
        "the certificate was valid at the stated time of acceptance",
        "the certificate wasn't valid at the stated time of acceptance",
        agreement_faults.of_certificate_dates,
    ),
    _Rule(
        "customer signature",
        "agreement.customer_signature",
        "proven",
        _customer_signed,
        "the pseudonym agreed to exactly this document",
        "the customer's signature isn't one of this document",
        agreement_faults.of_customer_signature,
    ),
    _Rule(
        "vendor signature",
        "agreement.vendor_signature",
        "proven",
        _vendor_signed,
        "the vendor's key agreed to exactly this document",
        "the vendor's signature isn't one of this document",
        agreement_faults.of_vendor_signature,
    ),
)


def verify_file(raw: bytes) -> AgreementReport:
    """The report on the bytes of an agreement file; whatever they are, nothing is raised."""
    try:
        file = agreement.read_file(raw)
    except RemoteError as error:
        return _unreadable(error)
    readable = (
        Check("encoding", True, "proven", "the bytes are canonical", None),
        Check("schema", True, "proven", "every field is there and within its range", None),
    )
    checks = (*readable, *(rule.apply(file) for rule in _RULES), *_times(file))
    return AgreementReport(checks, file)


def proven(name: str, ok: bool, shown: str, broken: str, code: str) -> Check:
    """A check beside those of an agreement that shows something proven, or fails with a code."""
    if ok:
        return Check(name, True, "proven", shown, None)
    return Check(name, False, "proven", broken, code, broken)


def not_reached() -> tuple[Check, ...]:
    """All checks of an agreement, none of them reached."""
    words = "not reached"
    readable = (Check(name, None, "proven", words, None) for name in ("encoding", "schema"))
    return (*readable, *(rule.not_reached() for rule in _RULES))


def _unreadable(error: RemoteError) -> AgreementReport:
    is_canonical = not error.code.startswith("encoding.")
    encoding = Check(
        "encoding",
        is_canonical,
        "proven",
        "the bytes are canonical" if is_canonical else f"the bytes are broken: {error}",
        None if is_canonical else "agreement.schema",
        None if is_canonical else str(error),
    )
    schema = Check(
        "schema",
        False if is_canonical else None,
        "proven",
        f"the file is malformed: {error.detail}" if is_canonical else "not reached",
        "agreement.schema" if is_canonical else None,
        error.detail if is_canonical else None,
    )
    return AgreementReport((encoding, schema, *(r.not_reached() for r in _RULES)), None)


# SPEC 03: The verifier MUST report every time in an agreement file as asserted.
def _times(file: AgreementFile) -> tuple[Check, ...]:
    draft = file.draft
    times = {
        "time of acceptance": file.accepted_at,
        "offer valid through": draft.valid_through,
        "to be confirmed by": draft.confirm_by,
        "earliest delivery": draft.delivery_earliest,
        "latest delivery": draft.delivery_latest,
    }
    return tuple(
        Check(name, True, "asserted", f"{in_words(time)}, as the parties say", None)
        for name, time in times.items()
        if time is not None
    )
