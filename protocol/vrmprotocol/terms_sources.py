"""Where each level of terms comes from: a term of the W3C Data Privacy Vocabulary, or us.

Implements the column *Source* of `specs/05-terms.md#levels-their-sources-and-their-words`. The
identifiers are those of DPV 2.3 and its extension for IEEE 7012 (© World Wide Web Consortium,
W3C Software and Document License); none of its texts are here.
"""

from __future__ import annotations

from typing import NamedTuple

from vrmprotocol.terms_axes import Level

DPV = "https://w3id.org/dpv#"
IEEE_7012 = "https://w3id.org/dpv/standards/ieee/7012#"


class Source(NamedTuple):
    """IRIs of the terms that a level comes from; `ours`: it doesn't, these are the nearest."""

    ours: bool
    iris: tuple[str, ...]


# By axis and level, or member of a set; "{}" is the empty set.
_VOCABULARY = {
    "service": {"intent": "PDC-INTENT", "order": "ServiceDelivery"},
    "analytics": {
        "none": "AnalyticsDisallowed",
        "vendor": "Analytics2PAllowed Analytics3PDisallowed",
    },
    "tracking": {
        "none": "TrackingDisallowed",
        "vendor": "Tracking2PAllowed Tracking3PDisallowed",
        "thirdParty": "TrackingAllowed",
    },
    "trackingIdentity": {"none": "TrackingWithPIIDisallowed TrackingWithoutPIIAllowed"},
    "trackingFingerprint": {"none": "TrackingWithFPDisallowed TrackingWithoutFPAllowed"},
    "profiling": {
        "none": "ProfilingDisallowed",
        "vendor": "Profiling2PAllowed Profiling3PDisallowed",
        "thirdParty": "ProfilingAllowed",
    },
    "profilingIdentity": {"none": "ProfilingWithPIIDisallowed ProfilingWithoutPIIAllowed"},
    "profilingFingerprint": {"none": "ProfilingWithFPDisallowed ProfilingWithoutFPAllowed"},
    "sharing": {
        "none": "SharingDataDisallowed SharingData3PDisallowed SharingDataAnonymised3PDisallowed",
        "anonymised": (
            "SharingDataAnonymised3PAllowed SharingDataNonAnonymised3PDisallowed"
            " SharingDataNonAnonymisedDisallowed"
        ),
        "any": "SharingDataAllowed SharingData3PAllowed",
    },
    "improvement": {"vendor": "ServiceImprovement"},
    "aiTraining": {"vendor": "PDC-AI"},
    "publicGood": {"vendor": "PDC-GOOD"},
    "collection": {
        "service": "ServiceData ServiceUsageData ServiceAnalyticsData",
        "other": "NonServiceData",
    },
    "serviceDelivery": {"required": "ServiceDeliveryRequired"},
    "portability": {
        "none": "PortabilityNotRequired",
        "onRequest": "PortabilityRequired PortabilityRequiredOnRequest",
        "immediately": "PortabilityRequiredImmediately",
    },
    "portabilityToThirdParty": {"required": "PortabilityToThirdParty"},
    "deletion": {
        "{}": "DataDeletionNotRequired",
        "afterwards": "DataDeletionRequired",
        "onRequest": "DataDeletionOnRequest",
    },
    **{
        axis: {
            "{}": f"{about}TransparencyNotRequired TransparencyNotRequired",
            "before": f"{about}TransparencyExAnte TransparencyExAnte",
            "after": f"{about}TransparencyExPost TransparencyExPost",
            "onRequest": (
                f"{about}TransparencyOnRequest {about}TransparencyRequired"
                " TransparencyOnRequest TransparencyRequired"
            ),
        }
        for axis, about in (
            ("transparencyPurposes", "Purpose"),
            ("transparencyParties", "Party"),
            ("transparencyData", "Data"),
        )
    },
}
_NEAREST = {
    "sale": "SellDataToThirdParties",
    "marketing": "DirectMarketing",
    "reach": "CommunicationManagement",
    "automatedDecisions": "AutomatedDecisionMaking",
    "jurisdiction": "ProcessingLocation",
    "processors": "DataProcessor",
    "retentionLegal": "LegalCompliance",
}


def source_of(axis: str, level: Level) -> Source:
    """The source of a known level of a known axis; of a set, the sources of its members."""
    known = _VOCABULARY.get(axis, {})
    parts = (level or ("{}",)) if isinstance(level, tuple) else (level,)
    terms = [term for part in parts for term in known.get(str(part), "").split()]
    if terms:
        return Source(False, tuple(dict.fromkeys(IEEE_7012 + term for term in terms)))
    if (axis, level) == ("automatedDecisions", "reviewed"):
        return Source(True, (f"{DPV}HumanInvolvementForDecision",))
    nearest = _NEAREST.get(axis, "StorageDuration" if isinstance(level, int) else "")
    return Source(True, (DPV + nearest,) if nearest else ())
