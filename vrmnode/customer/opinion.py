"""What a customer has to say about a vendor, as it is typed, and how long it waits to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args, get_type_hints

from vrmnode.values.fields import Fields
from vrmprotocol.feedback import Experience

FAMILY = "feedback"
LONGEST_WAIT_S = 7 * 86_400

EXPERIENCES: dict[str, tuple[str, ...]] = {
    name: tuple(
        word for choice in get_args(hint) for word in get_args(choice) if isinstance(word, str)
    )
    for name, hint in get_type_hints(Experience).items()
}
"""What may be said of what happened: the names of spec 14 in snake_case, and their words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A rating from 1 to 5, what happened, and a text of at most 1,000 characters."""

    rating: int | None = None
    experience: Experience | None = None
    text: str | None = None
    language: str | None = None

    @staticmethod
    def read(fields: Fields) -> Opinion:
        """The opinion among the fields of a command.

        Raises:
            LocalError: `feedback.invalid`.
        """
        happened = {name: fields.one_of(name, words, None) for name, words in EXPERIENCES.items()}
        said = Opinion(
            rating=fields.whole("rating", 1, 5, None),
            experience=_experience(happened),
            text=fields.text("text", 1_000),
            language=fields.language("language"),
        )
        if said.rating is None and said.experience is None and said.text is None:
            raise fields.error("rating", "it, an experience or a text", None)
        if said.language is not None and said.text is None:
            raise fields.error("language", "it only with a text", said.language)
        return said


def _experience(happened: Mapping[str, str | None]) -> Experience | None:
    found = Experience(**happened)  # type: ignore[arg-type]  # each word is one of its hint's
    return None if found == Experience() else found


# SPEC 14: The customer's node MUST wait a random time of up to 7 days before it publishes feedback,
# unless its owner says otherwise.
def wait_s(random8: bytes) -> int:
    """How long feedback waits, from 0 to 7 days, drawn from 8 random bytes."""
    return int.from_bytes(random8, "big") % (LONGEST_WAIT_S + 1)
