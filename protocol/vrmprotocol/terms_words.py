"""Levels of terms in plain words: what each one says, and how it is called in a few words.

Implements the tables of `specs/05-terms.md#levels-their-sources-and-their-words`. Making a text of
them is `terms_text`.
"""

from __future__ import annotations

from typing import NamedTuple

from vrmprotocol.terms_axes import WITHOUT_LIMIT, Level


class Words(NamedTuple):
    """Which list of the text a level stands in, its sentence, and its short form."""

    where: str
    sentence: str
    short: str


# For each level a line "axis level where: short", and below it the sentence. "{}" stands for the
# number of days or the members of the set; the level is then called "days", "set" or, empty, "{}".
_TABLE = """
service intent may: to answer the intent only
    use what it learns to answer the intent, and for nothing beyond what stands here
service order may: to carry out the order
    use what it learns to answer the intent and to carry out the order
analytics none not: none
    study how its service is used or delivered (analytics), itself or through others
analytics vendor may: by the vendor itself
    study how its service is used and delivered (analytics), but not through third parties
analytics thirdParty may: by third parties too
    study how its service is used and delivered (analytics), itself and through third parties
tracking none not: none
    follow the customer from one occasion to another (tracking), itself or through others
tracking vendor may: by the vendor itself
    follow the customer from one occasion to another (tracking), but not through third parties
tracking thirdParty may: by third parties too
    follow the customer from one occasion to another (tracking), itself and through third
    parties
trackingIdentity none not: none
    use data for tracking that say who somebody is
trackingIdentity allowed may: allowed
    use data for tracking that say who the customer is
trackingFingerprint none not: none
    track a device by its features (fingerprinting)
trackingFingerprint allowed may: allowed
    track a device by its features (fingerprinting)
profiling none not: none
    make a picture of the customer from data (profiling), itself or through others
profiling vendor may: by the vendor itself
    make a picture of the customer from data (profiling), but not through third parties
profiling thirdParty may: by third parties too
    make a picture of the customer from data (profiling), itself and through third parties
profilingIdentity none not: none
    use data for profiling that say who somebody is
profilingIdentity allowed may: allowed
    use data for profiling that say who the customer is
profilingFingerprint none not: none
    profile a device by its features (fingerprinting)
profilingFingerprint allowed may: allowed
    profile a device by its features (fingerprinting)
sharing none not: none
    hand data to third parties, anonymised or not
sharing anonymised may: anonymised data
    hand fully anonymised data to third parties, and no other
sharing any may: any data
    hand data to third parties
sale none not: none
    take anything in return for data
sale allowed may: allowed
    take something in return for the data that it may hand on
improvement none not: none
    use data to improve its service
improvement vendor may: by the vendor itself
    use data to improve its service
aiTraining none not: none
    train or run artificial intelligence with data
aiTraining vendor may: by the vendor itself
    train and run artificial intelligence with data
publicGood none not: none
    use data for the public good
publicGood vendor may: by the vendor itself
    use data for the public good
collection service not: data of the service only
    gather data about the customer other than those that the service brings with it
collection other may: other data too
    gather data about the customer elsewhere, too
marketing {} not: none
    advertise to the customer
marketing set may: {}
    advertise to the customer by {}, and in no other way
reach none not: none
    write to the customer first
reach order may: about the order
    write to the customer first about the order, until it is completed
reach product may: about what was bought
    write to the customer first about the order, and later about what was bought: recalls,
    safety, updates
reach any may: about anything
    write to the customer first about anything but advertising
automatedDecisions none not: none
    let a machine make decisions about the customer that weigh on them
automatedDecisions reviewed may: with a human on request
    let a machine make decisions about the customer that weigh on them, if a human looks at
    each on request
automatedDecisions solely may: by machine alone
    let a machine alone make decisions about the customer that weigh on them
jurisdiction country may: in the customer's country
    process data in the customer's country only
jurisdiction area may: where the customer's law holds
    process data where the data protection law of the customer's country holds, and nowhere
    else
jurisdiction adequate may: where protection is adequate
    process data where the law of the customer's country holds or recognises the protection as
    adequate, and nowhere else
jurisdiction any may: anywhere
    process data anywhere
processors none not: nobody
    let others process data for it
processors order may: those whom the order needs
    let those process data on its instructions whom this order needs, such as a carrier or a
    payment service
processors bound may: those bound by contract
    let others process data whom a contract binds to its instructions
retentionIntent days keep: {}
    what it learned from an intent that led to no agreement: {} from the intent's end
retentionOrder days keep: {}
    data of the order: {} from its completion
retentionAnalytics days keep: {}
    data for analytics: {} from their collection
retentionTracking days keep: {}
    data from tracking: {} from their collection
retentionProfiling days keep: {}
    profiles and the data in them: {} from their collection
retentionImprovement days keep: {}
    data for improving the service: {} from their collection
retentionMarketing days keep: {}
    data for advertising: {} from the completion of the last order
retentionAiTraining days keep: {}
    data for artificial intelligence: {} from their collection
retentionPublicGood days keep: {}
    data for the public good: {} from their collection
retentionLegal days keep: {}
    what a law obliges it to keep, and for that alone: {} from the agreement
serviceDelivery none free: none
    do what it agreed to
serviceDelivery required must: required
    do what it agreed to
portability none free: none
    hand the data back to the customer
portability onRequest must: on request
    hand the data back to the customer on request, in a form that other programs read
portability immediately must: at once
    hand the data back to the customer at once, in a form that other programs read
portabilityToThirdParty none free: none
    hand the data to somebody whom the customer names
portabilityToThirdParty required must: required
    hand the data to somebody whom the customer names
deletion {} free: none
    delete data
deletion set must: {}
    delete data {}
transparencyPurposes {} free: none
    tell what it uses data for
transparencyPurposes set must: {}
    tell {} what it uses data for
transparencyParties {} free: none
    tell who takes part in using data
transparencyParties set must: {}
    tell {} who takes part in using data, and as what
transparencyData {} free: none
    tell which data it uses
transparencyData set must: {}
    tell {} which data it uses, and where they come from
"""

