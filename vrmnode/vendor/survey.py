"""What came near an intent: each product with its price, or with what speaks against it.

For people who want to see more than the one answer that `responder` makes of it.
"""

from dataclasses import dataclass

from vrmnode.vendor import prices
from vrmnode.vendor.matching import Candidate, NearMiss, match
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import ProductIndex
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.quoting import quote
from vrmnode.vendor.responder import Available
from vrmprotocol.market import Intent

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """A product that came near; `total` to the door, or the `miss`; `score` in permille."""

    sku: str
    name: str
    function: str
    found_by: str
    score: int
    currency: str
    unit_price: int
    total: int | None = None
    miss: NearMiss | None = None


def survey(
    intent: Intent,
    index: ProductIndex,
    *,
    policy: VendorPolicy,
    details: VendorDetails,
    available: Available,
    now: int,
) -> list[Finding]:
    """The products that came nearest, in the order in which the node looks at them."""
    found = []
    for function in intent.functions:
        if function in details.business_function:
            found += match(
                intent,
                index,
                function,
                currency=policy.currency,
                languages=details.in_language,
            )
    return [
        _finding(intent, candidate, policy, details, available, now) for candidate in found[:SHOWN]
    ]


def _finding(
    intent: Intent,
    candidate: Candidate,
    policy: VendorPolicy,
    details: VendorDetails,
    available: Available,
    now: int,
) -> Finding:
    product, miss, total = candidate.product, candidate.problem, None
    if miss is None:
        quoted = quote(intent, product, policy, details, available(product.sku), now)
        if isinstance(quoted, NearMiss):
            miss = quoted
        else:
            total = quoted.price.total
    return Finding(
        sku=product.sku,
        name=product.name,
        function=product.business_function,
        found_by=candidate.found_by,
        score=candidate.score,
        currency=product.currency,
        unit_price=prices.unit_price(product, policy.prices, intent.lease_length),
        total=total,
        miss=miss,
    )
