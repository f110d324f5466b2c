"""What a hook may do: a device says what happened, and nothing else of the intent is its own.

The owner wrote the rest beforehand: what is asked for, of whom, at most for how much, how often.
A device's note never goes out by itself: the owner reads it in the draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vrmnode.customer.broken import MAX_PROBLEM
from vrmnode.values.fields import Fields
from vrmnode.values.money import Money
from vrmnode.values.spans import DAY_S

EVENTS = {"broken": "Repair", "maintenance": "Maintain", "supply": "Sell"}
"""What a device can say, and which function is asked for then."""

DRAFT, PUBLISH = "draft", "publish"
MODES = (DRAFT, PUBLISH)
MAX_NOTE = 500
REQUEST_FIELDS = (
    *("to", "alternatives", "lease_days", "country", "region", "cell", "condition", "must"),
    *("prefer", "terms", "delivery", "payment", "max_offers", "valid_for", "language"),
)
SUPPLY_FIELDS = ("name", "gtin", "mpn", "brand", "category", "quantity")
"""Fields of a request that the owner may set for all events, and for what is bought."""
MOST_PER_PERIOD = 100
MIN_PERIOD_S, MAX_PERIOD_S = 600, 366 * DAY_S


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says: the event, and a note for the owner."""

    event: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRules:
    """The owner's rules. At most `most` intents are published within any `period_s` seconds.

    `maximum` is the private maximum of each; `problem` goes into what is published; `supply` are
    the fields of what is bought on the event of that name; `request` sets further ones.
    """

    mode: str
    events: tuple[str, ...]
    maximum: Money | None
    most: int
    period_s: int
    problem: str | None
    supply: Mapping[str, object]
    request: Mapping[str, object]

    def to_dict(self) -> dict[str, object]:
        """The form that `read_rules` reads."""
        found: dict[str, object] = {
            "mode": self.mode,
            "events": list(self.events),
            "maximum": None if self.maximum is None else str(self.maximum),
            "most": self.most,
            "every": self.period_s,
            "problem": self.problem,
            "supply": dict(self.supply),
            "request": dict(self.request),
        }
        return {name: value for name, value in found.items() if value not in (None, {})}


def read_report(raw: object) -> Report:
    """Raises: FieldError `hook.invalid`, `hook.unknown_field`."""
    fields = Fields(raw, "hook")
    event = fields.one_of("event", EVENTS, "")
    if not event:
        raise fields.error("event", f"one of {', '.join(EVENTS)}", None)
    report = Report(event, fields.text("note", MAX_NOTE))
    fields.finish()
    return report


def read_rules(raw: Mapping[str, object]) -> HookRules:
    """Raises: FieldError `hook.invalid`, `hook.unknown_field`."""
    fields = Fields(raw, "hook")
    events = fields.several_of("events", EVENTS) or ("broken",)
    rules = HookRules(
        mode=fields.one_of("mode", MODES, DRAFT),
        events=events,
        maximum=fields.money("maximum"),
        most=fields.whole("most", 1, MOST_PER_PERIOD, 1),
        period_s=fields.span("every", 7 * DAY_S),
        problem=fields.text("problem", MAX_PROBLEM),
        supply=_chosen(fields, "supply", SUPPLY_FIELDS),
        request=_chosen(fields, "request", REQUEST_FIELDS),
    )
    fields.finish()
    if not MIN_PERIOD_S <= rules.period_s <= MAX_PERIOD_S:
        raise fields.error("every", "a span of 10 minutes to 366 days", f"{rules.period_s} seconds")
    if rules.mode == PUBLISH and rules.maximum is None:
        raise fields.error("maximum", "an amount where the hook publishes by itself", None)
    if ("supply" in events) != bool(rules.supply):
        expected = "what is bought where the event supply may be said, else nothing"
        raise fields.error("supply", expected, dict(rules.supply) or None)
    return rules


def _chosen(fields: Fields, name: str, allowed: Sequence[str]) -> dict[str, object]:
    child = fields.child(name)
    if child is None:
        return {}
    found = {each: child.take(each) for each in allowed}
    child.finish()
    return {each: value for each, value in found.items() if value is not None}


def changes_for(rules: HookRules, event: str) -> dict[str, object]:
    """The fields of the request that the owner set for an event."""
    found = dict(rules.request)
    if event == "supply":
        # Of the thing itself nothing: what is bought is another.
        found |= {name: rules.supply.get(name) for name in SUPPLY_FIELDS}
    if rules.maximum is not None:
        found["private_maximum"] = str(rules.maximum)
    return found


def words_for(rules: HookRules, report: Report) -> str | None:
    """What the intent says of the problem: the owner's words; a device's note in a draft alone."""
    if report.event == "supply":
        return None
    if rules.problem is not None or rules.mode == PUBLISH:
        return rules.problem
    return report.note


def free_at(rules: HookRules, published: Sequence[int], now: int) -> int | None:
    """When the hook may publish again; None: now."""
    recent = [at for at in published if at > now - rules.period_s]
    if len(recent) < rules.most:
        return None
    return sorted(recent)[-rules.most] + rules.period_s