_MEMBERS = {
    "marketing": {
        "email": "e-mail",
        "letter": "letter",
        "message": "messages of this network",
        "phone": "phone",
        "text": "text message",
    },
    "deletion": {
        "afterwards": "when the time to keep them is over",
        "onRequest": "on request",
    },
}
_WHEN = {"before": "beforehand", "after": "afterwards", "onRequest": "on request"}


def _parsed(table: str) -> dict[tuple[str, str], Words]:
    found: dict[tuple[str, str], Words] = {}
    heads: list[tuple[str, str, str, str]] = []
    sentence: list[str] = []
    for line in [*table.strip().splitlines(), ""]:
        if line.startswith(" "):
            sentence.append(line.strip())
            continue
        if heads:
            axis, level, where, short = heads.pop()
            found[axis, level] = Words(where, " ".join(sentence), short)
            sentence = []
        if line:
            head, _, short = line.partition(": ")
            axis, level, where = head.split(" ")
            heads.append((axis, level, where, short))
    return found


TABLE = _parsed(_TABLE)
"""The words of every level, by axis and level as the spec writes it."""


def members_of(axis: str) -> dict[str, str]:
    """The words of a set's members, in the order in which they are written out."""
    return _MEMBERS.get(axis, _WHEN)


def words_of(axis: str, level: Level) -> Words:
    """The words of a known level of a known axis, with days and members filled in."""
    if isinstance(level, tuple):
        where, sentence, short = TABLE[axis, "set" if level else "{}"]
        content = _joined([text for name, text in members_of(axis).items() if name in level])
    elif isinstance(level, int):
        where, sentence, short = TABLE[axis, "days"]
        content = days_in_words(level)
    else:
        return TABLE[axis, level]
    return Words(where, sentence.replace("{}", content), short.replace("{}", content))


def days_in_words(days: int) -> str:
    """A number of days as people say it: `30 days`, `5 years`, `without limit`."""
    if days == WITHOUT_LIMIT:
        return "without limit"
    number, unit = (days // 365, "year") if days and days % 365 == 0 else (days, "day")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
