"""What a customer has to say about a vendor, as it is typed, and how long it waits to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args, get_type_hints

from vrmnode.values.fields import Fields
from vrmprotocol.feedback import Experience, Said

FAMILY = "feedback"
LONGEST_WAIT_S = 7 * 86_400

EXPERIENCES: dict[str, tuple[str, ...]] = {
    name: tuple(
        word for choice in get_args(hint) for word in get_args(choice) if isinstance(word, str)
    )
    for name, hint in get_type_hints(Experience).items()
}
"""What may be said of what happened: the names of spec 14 in snake_case, and their words."""


def read(fields: Fields) -> Said:
    """What the fields of a command say: a rating, what happened, a text of at most 1,000.

    Raises:
        LocalError: `feedback.invalid`.
    """
    happened = {name: fields.one_of(name, words, None) for name, words in EXPERIENCES.items()}
    said = Said(
        rating_value=fields.whole("rating", 1, 5, None),
        experience=_experience(happened),
        review_body=fields.text("text", 1_000),
        in_language=fields.language("language"),
    )
    if said.is_empty:
        raise fields.error("rating", "a rating, an experience or a text", None)
    if said.in_language is not None and said.review_body is None:
        raise fields.error("language", "it only with a text", said.in_language)
    return said


def _experience(happened: Mapping[str, str | None]) -> Experience | None:
    found = Experience(**happened)  # type: ignore[arg-type]  # each word is one of its hint's
    return None if found == Experience() else found


# SPEC 14: The customer's node MUST wait a random time of up to 7 days before it publishes feedback,
# unless its owner says otherwise.
def wait_s(random8: bytes) -> int:
    """How long feedback waits, from 0 to 7 days, drawn from 8 random bytes."""
    return int.from_bytes(random8, "big") % (LONGEST_WAIT_S + 1)
