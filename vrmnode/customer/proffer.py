"""The terms that a customer proffers, in order of preference, and what vendors say to them.

Implements the customer's part of `specs/05-terms.md`: which choices go into an intent, and which of
them a vendor's refusal is about.
"""

from collections.abc import Mapping, Sequence

from vrmnode.values import addenda
from vrmnode.values.fields import Fields
from vrmprotocol import terms
from vrmprotocol.errors import LocalError
from vrmprotocol.terms_axes import AXES, Levels
from vrmprotocol.terms_matching import Choice, Reason, unknown
from vrmprotocol.terms_roster import levels_of
from vrmprotocol.terms_text import explained

DEFAULT_TERMS = "SD-BASE"
MOST_CHOICES = 13


def read_choices(fields: Fields) -> tuple[Choice, ...]:
    """The field `terms`: ids, or tables of an id and an addendum; `addendum` is that of the rest.

    Raises: FieldError `request.invalid`, LocalError `terms.*`.
    """
    common = fields.take("addendum")
    found = []
    for at, value in enumerate(fields.items("terms", MOST_CHOICES) or [DEFAULT_TERMS], 1):
        is_table = isinstance(value, Mapping)
        where = f"terms[{at}]" if is_table else ""
        own = Fields(value if is_table else {"terms": value}, "request", where)
        name = own.one_of("terms", terms.ROSTER, None)
        if name is None:
            raise own.error("terms", "an id of the roster", None)
        added = own.take("addendum")
        own.finish()
        found.append(Choice(name, _addendum(name, common if added is None else added)))
    return tuple(choice for place, choice in enumerate(found) if choice not in found[:place])


def _addendum(terms_id: str, raw: object) -> Levels:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        expected = "addendum: expected axes with their levels"
        raise LocalError("request.invalid", f"{expected}, came {type(raw).__name__}")
    return addenda.read_addendum(terms_id, raw)


def refused_because(choices: Sequence[Choice], levels: Levels) -> list[str]:
    """Why a vendor with these levels keeps none of the choices, for each of them, in words."""
    told = []
    for choice in choices:
        if unknown(choice):
            continue
        words = [explained(reason, "customer") for reason in _differences(choice, levels)]
        if words:
            told.append(f"{addenda.choice_words(choice)}: {'; '.join(words)}")
    return told


def _differences(choice: Choice, levels: Levels) -> list[Reason]:
    allowed = levels_of(choice.terms, choice.addendum)
    return [
        Reason("terms.level", name, level, allowed[name])
        for name, level in levels.items()
        if name in AXES and AXES[name].has(level) and not AXES[name].kept(level, allowed[name])
    ]
