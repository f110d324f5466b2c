"""The vector files there are."""

from __future__ import annotations

from . import (
    agreement_cases,
    certificate_cases,
    encoding_cases,
    envelope_cases,
    function_cases,
    gtin_cases,
    invitation_cases,
    keys_cases,
    mail_cases,
    market_cases,
    message_cases,
    message_file_cases,
    negotiation_cases,
    peers_cases,
    sealing_cases,
    stamp_cases,
    sync_cases,
    tag_cases,
    terms_cases,
    topic_cases,
)

FILES = [
    encoding_cases.build,
    stamp_cases.build,
    envelope_cases.build,
    message_file_cases.build,
    keys_cases.build,
    certificate_cases.build,
    topic_cases.build,
    gtin_cases.build,
    terms_cases.build,
    market_cases.build,
    message_cases.build,
    mail_cases.build,
    sealing_cases.build,
    tag_cases.build,
    agreement_cases.build,
    function_cases.build,
    negotiation_cases.build,
    invitation_cases.build,
    peers_cases.build,
    sync_cases.build,
]
