"""Cases of topics.json: which topic a message belongs in."""

from __future__ import annotations

from .cases import VectorFile
from .primitives import fixed
from .world import DIRECTORY, MAIL, MARKET, Body

WRONG = "envelope.topic"


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "topics",
        "specs/02-envelope-and-keys.md#topics-and-sizes",
        "Network parameters of version 1. `all` lists the topics, `market` and `mail` choose one, "
        "`fits` says whether a kind (with this tag, if it has one) belongs in a topic.",
    )
    topics = [DIRECTORY, MARKET, MAIL]
    file.ok("all", "all", "every topic there is, in any order", {}, {"topics": topics})
    for country, category in (("DE", 5117), ("DE", None), ("US", 1), ("JP", 2**31 - 1)):
        place: Body = {"country": country, "category": category}
        name = f"market-{country.lower()}-{category or 'any'}"
        file.ok("market", name, "there is one market topic", place, {"topic": MARKET})
    for first in (0, 1, 127, 255):
        tag = bytes([first]) + fixed("topic tag", 15)
        name = f"mail-shard-{first}"
        file.ok("mail", name, "there is one shard", {"tag": tag}, {"topic": MAIL})
    tag = fixed("topic tag", 16)
    for name, kind, topic in (
        ("fits-intent", "intent", MARKET),
        ("fits-update", "intent_update", MARKET),
        ("fits-profile", "vendor_profile", DIRECTORY),
        ("fits-unknown-market", "weather", MARKET),
        ("fits-unknown-directory", "weather", DIRECTORY),
        ("fits-mail", "mail", MAIL),
    ):
        given: Body = {"kind": kind, "topic": topic, "tag": tag if kind == "mail" else None}
        file.ok("fits", name, f"{kind} belongs in {topic}", given)
    for kind in ("intent", "intent_update", "vendor_profile", "weather", "mail"):
        wrong = [*WRONG_EVERYWHERE]
        if kind in ("intent", "intent_update", "mail"):
            wrong.append(DIRECTORY)
        if kind in ("vendor_profile", "mail"):
            wrong.append(MARKET)
        if kind != "mail":
            wrong.append(MAIL)
        for topic in wrong:
            given = {"kind": kind, "topic": topic, "tag": tag if kind == "mail" else None}
            name = f"unfit-{kind}-{topic.strip('/').replace('/', '-') or 'slash'}"
            file.bad("fits", name, WRONG, f"{kind} doesn't belong in {topic}", given)
    return file


WRONG_EVERYWHERE = (
    "/vrm/1/market",
    "/vrm/1/market/1",
    "/vrm/1/market/00",
    "/vrm/1/market/-0",
    "/vrm/1/mail/1",
    "/vrm/1/mail/00",
    "/vrm/2/market/0",
    "/vrm/1/directory/0",
    "/vrm/1/feedback",
)
