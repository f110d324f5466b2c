"""Cases of negotiation.json: scripts, sets, moves and what is shown."""

from __future__ import annotations

from itertools import combinations

from .cases import VectorFile
from .deal_events import events
from .deal_table import MOVES, STATES, has_fault, state_of
from .messages import draft_body
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
    *("counter", "ack"),
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


# Whether these are recorded as faults is left open.
WRONGLY_SIGNED = ("agreement-wrong-signature", "agreement-by-root")


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
