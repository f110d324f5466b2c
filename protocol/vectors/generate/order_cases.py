"""Cases of orders.json: bodies, scripts, sets, moves, and what may be said when."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from .cases import VectorFile
from .order_body_cases import add_bodies
from .order_events import AGREED_AT, CAME_AT, DUE_BY, LEASE, PREPAID, SALE, events
from .order_scripts import INERT, SCRIPTS, Steps, after
from .order_table import MOVES, STATUSES, WORDS, State, state_of
from .world import CUSTOMER, DAY, DEAL, VENDOR, Body

SPEC = "specs/11-orders.md"
GOODS = (
    *("processing", "shipped", "delivered", "collected"),
    *("cancel-buyer", "cancel-seller", "received", "not-received"),
)
MONEY = ("payment-due", "payment-sent", "paid.part", "paid.rest", "refunded.part", "cancel-seller")


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "orders",
        SPEC,
        "`read` as in message.json. The other cases are about one deal; `messages` holds its "
        "messages by label, with all documents that it could have. `script`: the messages come "
        "one by one, and the set so far has status and payment beside each, null without an "
        "order; `output` is the state at the end, whatever the order. `inert` instead of `ok`: "
        "the last message changes nothing. `sets`: each set, after the agreement of the prepaid "
        "order, has the status or the payment. `move`: what a side may say. `say`: whether a "
        "side may sign this message now, after this set.",
    )
    file.extra["customer"] = CUSTOMER.public.hex()
    file.extra["vendor"] = VENDOR.public.hex()
    file.extra["deal"] = DEAL.hex()
    file.extra["messages"] = {label: event.message.raw.hex() for label, event in events().items()}
    add_bodies(file)
    for name, comment, steps in SCRIPTS:
        _script(file.at(f"{SPEC}#status"), name, comment, steps)
    for name, comment, steps in INERT:
        _script(file.at(f"{SPEC}#what-counts"), name, comment, steps, inert=True)
    _sets(file.at(f"{SPEC}#status"), "status", GOODS)
    _sets(file.at(f"{SPEC}#payment"), "payment", MONEY)
    _moves(file.at(f"{SPEC}#moves"))
    _say(file.at(f"{SPEC}#times"))
    return file


def _state(steps: Steps) -> State | None:
    known = events()
    return state_of(known[step] for step in steps)


def _script(
    file: VectorFile, name: str, comment: str, steps: Steps, *, inert: bool = False
) -> None:
    script = []
    states: list[State | None] = [None]
    for count, label in enumerate(steps, 1):
        state = _state(steps[:count])
        states.append(state)
        message = events()[label].message
        script.append(
            {
                "who": "customer" if message.author is CUSTOMER else "vendor",
                "when": message.created,
                "event": label,
                "status": None if state is None else state.status,
                "payment": None if state is None else state.payment,
            }
        )
    output = _output(states[-1])
    if not inert:
        file.ok("script", name, comment, {"script": script}, output)
        return
    if _without_timeline(states[-1]) != _without_timeline(states[-2]):
        raise ValueError(f"{name}: the last message isn't inert")
    file.bad("script", name, "inert", comment, {"script": script}, output)


def _without_timeline(state: State | None) -> State | None:
    """A statement that moves nothing is shown all the same."""
    return None if state is None else replace(state, timeline=[])


def _output(state: State | None) -> Body:
    if state is None:
        return {"order": False}
    found: Body = {
        "order": True,
        "status": state.status,
        "payment": state.payment,
        "owed": state.owed,
        "missing": max(0, state.owed - (state.came - state.went)),
        "refund_due": max(0, state.came - state.went - state.owed),
        "returns": state.returns,
        "timeline": state.timeline,
        "duties": state.duties,
    }
    return found if state.due_by is None else {**found, "due_by": state.due_by}


def _sets(file: VectorFile, what: str, base: Steps) -> None:
    """Every subset of some messages, by the status or the payment that it gives."""
    found: dict[str, list[Steps]] = {}
    for size in range(len(base) + 1):
        for subset in combinations(base, size):
            state = _state(after(*subset))
            if state is None:
                raise ValueError("there is an order")
            found.setdefault(getattr(state, what), []).append(subset)
    for value, subsets in sorted(found.items()):
        comment = f"of the {2 ** len(base)} sets of {len(base)} messages, those with {value}"
        name = f"sets-{what}-{value.replace('_', '-')}"
        file.ok("sets", name, comment, {"sets": subsets}, {what: value})


def _moves(file: VectorFile) -> None:
    for status in STATUSES:
        for side in ("buyer", "seller"):
            for word in WORDS:
                name = f"move-{side}-{status}-{word}".replace("_", "-")
                given = {"side": side, "status": status, "word": word}
                if word in MOVES[side, status]:
                    file.ok("move", name, f"a {side} may while {status}", given)
                else:
                    code = "order.illegal_move"
                    file.bad("move", name, code, f"a {side} mustn't while {status}", given)


ILLEGAL, EARLY, LATE = "order.illegal_move", "order.too_early", "order.too_late"
DUE = after("payment-due")
CAME = after("paid", "delivered")
EARLY_BIRD = after("paid", "delivered.before")
LEASED = (*LEASE, "delivered.lease")
WINDOW = CAME_AT + 30 * DAY
SAY: list[tuple[str, str, Steps, str, int, str]] = [
    ("due", "the money is due when it was agreed", PREPAID, "payment-due", 0, "ok"),
    ("due-early", "a second earlier", PREPAID, "payment-due.early", 0, EARLY),
    ("due-open", "without a time", PREPAID, "payment-due.open", 0, "ok"),
    ("due-method", "in a way that wasn't agreed", PREPAID, "payment-due.cash", 0, ILLEGAL),
    (
        "unpaid-undue",
        "unpaid, but nothing was asked",
        PREPAID,
        "cancel-seller-again",
        DUE_BY,
        EARLY,
    ),
    ("unpaid-at", "unpaid, at the last second", DUE, "cancel-seller-again", DUE_BY, EARLY),
    ("unpaid-after", "unpaid, a second later", DUE, "cancel-seller-again", DUE_BY + 1, "ok"),
    (
        "unpaid-more-time",
        "unpaid, but the seller gave more time",
        (*DUE, "payment-due.later"),
        "cancel-seller-again",
        DUE_BY + 1,
        EARLY,
    ),
    (
        "unpaid-open",
        "unpaid, but no time was set",
        after("payment-due.open"),
        "cancel-seller-again",
        DUE_BY + DAY,
        EARLY,
    ),
    ("requested", "another reason needs no waiting", DUE, "cancel-seller", DUE_BY, "ok"),
    ("return-at", "on the last day", CAME, "return-both", WINDOW, "ok"),
    ("return-after", "a second later", CAME, "return-both", WINDOW + 1, LATE),
    (
        "return-before-agreement",
        "nothing comes before it was agreed",
        EARLY_BIRD,
        "return-both",
        AGREED_AT + 30 * DAY,
        "ok",
    ),
    (
        "return-before-agreement-after",
        "a second later",
        EARLY_BIRD,
        "return-both",
        AGREED_AT + 30 * DAY + 1,
        LATE,
    ),
    ("return-fault", "a fault may be told later", CAME, "return-one", WINDOW + 1, "ok"),
    (
        "return-too-many",
        "more pieces than there are",
        (*CAME, "return-one"),
        "return-both",
        CAME_AT,
        ILLEGAL,
    ),
    (
        "return-sent-unaccepted",
        "sent back before it was accepted",
        (*CAME, "return-one"),
        "return-sent.one",
        CAME_AT,
        ILLEGAL,
    ),
    (
        "return-sent",
        "sent back once it is accepted",
        (*CAME, "return-one", "accepts-one"),
        "return-sent.one",
        CAME_AT,
        "ok",
    ),
    ("return-answer", "an answer", (*CAME, "return-one"), "accepts-one", CAME_AT, "ok"),
    ("return-answer-nothing", "an answer to nothing", CAME, "accepts-one", CAME_AT, ILLEGAL),
    (
        "return-answer-again",
        "a second answer after an acceptance",
        (*CAME, "return-one", "accepts-one"),
        "refuses-one",
        CAME_AT,
        ILLEGAL,
    ),
    (
        "return-answer-better",
        "a refusal may become an acceptance",
        (*CAME, "return-one", "refuses-one"),
        "accepts-one",
        CAME_AT,
        "ok",
    ),
    (
        "return-received-unaccepted",
        "what wasn't accepted isn't taken back",
        (*CAME, "return-one"),
        "return-received.one",
        CAME_AT,
        ILLEGAL,
    ),
    ("not-received", "a delivery denied", CAME, "not-received", CAME_AT, "ok"),
    ("not-received-unknown", "a denial of nothing", CAME, "not-received.unknown", CAME_AT, ILLEGAL),
    (
        "not-received-received",
        "a denial of what the customer has",
        (*CAME, "received"),
        "not-received",
        CAME_AT,
        ILLEGAL,
    ),
    (
        "cancel-refused",
        "a refusal",
        after("cancel-buyer"),
        "cancel-refused",
        CAME_AT,
        "ok",
    ),
    (
        "cancel-refused-unknown",
        "a refusal of nothing",
        after("cancel-buyer"),
        "cancel-refused.unknown",
        CAME_AT,
        ILLEGAL,
    ),
    ("buyers-word", "a seller with a buyer's reason", PREPAID, "cancel.seller", 0, ILLEGAL),
    ("sellers-word", "a buyer with a seller's word", PREPAID, "shipped.buyer", 0, ILLEGAL),
    ("sale-ship", "a customer that sells ships", SALE, "shipped.sale", 0, "ok"),
    ("sale-ship-vendor", "a vendor that buys doesn't", SALE, "shipped.sale-vendor", 0, ILLEGAL),
    ("lease-over", "a lease is over when it is", LEASED, "return-lease", WINDOW + DAY, "ok"),
    ("ask-twice", "asked already", after("cancel-buyer"), "cancel-buyer-again", 0, ILLEGAL),
    ("ship-after-asked", "the parcel had left", after("cancel-buyer"), "shipped", 0, "ok"),
]


def _say(file: VectorFile) -> None:
    for name, comment, steps, label, now, code in SAY:
        given = {"set": steps, "say": label, "now": now or events()[label].message.created}
        if code == "ok":
            file.ok("say", f"say-{name}", comment, given)
        else:
            file.bad("say", f"say-{name}", code, comment, given)
