"""What exactly is wrong with an agreement file: which part was replaced, as far as the file shows.

Serves `agreement_report`: each function explains one check of `specs/03-messages.md#agreement`
that doesn't hold. It says what was expected and what came, and doesn't guess: two signatures that
aren't of a document show that it was altered, not where. Where another copy is at hand,
`differences` shows that too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vrmprotocol import agreement
from vrmprotocol.agreement import AgreementFile
from vrmprotocol.draft import deal_id, expected_total
from vrmprotocol.encoding import Value
from vrmprotocol.terms_matching import Choice, unknown
from vrmprotocol.terms_roster import AGREEMENTS
from vrmprotocol.terms_text import digest, page


def of_deal_id(file: AgreementFile) -> str:
    """Which of deal id, pseudonym and root don't go together."""
    draft, root = file.draft, file.draft.vendor.root
    certified = draft.vendor.certificate.root
    if draft.deal == deal_id(root, draft.customer):
        return "customer and vendor have changed places"
    if certified != root and draft.deal == deal_id(draft.customer, certified):
        return "the vendor root was replaced: the deal is one with the root of the certificate"
    if _signed_by_customer(file) and _signed_by_vendor(file):
        return "both signed this document, with the id of another deal in it"
    return "the deal id or the pseudonym was replaced, or all of the deal is another's"


def of_total(file: AgreementFile) -> str:
    """The total that the prices make, and the one that stands there."""
    came, made = file.draft.price_specification.total, expected_total(file.draft)
    return f"expected a total of {made}, came {came}, in minor units of the currency"


def of_terms_text(file: AgreementFile) -> str:
    """What the text is of, if it is one of these terms at all."""
    choice, named = file.draft.choice, file.draft.terms_text
    if choice.addendum and named == digest(page(choice.terms, {})):
        return f"an addendum was put in: the text is that of {choice.terms} without one"
    for other in AGREEMENTS:
        for addendum in (choice.addendum, {}):
            found = Choice(other, addendum)
            if not unknown(found) and named == digest(page(other, addendum)):
                return f"the terms were replaced: the text is that of {other}"
    return "the addendum or the digest of the text was replaced"


def of_certificate(file: AgreementFile) -> str:
    """Whether the certificate is another root's, or another than the root made."""
    vendor = file.draft.vendor
    if vendor.certificate.root != vendor.root:
        return "the certificate is of another root than the vendor's"
    return "the key, the number or the dates in the certificate aren't those that the root signed"


def of_certificate_dates(file: AgreementFile) -> str:
    """The dates, and the time that isn't between them."""
    made = file.draft.vendor.certificate
    return (
        f"expected a time of acceptance from {made.not_before} to {made.not_after},"
        f" came {file.accepted_at}"
    )


def of_customer_signature(file: AgreementFile) -> str:
    """Whose signature stands in the customer's place."""
    subject, root = file.draft.vendor.certificate.subject, file.draft.vendor.root
    made = file.customer_signature
    if agreement.verify_signature(file.document, subject, made):
        return "in the place of the customer's signature is the vendor's"
    if agreement.verify_signature(file.document, root, made):
        return "in the place of the customer's signature is one of the vendor root"
    return _replaced(_signed_by_vendor(file), "customer", "vendor")


def of_vendor_signature(file: AgreementFile) -> str:
    """Whose signature stands in the vendor's place."""
    made = file.vendor_signature
    if agreement.verify_signature(file.document, file.draft.customer, made):
        return "in the place of the vendor's signature is the customer's"
    if agreement.verify_signature(file.document, file.draft.vendor.root, made):
        return "the vendor root signed, and not the key that it certified"
    return _replaced(_signed_by_customer(file), "vendor", "customer")


def _replaced(other_holds: bool, who: str, other: str) -> str:
    if other_holds:
        return f"the {other} signed this document; only the {who}'s signature was replaced"
    return "neither signature is one of this document: it was altered after both signed it"


def _signed_by_customer(file: AgreementFile) -> bool:
    return agreement.verify_signature(file.document, file.draft.customer, file.customer_signature)


def _signed_by_vendor(file: AgreementFile) -> bool:
    subject = file.draft.vendor.certificate.subject
    return agreement.verify_signature(file.document, subject, file.vendor_signature)


class Difference(NamedTuple):
    """A place where two copies differ, such as `draft.returns.days`; None where one has nothing."""

    path: str
    here: Value
    there: Value


def differences(here: Value, there: Value, path: str = "") -> Iterator[Difference]:
    """Where two values differ, by the names of their maps, in the order of the keys."""
    if isinstance(here, dict) and isinstance(there, dict):
        for name in sorted({*here, *there}):
            below = f"{path}.{name}" if path else name
            yield from differences(here.get(name), there.get(name), below)
    elif here != there or type(here) is not type(there):
        yield Difference(path, here, there)
