"""Cases of negotiation.json: scripts, sets, moves and what is shown."""

from __future__ import annotations

from itertools import combinations

from .cases import VectorFile
from .deal_events import events
from .deal_table import MOVES, STATES, has_fault, state_of
from .messages import draft_body
from .negotiation_inert import INERT
from .world import CUSTOMER, DEAL, VENDOR, Body

Steps = tuple[str, ...]
BASE = (
    "offer",
    "decline-offer",
    "accept",
    "decline-accept",
    "decline-intent",
    "agreement",
    "withdraw",
)
KINDS = (
    *("offer", "accept", "agreement", "decline", "withdraw_accept", "question", "answer"),
    *("counter", "ack", "sealed_intent"),
)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "negotiation",
        "specs/04-negotiation.md",
        "All cases are about one deal; `messages` holds its messages by label. `script`: the "
        "messages come one by one, and the set so far has the state beside each; the state at the "
        "end is that of every order. `fault`: whether one is recorded. `inert` instead of `ok`: "
        "the last message changes nothing. `sets`: each set has the state. `move`: what a side "
        "may send. `display`: what is shown.",
    )
    file.extra["customer"] = CUSTOMER.public.hex()
    file.extra["vendor"] = VENDOR.public.hex()
    file.extra["deal"] = DEAL.hex()
    file.extra["messages"] = {label: event.message.raw.hex() for label, event in events().items()}
    for name, comment, steps in SCRIPTS:
        _script(file.at("specs/04-negotiation.md#the-table"), name, comment, steps)
    for name, comment, steps in INERT:
        _script(file.at("specs/04-negotiation.md#flags"), name, comment, steps, inert=True)
    _sets(file.at("specs/04-negotiation.md#the-table"))
    _moves(file.at("specs/04-negotiation.md#moves"))
    _display(file.at("specs/04-negotiation.md#expiry"))
    return file


SCRIPTS: list[tuple[str, str, Steps]] = [
    ("nothing", "no messages", ()),
    ("agreed", "the plain course", ("offer", "accept", "agreement")),
    ("offered", "one offer", ("offer",)),
    ("declined-by-customer", "the only offer declined", ("offer", "decline-offer")),
    ("declined-by-vendor", "the accept declined", ("offer", "accept", "decline-accept")),
    ("withdrawn", "taken back before an answer", ("offer", "accept", "withdraw")),
    (
        "cancelled",
        "countersignature, then withdrawal",
        ("offer", "accept", "agreement", "withdraw"),
    ),
    ("crossed", "withdrawal, then countersignature", ("offer", "accept", "withdraw", "agreement")),
    ("refused", "the intent declined", ("decline-intent",)),
    ("thought-better", "declined, then offered", ("decline-intent", "offer")),
    ("two-offers", "two offers, the second taken", ("offer", "offer-2", "accept-offer-2")),
    (
        "two-offers-agreed",
        "two offers, the second agreed",
        ("offer", "offer-2", "accept-offer-2", "agreement-offer-2"),
    ),
    ("one-of-two-declined", "one offer remains", ("offer", "offer-2", "decline-offer")),
    (
        "both-declined",
        "no offer remains",
        ("offer", "offer-2", "decline-offer", "decline-offer-2"),
    ),
    ("offer-after-decline", "an offer that crossed", ("offer", "decline-offer", "offer-2")),
    ("accept-without-offer", "the accept brings its offer", ("accept",)),
    ("accept-without-offer-agreed", "so does the agreement follow", ("accept", "agreement")),
    (
        "accept-declined-offer",
        "an accept stands above the decline of its offer",
        ("offer", "decline-offer", "accept"),
    ),
    (
        "decline-and-withdrawal",
        "they crossed; declined",
        ("offer", "accept", "withdraw", "decline-accept"),
    ),
    (
        "agreement-and-decline",
        "the vendor signed both and is bound",
        ("offer", "accept", "decline-accept", "agreement"),
    ),
    (
        "everything",
        "an agreement, a decline and a withdrawal",
        ("offer", "accept", "decline-accept", "agreement", "withdraw"),
    ),
    (
        "two-accepts",
        "two accepts: the one with the lower number",
        ("offer", "accept", "accept-offer-2"),
    ),
    (
        "two-accepts-second-declined",
        "a decline of the one that doesn't count",
        ("offer", "accept", "accept-offer-2", "decline-accept-2"),
    ),
    (
        "two-accepts-first-declined",
        "a decline of the one that counts",
        ("offer", "accept", "accept-offer-2", "decline-accept"),
    ),
    (
        "two-accepts-second-agreed",
        "the agreement names the second: it counts, and the decline of the first doesn't",
        ("accept", "accept-offer-2", "decline-accept", "agreement-offer-2"),
    ),
    (
        "two-accepts-second-agreed-first-withdrawn",
        "a withdrawal of the other accept cancels nothing",
        ("accept", "accept-offer-2", "withdraw", "agreement-offer-2"),
    ),
    (
        "two-accepts-second-cancelled",
        "a withdrawal of the one agreed",
        ("accept", "accept-offer-2", "withdraw-offer-2", "agreement-offer-2"),
    ),
    (
        "two-agreements",
        "of two agreements the lower number counts",
        ("accept", "accept-offer-2", "agreement", "agreement-offer-2"),
    ),
    (
        "two-agreements-withdrawn",
        "a withdrawal of the accept that counts",
        ("accept", "accept-offer-2", "agreement", "agreement-offer-2", "withdraw"),
    ),
    (
        "two-agreements-other-withdrawn",
        "a withdrawal of the accept that doesn't",
        ("accept", "accept-offer-2", "agreement", "agreement-offer-2", "withdraw-offer-2"),
    ),
    (
        "agreement-brings-accept",
        "the agreement brings the accept, and that the offer",
        ("agreement-with-accept",),
    ),
    (
        "forgotten-accept",
        "a customer restored from a backup has accepted again, and is told of the first",
        ("offer", "accept-offer-2", "agreement-with-accept"),
    ),
    (
        "forgotten-accept-vendor",
        "the same, as the vendor has it",
        ("accept", "agreement", "accept-offer-2", "agreement-with-accept"),
    ),
    (
        "forgotten-accept-declined",
        "it has declined the only offer, and is told that it accepted",
        ("offer", "decline-offer", "agreement-with-accept"),
    ),
    (
        "forgotten-accept-other-withdrawn",
        "it took back the accept that it knew of",
        ("accept-offer-2", "withdraw-offer-2", "agreement-with-accept"),
    ),
    (
        "forgotten-accept-withdrawn",
        "it withdraws what it was told of",
        ("accept-offer-2", "withdraw-offer-2", "agreement-with-accept", "withdraw"),
    ),
    (
        "same-number",
        "two accepts with one number: the lower digest counts",
        ("accept", "accept-twin"),
    ),
    (
        "same-number-declined",
        "a decline of one of two with one number",
        ("accept", "accept-twin", "decline-accept"),
    ),
    (
        "same-number-withdrawn",
        "a withdrawal of one of two with one number",
        ("accept", "accept-twin", "withdraw"),
    ),
    (
        "same-number-agreed",
        "the agreement says which",
        ("accept", "accept-twin", "decline-accept", "agreement-twin"),
    ),
]


