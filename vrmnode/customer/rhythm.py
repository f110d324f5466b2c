"""The rhythm of a standing intent: how often it is cast anew, until when, and how unevenly.

Each casting is an intent of its own, under a pseudonym of its own. Nothing but what is wanted may
join them, so they come at uneven times and live for a span that others use too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.customer.request import MAX_VALID_S, TIME_QUANTUM_S, read_request
from vrmnode.values.fields import Fields
from vrmnode.values.spans import DAY_EXPECTED, DAY_S, parse_day

SHORTEST_S = 3_600
LONGEST_S = 366 * DAY_S
JITTER_PERCENT = 10
CASTING_PERCENT = 80
"""A casting lives for less than this part of the rhythm, so that two never stand side by side."""

USUAL_SPANS_S = (TIME_QUANTUM_S, 3_600, 6 * 3_600, DAY_S, 3 * DAY_S, 7 * DAY_S)
DRAWS = 2**32


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every `every_s` seconds, more or less, and never after `until` (Unix seconds)."""

    every_s: int
    until: int

    def next_after(self, last: int, draw: int) -> int | None:
        """When the casting after the one at `last` comes; None when that is past the end.

        `draw` is random, 0 .. 2^32−1. Counted from the last one, not from the first: so the
        times drift, and no two castings tell the phase of a third.
        """
        margin = self.every_s * JITTER_PERCENT // 100
        at = last + self.every_s - margin + 2 * margin * draw // (DRAWS - 1)
        return at if at <= self.until else None

    def resumed(self, now: int, draw: int) -> int | None:
        """When a casting comes that was missed while the node was off: a while after its start.

        Else everybody who sees the node come up would know which castings are its own.
        """
        at = now + min(self.every_s * JITTER_PERCENT // 100, 3_600) * draw // (DRAWS - 1)
        return at if at <= self.until else None


def read_rhythm(raw: object, now: int) -> Rhythm:
    """The rhythm, from `every` (a span) and `until` (a day, itself included).

    Raises: FieldError `standing.invalid`, `standing.unknown_field`.
    """
    fields = Fields(raw, "standing")
    every_s = fields.span("every", 0)
    if not SHORTEST_S <= every_s <= LONGEST_S:
        came = f"{every_s} seconds" if every_s else None
        raise fields.error("every", 'a span of 1 hour to 366 days such as "1w"', came)
    day = fields.parsed("until", parse_day, DAY_EXPECTED)
    if day is None:
        raise fields.error("until", DAY_EXPECTED, None)
    if not now < day + DAY_S <= now + 10 * LONGEST_S:
        raise fields.error("until", "a day that isn't over, within ten years", "another")
    fields.finish()
    return Rhythm(every_s, day + DAY_S - 1)


def casting_request(raw: Mapping[str, object], rhythm: Rhythm) -> dict[str, object]:
    """The request of each casting: what was asked for, with a span that fits into the rhythm.

    Raises: FieldError `standing.invalid`, and as `read_request`.
    """
    request = read_request(raw)
    fields = Fields({}, "standing")
    if request.by is not None:
        raise fields.error("by", "no day where an intent is cast again and again", raw["by"])
    if request.image:
        expected = (
            "none where an intent is cast again and again: it would tie the castings together"
        )
        raise fields.error("image", expected, f"{len(request.image)} of them")
    # Its end is rounded up by as much as a quantum.
    longest_s = min(rhythm.every_s * CASTING_PERCENT // 100 - TIME_QUANTUM_S, MAX_VALID_S)
    if raw.get("valid_for") is None:
        valid_s = max(span_s for span_s in USUAL_SPANS_S if span_s <= longest_s)
        return {**raw, "valid_for": f"{valid_s}s"}
    if request.valid_s > longest_s:
        raise fields.error(
            "valid_for", f"less than {CASTING_PERCENT} % of the rhythm", raw["valid_for"]
        )
    return dict(raw)
