"""Which lower totals the node names by itself, and when it stops (specs/03-messages.md#counter).

What it names follows from the vendor's first total, the owner's percentages and target, and chance,
never from the owner's maximum: that only decides whether a total is named at all. So a vendor
learns of it no more than that it isn't below what was named.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vrmnode.values.fields import Fields
from vrmnode.values.money import Money
from vrmnode.values.spans import format_moment

MODES = ("manual", "automatic")
MAX_ROUNDS = 4
AT_ONCE = 3
"""With so many vendors it talks about one intent: those whose first totals are the lowest."""
LEAD_S = 60
WHOLE = 10_000
_JITTER = 40
"""Per cent of a step by which a total may lie below its place, at random."""
_PERCENT = "a whole percentage 0..90 such as 15"


@dataclass(frozen=True, slots=True)
class Counters:
    """From `first_percent` below a vendor's first total, in `rounds`, to `last_percent` below it.

    Nor above `target`. `patience_s` is how long a vendor has for an answer.
    """

    mode: str = "manual"
    rounds: int = 3
    first_percent: int = 15
    last_percent: int = 5
    target: Money | None = None
    patience_s: int = 600

    def to_dict(self) -> dict[str, object]:
        """The form that `read_counters` reads."""
        return {
            "mode": self.mode,
            "rounds": self.rounds,
            "first_percent": self.first_percent,
            "last_percent": self.last_percent,
            "target": None if self.target is None else str(self.target),
            "patience": self.patience_s,
        }


def read_counters(raw: object, plain: Counters) -> Counters:
    """The table `counter` of an acceptance policy: what it doesn't name stays.

    Raises: FieldError `acceptance.invalid`, `acceptance.unknown_field`.
    """
    if raw is None:
        return plain
    fields = Fields(raw, "acceptance", "counter")
    names_target = isinstance(raw, Mapping) and "target" in raw
    target = fields.money("target")
    counters = Counters(
        mode=fields.one_of("mode", MODES, plain.mode),
        rounds=fields.whole("rounds", 1, MAX_ROUNDS, plain.rounds),
        first_percent=fields.whole("first_percent", 1, 90, plain.first_percent),
        last_percent=fields.whole("last_percent", 0, 90, plain.last_percent),
        target=target if names_target else plain.target,
        patience_s=fields.span("patience", plain.patience_s),
    )
    fields.finish()
    if counters.last_percent > counters.first_percent:
        expected = f"{_PERCENT}, at most first_percent, which is {counters.first_percent}"
        raise fields.error("last_percent", expected, counters.last_percent)
    if not 10 <= counters.patience_s <= 86_400:
        raise fields.error("patience", 'a span of "10s" to "1d"', f"{counters.patience_s} s")
    return counters


@dataclass(frozen=True, slots=True)
class Named:
    """A total that was named; `answers_seq` is the vendor's number that it answered."""

    total: int
    answers_seq: int
    sent_at: int
    refused: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A deal in which the price is talked about; `offer` is the vendor's last word, number `seq`.

    Totals in minor units of `currency`: of the vendor's first offer, and the least it offered.
    """

    deal: bytes
    vendor_name: str
    offer: bytes
    seq: int
    valid_through: int
    currency: str
    first_total: int
    least_total: int
    named: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A total to name to the vendor of an offer."""

    offer: bytes
    total: Money
    rule: str


@dataclass(frozen=True, slots=True)
class Bargain:
    """What to name now; until when to wait for answers; and why, a sentence for each vendor."""

    steps: tuple[Step, ...] = ()
    until: int | None = None
    words: tuple[str, ...] = ()


def bargain(
    counters: Counters,
    talks: Sequence[Talk],
    *,
    limit: Money | None,
    now: int,
    luck: Callable[[bytes], int],
) -> Bargain:
    """What to do now in all the talks about one intent.

    `limit` is the most the owner would pay; nothing above it is named. `luck` gives 0..255 for a
    deal, at random.
    """
    if counters.mode != "automatic":
        return Bargain()
    chosen = sorted(talks, key=lambda talk: (talk.first_total, talk.deal))[:AT_ONCE]
    steps, ends, words = [], [], []
    for talk in chosen:
        found = _next(counters, talk, limit=limit, now=now, luck=luck)
        if isinstance(found, Step):
            steps.append(found)
            ends.append(_end_of(counters, talk, now))
            words.append(found.rule)
        elif isinstance(found, int):
            ends.append(found)
            words.append(f"{talk.vendor_name} has until {format_moment(found)} to answer")
        else:
            words.append(f"{talk.vendor_name}: {found}")
    return Bargain(tuple(steps), min(ends, default=None), tuple(words))


def _end_of(counters: Counters, talk: Talk, sent_at: int) -> int:
    return min(sent_at + counters.patience_s, talk.valid_through - LEAD_S)


def _next(
    counters: Counters, talk: Talk, *, limit: Money | None, now: int, luck: Callable[[bytes], int]
) -> Step | int | str:
    """The total to name, the time until which an answer may come, or why there is nothing more."""
    if talk.valid_through - LEAD_S <= now:
        return "its offer is about to end"
    last = talk.named[-1] if talk.named else None
    if last is not None and last.refused:
        return "it goes no lower"
    if last is not None and talk.seq <= last.answers_seq:
        end = _end_of(counters, talk, last.sent_at)
        return end if now < end else "it didn't answer in time"
    if len(talk.named) >= counters.rounds:
        return f"all {counters.rounds} counters are sent"
    if limit is None or limit.currency != talk.currency:
        return f"you set no maximum in {talk.currency}"
    total = total_of(counters, talk.first_total, talk.currency, len(talk.named), luck(talk.deal))
    if total >= talk.least_total or (last is not None and total <= last.total):
        return "it is as low as you would name"
    if total > limit.amount:
        return "the next total to name is above your maximum; a target below it would help"
    place = f"counter {len(talk.named) + 1} of {counters.rounds}"
    below = (talk.first_total - total) * 1000 // max(talk.first_total, 1)
    asked = Money(total, talk.currency)
    rule = f"automatic: {place} to {talk.vendor_name}, {asked}, {below / 10:.1f} % below its first"
    return Step(talk.offer, asked, rule)


def total_of(counters: Counters, first_total: int, currency: str, named: int, luck: int) -> int:
    """The total of the next counter, minor units, after so many; the maximum has no part in it."""
    last = first_total * (100 - counters.last_percent) // 100
    if counters.target is not None and counters.target.currency == currency:
        last = min(last, counters.target.amount)
    drop = first_total * (counters.first_percent - counters.last_percent) // 100
    step = drop // max(counters.rounds - 1, 1)
    opening = last - step * (counters.rounds - 1) if counters.rounds > 1 else last - drop
    jitter = step * _JITTER * luck // 25_500
    return max(1, opening + step * named - jitter)
