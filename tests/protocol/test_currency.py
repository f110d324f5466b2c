"""Which currencies there are; the vectors hold the list."""

import pytest

from tests.protocol.codes import local_code
from tests.protocol.deals import DRAFT, INTENT, OFFER, make
from vrmprotocol import bodies, currency, market
from vrmprotocol.errors import LocalError


def test_four_lengths_of_amounts():
    found = sorted(currency.MINOR_UNIT_DIGITS.values())
    assert {digits: found.count(digits) for digits in set(found)} == {0: 17, 2: 139, 3: 7, 4: 2}


@pytest.mark.parametrize("code", ["XAU", "ZZZ", "eur", ""])
def test_unknown(code):
    assert not currency.is_known(code)
    with pytest.raises(LocalError) as caught:
        currency.minor_unit_digits(code)
    assert caught.value.code == "currency.unknown"


def test_what_is_unknown_is_read_and_never_written():
    price = make(DRAFT.price_specification, price_currency="ZZZ")
    offer = make(OFFER, draft=make(DRAFT, price_specification=price))
    assert bodies.from_wire("offer", bodies.to_wire(offer)) == offer
    assert local_code(bodies.check_own, offer) == "message.body"
    intent = make(INTENT, price_specification=market.Budget(price_currency="ZZZ"))
    assert local_code(market.to_body, intent) == "message.body"
