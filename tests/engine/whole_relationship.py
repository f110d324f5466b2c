"""What customers and vendors do after they have agreed, over a bad link, and what has to hold then.

A `Story` plays steps on a `World` and remembers what an onlooker who sees both sides could know:
which values were ever set, and whether a note could have been within reach when it was read. One
vendor's node may write notes past its own check.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.engine.disclosing import ANNA, DELIVERY_WORD
from tests.engine.two_sides import (
    CUSTOMERS,
    VENDORS,
    buyer_of,
    conversation,
    deals_of,
    known_to,
    reachable,
    record_of,
    seller_of,
)
from tests.engine.world import World
from vrmnode.engine import inbound
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import contact_desk, contact_spread
from vrmnode.engine.feedback import feedback_desk, kept_feedback
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, body_of, load_deal
from vrmnode.engine.relationship import reach_state, relations
from vrmnode.engine.rights import requests
from vrmnode.storage import deals, disclosures, feedback, messages
from vrmnode.storage.database import Database
from vrmnode.storage.deals import Deal
from vrmprotocol import agreement, envelope
from vrmprotocol.message import SignedMessage
from vrmprotocol.order_bodies import OrderEvent
from vrmprotocol.reach import CELLS
from vrmprotocol.reach_bodies import PURPOSES, Note, Reach

Step = tuple[object, ...]
BEGINNING: tuple[Step, ...] = (
    *(("set", who, 0) for who in CUSTOMERS),
    *(("buy", who) for who in CUSTOMERS),
    ("settle",),
    *(("tell", who, at, ["locality", "email"]) for who in CUSTOMERS for at in (0, 1)),
    ("settle",),
)


class Begun:
    """A world after `BEGINNING`, to begin many stories with."""

    def __init__(self, databases: dict[str, Database]) -> None:
        story = Story(World(databases, 7, [5, 5], [0, 0, 0, 0]))
        for step in BEGINNING:
            story.play(step)
        story.world.heal()
        story.check_end()
        self._world, self._said = story.world, story.said
        self._copies = {name: node.copy() for name, node in story.world.nodes.items()}
        self._now = story.world.now

    def story(self, luck: int) -> Story:
        """The world as it was, with other luck."""
        self._world.now, self._world.link, self._world.rng = self._now, [], random.Random(luck)
        for name, node in self._world.nodes.items():
            node.put_back(self._copies[name])
        return Story(self._world, {where: set(said) for where, said in self._said.items()})


def contact_of(who: str, version: int) -> dict[str, str]:
    """The contact data of a customer; some differ with each version."""
    return {**ANNA, "locality": f"Berlin {version}", "email": f"{who}.{version}@mail.example"}


@dataclass
class Story:
    """A world, and what is remembered of it.

    `said` are the values that each customer ever had of a field. `within` says of each note of a
    vendor's whether it was within reach at any moment since it was written.
    """

    world: World
    said: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    within: dict[bytes, bool] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def play(self, step: Step) -> None:
        """Do one step, and look at the notes that are on their way before and after it."""
        self._watch_notes()
        if not self.world.happen(step):
            self._act(step)
        self._watch_notes()

    def _act(self, step: Step) -> None:
        world = self.world
        match step:
            case ("buy", str(who)):
                if len(deals_of(world, who)) < 3:
                    world.publish(who, 1, automatic=True)
            case ("restart", str(who)):
                world.nodes[who].restart()
            case ("set", str(who), int(version)):
                values = contact_of(who, version)
                for name, value in values.items():
                    self.said.setdefault((who, name), set()).add(value)
                world.run_command(who, "contact.set", **values)
            case ("plan", str(who), int(version), int(days)):
                values = contact_of(who, version)
                for name, value in values.items():
                    self.said.setdefault((who, name), set()).add(value)
                since = world.now + days * 86_400
                world.run_command(who, "contact.set", **values, effective_from=since)
            case ("drop", str(who)):
                world.run_command(who, "contact.remove", fields=["email"])
            case ("tell", str(who), int(at), list(names)):
                for row in _chosen(world, who, at):
                    world.run_command(who, "deal.disclose", deal=row.deal.hex(), fields=names)
            case ("reach", str(who), int(at), str(status), list(purposes)):
                for row in _chosen(world, who, at):
                    world.run_command(
                        who,
                        "relation.reach",
                        relation=row.deal.hex(),
                        status=status,
                        channels=["message", "email"],
                        purposes=purposes,
                    )
            case ("right", str(who), int(at), str(right)):
                for row in _chosen(world, who, at):
                    world.run_command(who, "rights.request", deal=row.deal.hex(), right=right)
            case (("pause" | "resume" | "end") as word, str(who), int(at)):
                for row in _chosen(world, who, at):
                    world.run_command(who, f"relation.{word}", relation=row.deal.hex())
            case ("begin", str(who), int(at), str(word)):
                for row in _chosen(world, who, at):
                    world.nodes[who].turn(partial(_event, deal=row.deal, word=word))
            case _:
                self._talk(step)

    def _talk(self, step: Step) -> None:
        world = self.world
        match step:
            case ("write", str(who), int(at), str(purpose)):
                for row in _chosen(world, who, at):
                    self._write(who, row, purpose)
            case ("write anyway", str(who), int(at), str(purpose)):
                for row in _chosen(world, who, at):
                    anyway = partial(_anyway, deal=row.deal, purpose=purpose)
                    self._note_new(who, row, partial(world.nodes[who].turn, anyway))
            case ("revoke and write", str(who), int(at), str(purpose)):
                for row in _chosen(world, who, at):
                    self.play(("reach", who, at, "revoked", [purpose]))
                    for waited in (("settle",), ("wait", 5), ("settle",)):
                        self.play(waited)
                    self._write(seller_of(world, row.deal), row, purpose)
            case ("change one's mind", str(who), int(at), int(rating)):
                for said in (rating, 6 - rating):
                    self.play(("feedback", who, at, said, False))
                    self.play(("timers", who))
            case ("ask", str(who), int(at)):
                for row in _chosen(world, who, at):
                    named = {"relation": row.deal.hex(), "text": "Where is it?"}
                    world.run_command(who, "relation.write", **named)
            case ("answer", str(who), int(at)):
                for row in _chosen(world, who, at):
                    self._answer(who, row)
            case ("feedback", str(who), int(at), int(rating), bool(sealed)):
                for row in _chosen(world, who, at):
                    how = {"sealed": True} if sealed else {"now": True}
                    world.run_command(
                        who, "feedback.give", deal=row.deal.hex(), rating=rating, **how
                    )
            case ("withdraw feedback", str(who), int(at)):
                for row in _chosen(world, who, at):
                    world.run_command(who, "feedback.withdraw", deal=row.deal.hex(), now=True)
            case ("repeat feedback", str(who)):
                pass_feedback(world, who)
            case _:
                raise AssertionError(f"no such step: {step}")

    def _write(self, who: str, row: Deal, purpose: str) -> None:
        """By the vendor's own node: never beyond what it has acknowledged."""
        before = _revoked_and_known(self.world, row, purpose)
        named = {"relation": row.deal.hex(), "text": "Hello.", "purpose": purpose}
        wrote = self._note_new(
            who, row, partial(self.world.run_command, who, "relation.write", **named)
        )
        assert not (wrote and before), "written after a revocation that was acknowledged"
        self.counts["refused to write"] += before

    def _answer(self, who: str, row: Deal) -> None:
        asked = [
            each.digest.hex()
            for each in conversation(self.world, who, row.deal).notes
            if each.author == row.customer
        ]
        if asked:
            named = {"relation": row.deal.hex(), "text": "Here.", "answers": asked[0]}
            self.world.run_command(who, "relation.write", **named)

    def _note_new(self, who: str, row: Deal, write: Callable[[], object]) -> bool:
        """Whether a note of the vendor's came about; it isn't known to be within reach yet."""
        before = _notes(self.world, who, row.deal)
        write()
        new = _notes(self.world, who, row.deal) - before
        self.within.update(dict.fromkeys(new, False))
        return bool(new)

    def _watch_notes(self) -> None:
        """A note that was once within reach may have been read then."""
        open_notes = {digest for digest, was in self.within.items() if not was}
        if not open_notes:
            return
        for who in VENDORS:
            for row in deals_of(self.world, who):
                buyer = buyer_of(self.world, row.deal)
                granted = reachable(self.world, buyer, row.deal)
                for each in _own_notes(self.world, who, row.deal):
                    assert isinstance(each.body, Note)
                    if each.digest in open_notes and each.body.purpose is not None:
                        status = granted.status("message", each.body.purpose)
                        self.within[each.digest] = status == "granted"

    def check_always(self) -> None:
        """What holds at every moment."""
        for who in VENDORS:
            for row in deals.list_deals(self.world.nodes[who].reader, role="vendor"):
                known = known_to(self.world, who, row.deal)
                assert row.state == "agreed" or not known, "kept of a deal that isn't agreed"
                buyer = buyer_of(self.world, row.deal) if known else ""
                for name, value in known.items():
                    assert value in self.said[buyer, name], "nobody ever said that"
                    assert name in _told_fields(self.world, buyer, row.deal), "nobody told that"
        for who in CUSTOMERS:
            self._check_list(who, at_rest=False)

    def _check_list(self, who: str, *, at_rest: bool) -> None:
        """The owner's list of who has which value says what is so."""
        node = self.world.nodes[who]
        data = contact_desk.stored(node.reader, node.machine.vault, self.world.now)
        own = data.values
        for listed in contact_spread.status(node.reader, node.machine.vault, self.world.now):
            deal = bytes.fromhex(str(listed["deal"]))
            known = known_to(self.world, seller_of(self.world, deal), deal)
            fields = listed["fields"]
            assert isinstance(fields, dict)
            for name, shown in fields.items():
                has, waits = shown["has"], shown.get("on_its_way") is True
                if has == "new":
                    assert known.get(name) == own.get(name), "not what the list says is new"
                elif has == "nothing":
                    assert name not in known, "the list says that nothing is there"
                elif has == "old" and not waits and name in known:
                    # Who wasn't told what is planned has the old one, also while that still holds.
                    is_old = known[name] != own.get(name) or name in data.planned
                    assert is_old, "the list says that it is old"
                assert not (at_rest and waits), "on its way for ever"
                self.counts[f"has {has}"] += at_rest

    def check_end(self) -> None:
        """What holds once the link has healed and everything has come."""
        for who in CUSTOMERS:
            self._check_list(who, at_rest=True)
            for row in deals_of(self.world, who):
                self._check_reach(who, row)
                self._check_rights(who, row)
        for who in (*CUSTOMERS, *VENDORS):
            pass_feedback(self.world, who)
        self._check_feedback()

    def _check_reach(self, who: str, row: Deal) -> None:
        shop = seller_of(self.world, row.deal)
        mine, theirs = (reachable(self.world, node, row.deal) for node in (who, shop))
        assert all(mine.status(*cell) == theirs.status(*cell) for cell in CELLS), "reach differs"
        assert mine.relationship == theirs.relationship
        held, at_shop = (conversation(self.world, node, row.deal) for node in (who, shop))
        assert [n.digest for n in held.notes] == [n.digest for n in at_shop.notes], "notes differ"
        assert held.refused == at_shop.refused, "refusals differ"
        for each in _own_notes(self.world, shop, row.deal):
            if each.digest in self.within and not self.within[each.digest]:
                assert each.digest in held.refused, "read beyond reach"
                self.counts["refused notes"] += 1
        self.counts["notes"] += len(held.notes)
        self.counts[mine.relationship] += 1

    def _check_rights(self, who: str, row: Deal) -> None:
        """Both sides know the same requests, and the same answers."""
        shop = seller_of(self.world, row.deal)
        mine, theirs = (
            requests.of_deal(self.world.nodes[node].reader, record_of(self.world, node, row.deal))
            for node in (who, shop)
        )
        assert [each.digest for each in mine] == [each.digest for each in theirs]
        assert [each.state for each in mine] == [each.state for each in theirs], "rights differ"
        self.counts["requests"] += len(mine)

    def _check_feedback(self) -> None:
        """Every node counts each published opinion once, as it was said last."""
        said: dict[bytes, tuple[bytes, int | None]] = {}
        for who in CUSTOMERS:
            reader = self.world.nodes[who].reader
            for own in feedback.every_own(reader, self.world.nodes[who].machine.vault):
                if own.published_at is not None:
                    row = deals.get(reader, own.deal)
                    assert row is not None
                    said[own.key] = row.vendor_root, feedback_desk._planned(own).rating_value
        for node in self.world.nodes.values():
            for vendor in VENDORS:
                root = self.world.nodes[vendor].machine.identity.root
                rows = feedback.about_vendor(node.reader, root, self.world.now, 100)
                read = {row.key: kept_feedback.read(row).rating_value for row in rows}
                mine = {key: rating for key, (of, rating) in said.items() if of == root}
                assert read == mine, "another opinion than was given"
                given = sum(rating is not None for rating in mine.values())
                assert kept_feedback.counts(rows)["feedback"] == given, "not counted once"
        self.counts["feedback"] += len(said)


