"""What the node may accept by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.customer.samples import DAY, NOW, intent, ranked, received, root_of
from vrmnode.customer.acceptance import AcceptancePolicy, Decision, decide, read_policy
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money
from vrmprotocol.keys import to_did

AUTOMATIC = {"mode": "automatic", "max_total": "45.00 EUR"}


def decision(
    *offers,
    policy: dict | None = None,
    trusted=(1, 2, 3),
    proved=(),
    groups=(),
    now=NOW,
    asked=None,
    **kwargs,
) -> Decision:
    given = {"published_at": NOW, "wanted": 1, "already_locked": 0, **kwargs}
    return decide(
        read_policy({**AUTOMATIC, **(policy or {})}),
        ranked(*offers, trusted=trusted, proved=proved, groups=dict(groups), now=now, asked=asked),
        now=now,
        **given,
    )


def test_takes_the_cheapest_after_enough_offers():
    made = decision(received(1, total=3549), received(2, total=3149), received(3, total=4000))
    assert made.action == "accept"
    assert made.digest == bytes([2]) * 32
    assert made.rule == (
        "automatic: cheapest acceptable offer after 3 offers, vendor trusted, "
        "total 31.49 ≤ 45.00 EUR, terms SD-BASE"
    )


def test_manual_never_accepts():
    made = decision(received(1), policy={"mode": "manual"})
    assert made == Decision("none", "manual: you accept offers yourself")


def test_waits_for_offers_until_a_time():
    made = decision(received(1))
    assert (made.action, made.until) == ("wait", NOW + 600)
    assert "2 more offers" in made.rule
    assert decision(received(1), now=NOW + 600).action == "accept"
    assert decision(received(1), policy={"wait_offers": 1}).action == "accept"
    assert decision(received(1), policy={"wait_for": "2h"}).until == NOW + 7200


def test_two_offers_of_one_vendor_count_once():
    made = decision(received(1), received(1, total=3000), received(2))
    assert made.action == "wait"


def test_an_offer_that_would_lapse_meanwhile_ends_the_wait():
    made = decision(received(1, valid_s=300))
    assert made.until == NOW + 240
    assert decision(received(1, valid_s=300), now=NOW + 240).action == "accept"


def test_an_offer_that_lapses_at_once_does_not_end_the_wait_at_once():
    made = decision(received(1, valid_s=61), now=NOW + 2)
    assert (made.action, made.until) == ("wait", NOW + 120)


@pytest.mark.parametrize(
    ("offer", "policy", "words"),
    [
        (received(4), {}, "the vendor isn't trusted"),
        (received(1), {"vendors": "named", "named": [root_of(2).public.hex()]}, "isn't named"),
        (received(1, total=4501), {}, "0.01 EUR over the maximum of 45.00 EUR"),
        (received(1), {"max_total": "45 USD"}, "it is in EUR, your maximum is in USD"),
        (received(1), {"terms": ["SD-BASE-DP"]}, "terms SD-BASE aren't among those"),
        (received(1, quantity=2), {}, "2 where you asked for 1"),
        (received(1, valid_s=-1), {}, "it was valid until"),
        (received(1, declined=True), {}, "you declined it"),
    ],
)
def test_bounds(offer, policy, words):
    made = decision(offer, policy={"wait_for": 0, **policy}, now=NOW)
    assert made.action == "none"
    assert words in made.rule
    waiting = decision(offer, policy=policy, now=NOW)
    assert (waiting.action, waiting.until) == ("wait", NOW + 600)


def test_a_dearer_offer_of_a_trusted_vendor_is_taken():
    made = decision(received(4, total=100), received(1), received(2, total=4000))
    assert made.digest == bytes([1]) * 32


def test_only_a_group_of_the_trusted():
    policy = {"vendors": "group:books", "wait_for": 0}
    made = decision(
        received(1, total=100),
        received(2, total=200),
        received(4, total=50),
        policy=policy,
        groups={1: ("local",), 2: ("books", "local")},
    )
    assert made.digest == bytes([2]) * 32
    assert "vendor in your group books" in made.rule
    none = decision(received(1), policy=policy, groups={1: ("Books", "book")})
    assert none.action == "none" and "the vendor isn't in your group books" in none.rule


def test_proved_are_the_trusted_and_those_with_a_proved_domain():
    policy = {"vendors": "proved", "wait_for": 0}
    offers = [received(4, total=100), received(5, total=200), received(1, total=300)]
    made = decision(*offers, policy=policy, proved=(5,))
    assert made.digest == bytes([5]) * 32
    assert "vendor trusted or proved" in made.rule
    assert decision(*offers, policy=policy).digest == bytes([1]) * 32
    none = decision(received(4), policy=policy)
    assert none.action == "none"
    assert "the vendor is neither trusted nor proved by its domain" in none.rule
    # A proved domain isn't trust.
    assert decision(received(4), policy={"wait_for": 0}, proved=(4,)).action == "none"


def test_never_more_than_wanted():
    made = decision(received(1), policy={"wait_offers": 1}, already_locked=1)
    assert made == Decision("none", "automatic: 1 of 1 already accepted")
    asked = intent(quantity=2)
    offer = received(1, quantity=2)
    made = decision(
        offer,
        asked=asked,
        policy={"wait_offers": 1, "wait_for": 0},
        wanted=2,
        already_locked=1,
    )
    assert made.action == "none"
    assert "more than still wanted" in made.rule


def test_without_any_maximum_nothing_is_accepted():
    offers = ranked(received(1), trusted=(1,))
    policy = AcceptancePolicy(mode="automatic", wait_offers=1)

    def decided(limit: Money | None) -> Decision:
        return decide(
            policy, offers, now=NOW, published_at=NOW, wanted=1, already_locked=0, limit=limit
        )

    assert decided(None).action == "none"
    assert decided(Money(3149, "EUR")).action == "accept"
    assert "0.01 EUR over your limit" in decided(Money(3148, "EUR")).rule
    assert "it is in EUR, your limit is in USD" in decided(Money(10**9, "USD")).rule


def test_no_offers_yet():
    assert decision().action == "wait"
    assert decision(now=NOW + DAY) == Decision(
        "none", "automatic: no offers yet; looks again when an offer comes"
    )


def test_policy_reads_back():
    policy = read_policy(
        {
            **AUTOMATIC,
            "vendors": "named",
            "named": [to_did(root_of(1).public), root_of(2).public.hex()],
            "terms": ["SD-BASE", "SD-BASE-DP"],
            "wait_offers": 2,
            "wait_for": "10m",
        }
    )
    assert policy.named == {root_of(1).public, root_of(2).public}
    assert policy.max_total == Money(4500, "EUR")
    assert policy.wait_s == 600
    assert AcceptancePolicy.from_dict(policy.to_dict()) == policy
    assert AcceptancePolicy.from_dict(AcceptancePolicy().to_dict()) == AcceptancePolicy()
    group = read_policy({"vendors": " Group:Bücher-1"})
    assert group.vendors == "group:Bücher-1"
    assert AcceptancePolicy.from_dict(group.to_dict()) == group


def test_policy_over_the_nodes_default():
    base = read_policy({**AUTOMATIC, "terms": ["SD-BASE"], "vendors": "any"})
    changed = read_policy({"wait_offers": 1, "max_total": "9 EUR"}, base)
    assert (changed.mode, changed.vendors, changed.terms) == ("automatic", "any", base.terms)
    assert (changed.wait_offers, changed.max_total) == (1, Money(900, "EUR"))
    assert read_policy({"terms": []}, base).terms == frozenset()
    assert read_policy({"max_total": None}, base).max_total is None
    named = read_policy({"named": root_of(1).public.hex()}, AcceptancePolicy())
    assert named.vendors == "named"


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        ({"mode": "auto"}, "acceptance.invalid", "mode"),
        ({"vendors": "friends"}, "acceptance.invalid", "vendors"),
        ({"vendors": "group:"}, "acceptance.invalid", "vendors"),
        ({"vendors": "group:two words"}, "acceptance.invalid", "vendors"),
        ({"vendors": "group:" + "x" * 33}, "acceptance.invalid", "vendors"),
        ({"vendors": "group:books", "named": ["00" * 32]}, "acceptance.invalid", "named"),
        ({"vendors": "named"}, "acceptance.invalid", "named"),
        ({"vendors": "any", "named": ["00" * 32]}, "acceptance.invalid", "named"),
        ({"named": ["did:web:example.org"]}, "acceptance.invalid", "named[1]"),
        ({"max_total": "45"}, "acceptance.invalid", "max_total"),
        ({"terms": ["MINE"]}, "acceptance.invalid", "terms"),
        ({"wait_offers": 0}, "acceptance.invalid", "wait_offers"),
        ({"wait_for": "later"}, "acceptance.invalid", "wait_for"),
        ({"maximum": "45 EUR"}, "acceptance.unknown_field", "maximum"),
    ],
)
def test_wrong_policies(raw, code, field):
    with pytest.raises(FieldError) as caught:
        read_policy(raw)
    assert (caught.value.code, caught.value.field) == (code, field)


@given(
    totals=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9000)), max_size=6),
    most=st.integers(0, 9000),
    wait_offers=st.integers(1, 4),
    after=st.integers(0, 1200),
)
def test_what_is_accepted_keeps_all_bounds(totals, most, wait_offers, after):
    offers = [received(vendor, total=total) for vendor, total in totals]
    made = decision(
        *offers,
        policy={
            "max_total": f"{most // 100}.{most % 100:02d} EUR",
            "wait_offers": wait_offers,
        },
        now=NOW + after,
    )
    fitting = [total for vendor, total in totals if vendor <= 3 and total <= most]
    enough = len({vendor for vendor, _ in totals}) >= wait_offers
    if made.action == "accept":
        assert made.digest is not None
        assert (made.digest[0], min(fitting)) in totals
        assert enough or after >= 600
    elif made.action == "wait":
        assert made.until is not None
        assert made.until > NOW + after
    else:
        assert not fitting
