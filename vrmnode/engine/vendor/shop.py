"""The vendor's settings and catalogue, as the vendor's decisions need them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from vrmnode.engine.context import Context
from vrmnode.engine.mail import mailroom
from vrmnode.engine.vendor.returning import History
from vrmnode.storage import catalogue, reservations, settings
from vrmnode.storage.database import Connection
from vrmnode.values.money import Money
from vrmnode.vendor import returning
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import Product
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.responder import Reply, answer, with_reason
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.market import Intent
from vrmprotocol.message import SignedMessage
from vrmprotocol.topics import MAIL_SHARDS

POLICY, PROFILE, SHARD = "vendor.policy", "vendor.profile", "mail.shard"


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """The catalogue in the database, as matching looks into it."""

    tx: Connection
    function: str = "Sell"

    def doing(self, function: str) -> StoredIndex:
        """The products of that function."""
        return StoredIndex(self.tx, function)

    def find_by_gtin(self, gtin14: str) -> Sequence[Product]:
        """Products with that GTIN-14."""
        found = catalogue.find_by_gtin(self.tx, gtin14, function=self.function)
        return [for_sale(row) for row in found]

    def find_by_mpn(self, mpn: str, brand: str | None = None) -> Sequence[Product]:
        """Products with that manufacturer's part number."""
        found = catalogue.find_by_mpn(self.tx, mpn, brand, function=self.function)
        return [for_sale(row) for row in found]

    def find_by_category(
        self, categories: Collection[int | str], max_price: Money | None, limit: int
    ) -> Sequence[Product]:
        """The cheapest products of these categories."""
        found = catalogue.find_by_category(
            self.tx, categories, max_price, limit, function=self.function
        )
        return [for_sale(row) for row in found]

    def find_by_words(
        self,
        words: Iterable[str],
        categories: Collection[int | str] | None,
        max_price: Money | None,
        limit: int,
    ) -> Sequence[Product]:
        """Products whose texts have these words, best first."""
        found = catalogue.find_by_words(
            self.tx, words, categories, max_price, limit, function=self.function
        )
        return [for_sale(row) for row in found]


def for_sale(row: catalogue.Product) -> Product:
    """A row of the catalogue as the vendor's decisions see it."""
    return Product(
        sku=row.sku,
        name=row.name,
        price=row.price,
        currency=row.currency,
        gtin14=row.gtin14,
        mpn=row.mpn,
        brand=row.brand,
        description=row.description or "",
        category=row.category,
        category_path=row.category_path or "",
        condition=row.condition,
        business_function=row.business_function,
        price_unit=row.price_unit,
        deposit=row.deposit,
        lead_days=row.lead_days,
        stock=row.stock,
        url=row.url,
        image=tuple(row.image),
        in_language=row.in_language,
        properties=row.properties,
        delivery=row.delivery,
    )


@dataclass(frozen=True, slots=True)
class Shop:
    """What answering an intent needs."""

    policy: VendorPolicy
    details: VendorDetails
    index: StoredIndex
    available: Callable[[str], int | None]
    why: str | None = None
    """Why its prices aren't those for everybody."""

    def to(self, known: History | None) -> Shop:
        """The shop as it is to a customer that is recognised, or to one that isn't."""
        return self if known is None else self.to_finished(known.finished)

    def to_finished(self, deals: int) -> Shop:
        """The shop as it is to a customer with so many finished deals."""
        rule = self.policy.returning
        if rule is None or not rule.discount(deals):
            return self
        prices = returning.discounted(self.policy.prices, rule.discount(deals))
        policy = replace(self.policy, prices=prices)
        return replace(self, policy=policy, why=rule.words(deals))

    def reply(self, intent: Intent, now: int) -> Reply:
        """What this shop would answer to an intent from its catalogue."""
        found = answer(
            intent,
            self.index,
            policy=self.policy,
            details=self.details,
            available=self.available,
            now=now,
        )
        return with_reason(found, self.why)


def open_shop(tx: Connection, now: int) -> Shop | None:
    """The vendor's shop; None when there is no profile or the policy doesn't answer."""
    details, policy = stored_profile(tx), stored_policy(tx)
    if details is None or not policy.answer:
        return None
    return Shop(policy, details, StoredIndex(tx), lambda sku: reservations.available(tx, sku, now))


def stored_policy(tx: Connection) -> VendorPolicy:
    """The vendor's policy; the defaults where it set none."""
    stored = settings.get(tx, POLICY, {})
    return VendorPolicy.from_dict(stored if isinstance(stored, dict) else {})


def stored_profile(tx: Connection) -> VendorDetails | None:
    """What the vendor says of itself; None while this node is no vendor."""
    stored = settings.get(tx, PROFILE)
    return VendorDetails.from_dict(stored) if isinstance(stored, dict) else None


def unsaid(tx: Connection) -> list[str]:
    """Words for an owner of what the profile and the policy leave out, and what follows from it."""
    if (why := closed(tx)) is not None:
        return [f"nobody is offered anything: {why}"]
    details, there = stored_profile(tx), catalogue.functions(tx)
    assert details is not None, "else it is closed"
    missing = [
        name for name in FUNCTIONS if name in there and name not in details.business_function
    ]
    words = []
    if missing:
        words.append(
            f"the catalogue also has products for {', '.join(missing)}, which business_function of"
            " the profile doesn't name: nobody is offered them"
        )
    if there and not stored_policy(tx).delivery:
        words.append(
            "the policy has no table delivery: the node offers to ship free of charge, within 3 to"
            " 7 days, to all of area_served"
        )
    return words


def closed(tx: Connection) -> str | None:
    """Why no intent is answered at all; None for an open shop."""
    if stored_profile(tx) is None:
        return "no profile is set, see vrm vendor profile set"
    if not stored_policy(tx).answer:
        return "answer is off in the policy, see vrm vendor policy set answer=true"
    return None


def own_name(tx: Connection) -> str:
    """The vendor's name as its profile says it; "" while there is none."""
    details = stored_profile(tx)
    return "" if details is None else details.name


def sku_of(offer: SignedMessage) -> str | None:
    """The product that an own offer is about: its draft says so, also after a restored backup."""
    return mailroom.offer_of(offer).draft.item_offered.sku


def own_shard(ctx: Context) -> int:
    """The mail shard on which this node receives, drawn once per installation."""
    shard = settings.get(ctx.tx, SHARD)
    if not isinstance(shard, int):
        shard = int.from_bytes(ctx.random(4), "big") % MAIL_SHARDS
        settings.put(ctx.tx, SHARD, shard)
    return shard
