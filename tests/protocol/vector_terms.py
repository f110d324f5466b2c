"""How the operations on terms of the vectors are done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vector_bodies import read_market, read_message, verify_agreement
from tests.protocol.vectors import Case
from vrmprotocol import encoding, schema
from vrmprotocol.terms_addendum import check_own, read_addendum, read_levels
from vrmprotocol.terms_matching import Choice, Reason, choose
from vrmprotocol.terms_policy import TermsPolicy, listed_terms, read_policy
from vrmprotocol.terms_text import digest, page


def addendum(case: Case) -> dict[str, Any]:
    raw = case.hex("raw")
    found = read_addendum(encoding.decode(raw))
    assert encoding.encode(found) == raw
    return {"value": listed(found)}


def policy(case: Case) -> dict[str, Any]:
    raw = case.hex("raw")
    found = schema.dump(read_policy(encoding.decode(raw)))
    assert encoding.encode(found) == raw
    return {"value": found}


def own(case: Case) -> dict[str, Any]:
    check_own(case.given["terms"], read_levels(case.given["addendum"]))
    return {}


def kept(case: Case) -> dict[str, Any]:
    choices = [
        Choice(each["terms"], read_levels(each["addendum"])) for each in case.given["choices"]
    ]
    result = choose(
        choices,
        policy=_policy(case),
        accepted=case.given["accepted"],
        category=case.given["category"],
    )
    found = [[_written(reason) for reason in each] for each in result.reasons]
    assert found == case.output["reasons"]
    if result.place is None:
        raise Refused(result.reasons[0][0].code if len(choices) == 1 else "none")
    return {"place": result.place, "reasons": found}


def _policy(case: Case) -> TermsPolicy | None:
    given = case.given["policy"]
    return None if given is None else read_policy(given)


def _written(reason: Reason) -> dict[str, Any]:
    found = {"code": reason.code, "about": reason.about}
    if reason.code != "terms.level":
        return found
    return {**found, **listed({"vendor": reason.vendor, "customer": reason.customer})}


def listed(levels: dict[str, Any]) -> dict[str, Any]:
    """Levels with sets as JSON has them."""
    return {
        name: list(level) if isinstance(level, tuple) else level for name, level in levels.items()
    }


def ids(case: Case) -> dict[str, Any]:
    return {"terms": list(listed_terms(read_policy(case.given["policy"])))}


def text(case: Case) -> dict[str, Any]:
    found = page(case.given["terms"], read_levels(case.given["addendum"]))
    return {"text": found, "digest": digest(found)}


TERMS_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("termslevels", "addendum"): addendum,
    ("termslevels", "policy"): policy,
    ("termslevels", "own"): own,
    ("termslevels", "choose"): kept,
    ("termslevels", "listed"): ids,
    ("termslevels", "text"): text,
    ("termsbodies", "market"): read_market,
    ("termsbodies", "mail"): read_message,
    ("termsbodies", "verify"): verify_agreement,
}