def _chosen(world: World, who: str, at: int) -> list[Deal]:
    """One of a node's agreed deals, or none."""
    found = sorted(deals_of(world, who), key=lambda row: row.deal)
    return [found[at % len(found)]] if found else []


def _told_fields(world: World, who: str, deal: bytes) -> set[str]:
    return {
        name for row in disclosures.of_deal(world.nodes[who].reader, deal) for name in row.fields
    }


def _own_notes(world: World, who: str, deal: bytes) -> list[SignedMessage]:
    """The notes that a vendor's node wrote in a deal, opened."""
    held = conversation(world, who, deal)
    author = relations.own_author(record_of(world, who, deal))
    return [each for each in held.notes if each.author == author]


def _notes(world: World, who: str, deal: bytes) -> set[bytes]:
    kept = messages.list_messages(world.nodes[who].reader, deal)
    return {item.digest for item in kept if item.own and item.kind == reach_state.NOTE}


def _revoked_and_known(world: World, row: Deal, purpose: str) -> bool:
    """Whether the customer's last word takes this back, and the vendor has acknowledged it."""
    kept = messages.list_messages(world.nodes[buyer_of(world, row.deal)].reader, row.deal)
    last = None
    for item in sorted(kept, key=lambda each: (each.seq, each.digest)):
        body = body_of(item.raw) if item.own else None
        for one in body.reach if isinstance(body, Reach) else ():
            if (one.channel, one.purpose) == ("message", purpose):
                last = one.status, item.acked_at
    return last is not None and last[0] in ("revoked", "paused") and last[1] is not None


def _event(ctx: Context, deal: bytes, word: str) -> None:
    record = load_deal(ctx.tx, deal)
    body = OrderEvent(agreement=_document(record), event=DELIVERY_WORD[word], at=ctx.now)
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ORDER_LIFETIME_S)


def _anyway(ctx: Context, deal: bytes, purpose: str) -> None:
    """A note past the check of the vendor's own node."""
    record = load_deal(ctx.tx, deal)
    about = next(each for each in PURPOSES if each == purpose)
    body = Note(agreement=_document(record), text="Buy more.", purpose=about)
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ORDER_LIFETIME_S)


def _document(record: DealRecord) -> bytes:
    assert record.state.document is not None
    return agreement.document_digest(record.state.document)


def pass_feedback(world: World, who: str) -> None:
    """A node's own feedback comes to all others once more, the oldest last."""
    reader = world.nodes[who].reader
    rows = reader.rows(
        "SELECT raw FROM envelopes WHERE own = 1 AND kind = 'feedback' ORDER BY rowid DESC"
    )
    for node in world.nodes.values():
        if node.name != who:
            for (raw,) in rows:
                arrived = envelope.unsecure_load(bytes(raw))
                node.turn(partial(inbound.accept_envelope, arrived=arrived))
