"""Scripts of negotiation.json whose last message changes nothing."""

from __future__ import annotations

Steps = tuple[str, ...]

INERT: list[tuple[str, str, Steps]] = [
    ("inert-withdraw-first", "a withdrawal without its accept", ("withdraw",)),
    ("inert-withdraw-offered", "a withdrawal before its accept", ("offer", "withdraw")),
    ("inert-agreement-first", "an agreement without its accept", ("agreement",)),
    ("inert-agreement-offered", "an agreement before its accept", ("offer", "agreement")),
    ("inert-decline-first", "a decline without its offer", ("decline-offer",)),
    ("inert-decline-other", "a decline of an offer not there", ("offer", "decline-offer-2")),
    ("inert-decline-accept-first", "a decline without its accept", ("decline-accept",)),
    ("inert-decline-unknown", "a decline of nothing", ("offer", "decline-unknown")),
    (
        "inert-vendor-decline-unknown",
        "a vendor's decline of nothing",
        ("offer", "accept", "vendor-declines-unknown"),
    ),
    ("inert-withdraw-unknown", "a withdrawal of nothing", ("offer", "accept", "withdraw-unknown")),
    (
        "inert-withdraw-unknown-agreed",
        "a withdrawal of nothing cancels nothing",
        ("offer", "accept", "agreement", "withdraw-unknown"),
    ),
    (
        "inert-agreement-unknown",
        "an agreement to nothing",
        ("offer", "accept", "agreement-unknown"),
    ),
    (
        "inert-agreement-signature",
        "an agreement with a wrong signature",
        ("offer", "accept", "agreement-wrong-signature"),
    ),
    (
        "inert-agreement-root",
        "an agreement signed with the root key",
        ("offer", "accept", "agreement-by-root"),
    ),
    (
        "inert-agreement-grant",
        "an agreement that grants another month than that of the accept",
        ("offer", "accept", "agreement-wrong-grant"),
    ),
    (
        "inert-agreement-other-accept",
        "an agreement to an accept that isn't there",
        ("offer", "accept", "agreement-offer-2"),
    ),
    (
        "inert-agreement-again",
        "a second agreement to the same accept",
        ("offer", "accept", "agreement", "agreement-again"),
    ),
    (
        "inert-offer-after-agreement",
        "another offer after the agreement",
        ("offer", "accept", "agreement", "offer-2"),
    ),
    ("inert-offer-after-accept", "another offer after the accept", ("offer", "accept", "offer-2")),
    (
        "inert-offer-after-withdrawal",
        "another offer after the withdrawal",
        ("offer", "accept", "withdraw", "offer-2"),
    ),
    (
        "inert-offer-after-vendors-decline",
        "another offer after the vendor declined",
        ("offer", "accept", "decline-accept", "offer-2"),
    ),
    (
        "inert-decline-after-accept",
        "a decline of the offer that was accepted",
        ("offer", "accept", "decline-offer"),
    ),
    (
        "inert-decline-after-agreement",
        "a decline of the offer that was agreed",
        ("offer", "accept", "agreement", "decline-offer"),
    ),
    (
        "inert-refusal-after-offer",
        "a decline of the intent beside an offer",
        ("offer", "decline-intent"),
    ),
    (
        "inert-refusal-after-agreement",
        "a decline of the intent after the agreement",
        ("offer", "accept", "agreement", "decline-intent"),
    ),
    (
        "inert-vendors-decline-after-agreement",
        "a decline of the accept that was agreed",
        ("offer", "accept", "agreement", "decline-accept"),
    ),
    (
        "inert-withdrawal-after-decline",
        "a withdrawal after the vendor's decline",
        ("offer", "accept", "decline-accept", "withdraw"),
    ),
    (
        "inert-vendor-declines-offer",
        "a vendor can't decline its own offer",
        ("offer", "vendor-declines-offer"),
    ),
    (
        "inert-customer-declines-intent",
        "a customer can't refuse the own intent",
        ("customer-declines-intent",),
    ),
    (
        "inert-customer-declines-accept",
        "a customer withdraws an accept, and doesn't decline it",
        ("offer", "accept", "customer-declines-accept"),
    ),
    ("inert-vendor-ack", "an acknowledgement", ("offer", "accept", "vendor-ack")),
    ("inert-customer-ack", "an acknowledgement", ("offer", "customer-ack")),
    ("inert-ack-alone", "an acknowledgement before anything", ("vendor-ack",)),
    ("inert-question", "a question binds nobody", ("offer", "question")),
    ("inert-question-first", "a question before its offer", ("question",)),
    ("inert-question-unknown", "a question about nothing", ("offer", "question-unknown")),
    (
        "inert-question-agreed",
        "a question that comes after the agreement",
        ("offer", "accept", "agreement", "question"),
    ),
    ("inert-sealed-intent", "a sealed intent alone is no deal yet", ("sealed-intent",)),
    ("inert-sealed-intent-later", "an extension of it", ("sealed-intent", "offer", "extended")),
    (
        "inert-sealed-intent-withdrawn",
        "its withdrawal leaves an accept as it is",
        ("sealed-intent", "offer", "accept", "wanted-no-more"),
    ),
    ("inert-counter", "a counter binds nobody", ("offer", "counter")),
    ("inert-counter-first", "a counter before its offer", ("counter",)),
    (
        "inert-counter-agreed",
        "a counter that comes after the agreement",
        ("offer", "accept", "agreement", "counter"),
    ),
    (
        "inert-decline-counter",
        "a decline of a counter leaves the offer open",
        ("offer", "counter", "decline-counter"),
    ),
    (
        "inert-decline-counter-accepted",
        "and the accept undecided",
        ("offer", "counter", "accept", "decline-counter"),
    ),
    ("inert-answer", "an answer binds nobody", ("offer", "question", "answer")),
    ("inert-answer-first", "an answer before its question", ("offer", "answer")),
    ("inert-answer-unknown", "an answer to nothing", ("offer", "question", "answer-unknown")),
    (
        "inert-answer-declined",
        "an answer that crossed the decline of its offer",
        ("offer", "question", "decline-offer", "answer"),
    ),
    ("inert-unknown-kind", "an unknown kind", ("offer", "poem")),
    ("inert-unknown-kind-agreed", "an unknown kind", ("offer", "accept", "agreement", "poem")),
    ("inert-critical", "an offer with an unknown critical extension", ("offer-critical",)),
    (
        "inert-later-version",
        "a withdrawal of a later version",
        ("offer", "accept", "withdraw-later-version"),
    ),
    (
        "inert-third-accept",
        "an accept with the same number after the agreement",
        ("offer", "accept", "agreement", "accept-twin"),
    ),
]
