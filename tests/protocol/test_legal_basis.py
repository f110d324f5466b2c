"""On what data are held: by the terms agreed, and by what the vendor has answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.protocol.deals import DRAFT, make
from tests.protocol.terms_strategies import LEVELS
from tests.protocol.test_rights import of
from vrmprotocol import legal_basis
from vrmprotocol.draft import Draft
from vrmprotocol.legal_basis import BY_CONSENT, DPV, Ground
from vrmprotocol.rights import Request
from vrmprotocol.rights_bodies import RightsStatus
from vrmprotocol.terms_axes import AXES

UNTIL = 2_000_000_000


def under(**addendum: Any) -> Draft:
    found: Draft = make(DRAFT, addendum=addendum)
    return found


def denied(until: int) -> Request:
    """A request for deletion that its vendor denied, a law demanding the data until then."""
    (asked,) = of("state-access-denied")
    assert asked.decisive is not None and isinstance(asked.decisive.body, RightsStatus)
    body = replace_status(asked.decisive.body, until)
    return replace(asked, right="deletion", decisive=replace(asked.decisive, body=body))


def replace_status(body: RightsStatus, until: int) -> RightsStatus:
    return RightsStatus(
        agreement=body.agreement,
        request=body.request,
        status="denied",
        reason="legal_obligation",
        until=until,
    )


def test_an_order_alone_rests_on_the_contract() -> None:
    assert legal_basis.grounds(under(), [], 0) == (Ground("contract", "service"),)


@pytest.mark.parametrize(
    ("terms", "axes"),
    [
        ("SD-BASE-A", ["analytics"]),
        ("SD-BASE-ATP", ["analytics", "tracking", "profiling"]),
        ("SD-BASE-ATP-S3P", ["analytics", "tracking", "profiling", "sharing"]),
        ("PDC-AI", ["aiTraining"]),
        ("PDC-GOOD", ["publicGood"]),
    ],
)
def test_what_an_agreement_permits_beyond_rests_on_consent(terms: str, axes: list[str]) -> None:
    found = legal_basis.grounds(make(DRAFT, terms=terms), [], 0)
    assert [each.axis for each in found] == ["service", *axes]
    assert legal_basis.in_dpv(found) == ("dpv:Contract", "dpv:Consent")


def test_so_does_what_an_addendum_permits() -> None:
    found = legal_basis.grounds(under(marketing=("email",), retentionMarketing=30), [], 0)
    assert found[1:] == (Ground("consent", "marketing"),)


@given(LEVELS)
def test_each_use_beyond_the_order_and_no_other(levels: dict[str, Any]) -> None:
    found = legal_basis.grounds(under(**levels), [], 0)
    assert found[0] == Ground("contract", "service")
    rest = [each.axis for each in found[1:]]
    assert rest == [axis for axis in BY_CONSENT if axis in rest]
    assert {each.basis for each in found[1:]} <= {"consent"}
    for axis in rest:
        assert levels[axis] != AXES[axis].lowest


def test_terms_of_a_later_revision_say_nothing_but_the_contract() -> None:
    assert [each.axis for each in legal_basis.grounds(under(bodyHeat="none"), [], 0)] == ["service"]


def test_a_law_counts_until_the_last_day_that_the_vendor_named() -> None:
    asked = [denied(UNTIL), denied(UNTIL + 9), denied(UNTIL - 9)]
    found = legal_basis.grounds(under(), asked, UNTIL)
    assert found[-1] == Ground("legal_obligation", "retentionLegal", UNTIL + 9)
    assert legal_basis.in_dpv(found) == ("dpv:Contract", "dpv:LegalObligation")
    assert legal_basis.grounds(under(), asked, UNTIL + 9) == legal_basis.grounds(under(), [], 0)


def test_no_other_answer_names_a_law() -> None:
    for name in ("state-access-denied", "state-access-open", "state-access-progress"):
        assert len(legal_basis.grounds(under(), of(name), 0)) == 1


def test_nothing_rests_on_a_legitimate_interest() -> None:
    assert set(DPV.values()) == {"dpv:Contract", "dpv:Consent", "dpv:LegalObligation"}