# Whether these are recorded as faults is left open.
WRONGLY_SIGNED = ("agreement-wrong-signature", "agreement-by-root", "agreement-wrong-grant")


def _script(
    file: VectorFile, name: str, comment: str, steps: Steps, *, inert: bool = False
) -> None:
    known = events()
    script = []
    states = ["none"]
    for count, label in enumerate(steps, 1):
        states.append(state_of(known[step] for step in steps[:count]))
        message = known[label].message
        script.append(
            {
                "who": "customer" if message.author is CUSTOMER else "vendor",
                "when": message.created,
                "event": label,
                "state": states[-1],
            }
        )
    output: Body = {"state": states[-1]}
    if not any(known[step].inert or step in WRONGLY_SIGNED for step in steps):
        output["fault"] = has_fault([known[step] for step in steps])
    if not inert:
        file.ok("script", name, comment, {"script": script}, output)
        return
    if states[-1] != states[-2]:
        raise ValueError(f"{name}: the last message isn't inert")
    file.bad("script", name, "inert", comment, {"script": script}, output)


def _sets(file: VectorFile) -> None:
    """Every subset of the seven messages that make the flags, by its state."""
    known = events()
    found: dict[str, list[Steps]] = {state: [] for state in STATES}
    for size in range(len(BASE) + 1):
        for subset in combinations(BASE, size):
            found[state_of(known[label] for label in subset)].append(subset)
    for state, subsets in found.items():
        comment = f"of the 128 sets of seven messages, those in state {state}"
        file.ok("sets", f"sets-{state}", comment, {"sets": subsets}, {"state": state})


def _moves(file: VectorFile) -> None:
    for state in STATES:
        for role in ("customer", "vendor"):
            allowed = MOVES.get((role, state), set()) | {"ack"}
            for kind in KINDS:
                name = f"move-{role}-{state}-{kind.replace('_', '-')}"
                given = {"role": role, "state": state, "kind": kind}
                if kind in allowed:
                    file.ok("move", name, f"a {role} may when {state}", given)
                else:
                    code = "negotiation.illegal_move"
                    file.bad("move", name, code, f"a {role} mustn't when {state}", given)


def _display(file: VectorFile) -> None:
    """Clocks change what is shown, and nothing else."""
    confirm_by = draft_body()["confirmBy"]
    for state in STATES:
        for when, now in (
            ("before-confirm-by", confirm_by - 1),
            ("at-confirm-by", confirm_by),
            ("after-confirm-by", confirm_by + 1),
        ):
            late = state == "accepted" and now > confirm_by
            given = {"state": state, "confirm_by": confirm_by, "now": now}
            comment = f"{state}, {when.replace('-', ' ')}"
            shown = "unconfirmed" if late else state
            file.ok("display", f"display-{state}-{when}", comment, given, {"shown": shown})
