"""Who the vendor is and where it sells, as its owner writes it, and the profile made of it.

Terms, payment and delivery in the published profile follow from the policy, so that the two
never say different things.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.values.fields import Fields
from vrmnode.vendor.delivery import ANYWHERE, METHODS
from vrmnode.vendor.policy import VendorPolicy
from vrmprotocol.certificate import Certificate
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.market import Prekey, VendorProfile

COUNTRY = "[A-Z]{2}"


@dataclass(frozen=True, slots=True)
class VendorDetails:
    """The owner's part of a vendor's profile."""

    name: str
    legal_name: str | None = None
    url: str | None = None
    address: str | None = None
    description: str | None = None
    area_served: tuple[str, ...] = ()
    category: tuple[int, ...] = ()
    business_function: tuple[str, ...] = ("Sell",)
    in_language: tuple[str, ...] = ("en",)
    image: tuple[str, ...] = ()

    @staticmethod
    def from_dict(raw: Mapping[str, object]) -> "VendorDetails":
        """Raises: FieldError `profile.invalid`, `profile.unknown_field`."""
        fields = Fields(raw, "profile")
        details = VendorDetails(
            name=fields.required_text("name", 128),
            legal_name=fields.text("legal_name", 128),
            url=fields.text("url", 256),
            address=fields.text("address", 256),
            description=fields.text("description", 1000),
            area_served=fields.texts("area_served", 64, 2, COUNTRY),
            category=fields.wholes("category", 64, 0, 2**31 - 1),
            business_function=fields.several_of("business_function", FUNCTIONS) or ("Sell",),
            in_language=fields.languages("in_language", 16) or ("en",),
            image=tuple(digest.hex() for digest in fields.digests("image", 8)),
        )
        fields.finish()
        return details

    def to_dict(self) -> dict[str, object]:
        """The form that `from_dict` reads; what is absent is left out."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values
            if value not in (None, ())
        }


def build_profile(
    details: VendorDetails,
    policy: VendorPolicy,
    *,
    seq: int,
    certificate: Certificate,
    prekey: Prekey,
    reply_tag: bytes,
    paused_until: int | None = None,
) -> VendorProfile:
    """The body of the vendor's profile message."""
    area_served, methods = _delivers(details, policy)
    return VendorProfile(
        v=1,
        seq=seq,
        name=details.name,
        legal_name=details.legal_name,
        url=details.url,
        description=details.description,
        area_served=area_served,
        category=details.category,
        business_function=details.business_function,  # type: ignore[arg-type]
        accepted_terms=policy.accepted_terms,
        terms_policy=policy.terms_policy,
        payment_method=policy.payment_method,
        delivery_method=methods,  # type: ignore[arg-type]
        in_language=details.in_language,
        certificate=certificate,
        prekey=prekey,
        reply_tag=reply_tag,
        features=(),
        paused_until=paused_until,
        image=tuple(bytes.fromhex(digest) for digest in details.image),
    )


def shows_same(details: VendorDetails, before: VendorPolicy, after: VendorPolicy) -> bool:
    """Whether the profile says the same under both policies."""
    first, second = (
        (
            policy.accepted_terms,
            policy.terms_policy,
            policy.payment_method,
            _delivers(details, policy),
        )
        for policy in (before, after)
    )
    return first == second


def _delivers(
    details: VendorDetails, policy: VendorPolicy
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The area served and the methods of delivery that the profile states."""
    ways = policy.ways(details.area_served)
    countries = tuple(country for country in ways if country != ANYWHERE)
    methods = {way.method for found in ways.values() for way in found}
    return (details.area_served or countries)[:64], tuple(m for m in METHODS if m in methods)
