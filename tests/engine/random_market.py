"""A market in which everything goes wrong, drawn from one number; the same number, the same market.

Customers and vendors act at random over a bad link, with clocks that differ, crashes, and vendors
restored from old backups. Some offers are for less than was asked for; some customers and vendors
sign what their node would refuse to sign. What has to hold all the same is in `market_invariants`.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from functools import partial

import apsw
import msgspec

from tests.engine import dishonest
from tests.engine.world import SKU, SimNode, World
from vrmnode.engine.customer import intent_desk, intent_extension, named_intent
from vrmnode.engine.vendor import shop
from vrmnode.errors import ServiceError
from vrmnode.storage import catalogue, deals, intents, messages, pseudonyms, settings
from vrmnode.storage.database import Database
from vrmnode.storage.deals import Deal
from vrmnode.vendor import responder
from vrmnode.vendor.responder import Reply
from vrmprotocol.envelope import Envelope
from vrmprotocol.market import Intent

CUSTOMERS = [f"customer-{n}" for n in (1, 2, 3)]
VENDORS = [f"vendor-{n}" for n in (1, 2, 3, 4)]
_LATE_S = 2 * 600 + 1
"""After the time on one clock it is over on every other one as well."""
MOST_INTENTS = 2
"""Of each customer that stand at the same time."""


class RandomMarket:
    """The market of one seed.

    Args:
        databases: one for each customer and vendor; emptied here.
    """

    def __init__(self, databases: dict[str, Database], seed: int) -> None:
        self.rng = random.Random(seed)
        vendors = VENDORS[: self.rng.randint(2, len(VENDORS))]
        here = CUSTOMERS[: self.rng.randint(1, len(CUSTOMERS))] + vendors
        self.world = World(
            {name: databases[name] for name in here},
            seed,
            stock=[self.rng.choice([0, 1, 3, 5, 8, 13]) for _ in vendors],
            skews=[self.rng.randint(-600, 600) for _ in here],
        )
        self.supplied = dict(self.world.stock)
        """What each vendor has had on its shelf, as far as its database goes back."""
        self.two_faced = vendors[0] if self.rng.random() < 0.3 else None
        self.restored: set[str] = set()
        self.done: Counter[str] = Counter()
        self.told: list[str] = ["first publish"]
        self._backups: dict[str, tuple[apsw.Connection, int]] = {}
        for node in self.world.nodes.values():
            node.restart()
        self.world.introduce()
        for name in vendors:
            self._set_policy(name)

    def run(self, watch: Callable[[RandomMarket], None]) -> None:
        """Some steps and then good weather; `watch` is called after each."""
        self._publish()
        watch(self)
        for _ in range(self.rng.randint(15, 60)):
            (act,) = self.rng.choices(list(_ACTS), list(_ACTS.values()))
            name = act.__name__.lstrip("_").replace("_", " ")
            self.told.append(name)
            self.done[name] += 1
            act(self)
            watch(self)
        self.told.append("good weather")
        self.world.heal()
        watch(self)

    def answer(self, intent: Intent, *args: object, **others: object) -> Reply:
        """As the responder does, but at times about fewer pieces than were asked for."""
        if self.rng.random() < 0.3:
            fewer = self.rng.randint(1, intent.eligible_quantity)
            intent = msgspec.structs.replace(intent, eligible_quantity=fewer)
            self.done["offer fewer"] += 1
        return responder.answer(intent, *args, **others)  # type: ignore[arg-type]

    def _note(self, words: str) -> None:
        self.told[-1] += f" {words}"

    def _node(self) -> SimNode:
        return self.rng.choice(list(self.world.nodes.values()))

    def _customer(self) -> SimNode:
        return self.world.nodes[self.rng.choice(self.world.customers)]

    def _vendor(self) -> SimNode:
        return self.world.nodes[self.rng.choice(self.world.vendors)]

    def _some_vendors(self) -> list[str]:
        return self.rng.sample(self.world.vendors, self.rng.randint(1, len(self.world.vendors)))

    def _deal_of(self, node: SimNode, state: str) -> Deal | None:
        found = deals.list_deals(node.reader, state=state)
        return self.rng.choice(found) if found else None

    # What customers do.

    def _publish(self) -> None:
        who = self._customer()
        if len(intents.list_intents(who.reader, "active")) < MOST_INTENTS:
            quantity, automatic = self.rng.randint(1, 5), self.rng.random() < 0.4
            to = self._some_vendors() if self.rng.random() < 0.3 else []
            self._note(f"{who.name} {quantity} pieces {' '.join(to)}")
            with contextlib.suppress(ServiceError):  # a named one's profile never came
                self.world.publish(who.name, quantity, automatic, to=to)

    def _accept(self) -> None:
        self._about_an_offer("offer.accept")

    def _decline(self) -> None:
        self._about_an_offer("offer.decline", reason="too_expensive")

    def _ask(self) -> None:
        self._about_an_offer("offer.ask", text="Is it new?")

    def _counter(self) -> None:
        total = self.rng.randint(2_000, 20_000)
        self._about_an_offer("offer.counter", total=f"{total // 100}.{total % 100:02} EUR")

    def _about_an_offer(self, command: str, **params: object) -> None:
        who = self._customer()
        rows = deals.list_deals(who.reader, role="customer", state="offered")
        still_open = {row.deal for row in rows}
        found = messages.offers(who.reader)
        if self.rng.random() < 0.9:
            found = [each for each in found if each.deal in still_open] or found
        if found:
            offer = self.rng.choice(found).digest.hex()
            done = self.world.run_command(who.name, command, offer=offer, **params)
            self._note(f"{who.name} {offer[:8]}{'' if done else ' refused'}")

    def _withdraw(self) -> None:
        who = self._customer()
        if row := self._deal_of(who, "accepted"):
            self._note(f"{who.name} {row.deal.hex()[:8]}")
            self.world.run_command(who.name, "deal.withdraw", deal=row.deal.hex())

    def _buy_and_withdraw(self) -> None:
        """Accept and take it back before anything of it has left."""
        who = self._customer()
        rows = deals.list_deals(who.reader, role="customer", state="offered")
        for row in rows[:1]:
            offer = (row.offer_digest or b"").hex()
            if self.world.run_command(who.name, "offer.accept", offer=offer):
                self.world.run_command(who.name, "deal.withdraw", deal=row.deal.hex())

    def _miss_a_confirmation(self) -> None:
        """Accept, hear nothing until that was too late, and then want everything else as well."""
        who, hasty = self._customer(), self.two_faced or self._vendor().name
        for name in self.world.vendors:
            minutes = 5 if name == hasty else 1440
            self._set_policy(name, answer=True, offer_valid_minutes=minutes, confirm_minutes=1)
            self._stock_up(self.world.nodes[name], 1)
        self.world.publish(who.name, 1, automatic=False)
        self.world._settle()
        first, others = self._hasty_and_others(who, hasty)
        if first is None or not others:
            return
        self.world.run_command(who.name, "offer.accept", offer=(first.offer_digest or b"").hex())
        self.world.pump(who.name)
        if self.rng.random() < 0.3:
            self.world.link.clear()
        self.world.now = (first.confirm_by or 0) + _LATE_S - who.skew
        who.run_timers()
        self._note(f"{who.name} {first.deal.hex()[:8]}")
        heard = self.rng.random() < 0.7
        if heard:
            self.world._settle()
        for row in others:
            self.world.run_command(who.name, "offer.accept", offer=(row.offer_digest or b"").hex())
        if heard:
            self.world._settle()
            self._contradict_in(first.deal)

    def _hasty_and_others(self, who: SimNode, hasty: str) -> tuple[Deal | None, list[Deal]]:
        """The open deals of a customer's newest intent: with one vendor, and with the others."""
        rows = deals.list_deals(who.reader, role="customer", state="offered")
        newest = next((own.intent_id for own in intents.list_intents(who.reader)), None)
        rows = [row for row in rows if row.intent_id == newest]
        root = self.world.nodes[hasty].machine.identity.root
        first = next((row for row in rows if row.vendor_root == root), None)
        return first, [row for row in rows if row.vendor_root != root]

    def _withdraw_intent(self) -> None:
        self._update_intent(extended=False)

    def _extend_intent(self) -> None:
        self._update_intent(extended=True)

    def _update_intent(self, *, extended: bool) -> None:
        who = self._customer()
        found = intents.list_intents(who.reader, "active")
        if not found:
            return
        own = self.rng.choice(found)
        self._note(f"{who.name} {own.intent_id.hex()[:8]}")
        if named_intent.is_named(own):
            with contextlib.suppress(ServiceError):
                if extended:
                    who.turn(partial(named_intent.extend, own=own, valid_s=9 * 86_400))
                else:
                    who.turn(partial(named_intent.withdraw, own=own, reason=""))
            return
        (name,) = pseudonyms.of_intent(who.reader, own.intent_id)
        if extended:
            prepare: Callable[..., Envelope] = partial(intent_extension.prepare, own, 9 * 86_400)
            record: Callable[..., object] = intent_extension.record
        else:
            prepare = partial(intent_desk.prepare_withdrawal, own)
            record = partial(intent_desk.record_withdrawal, reason="")
        try:
            update = prepare(
                key=who.machine.identity.pseudonym(name.key_context),
                now=who.machine.clock(),
                random=self.world.rng.randbytes,
                grind=lambda core, bits: bytes(8),
            )
            who.turn(partial(record, own=own, update=update))
        except ServiceError:
            self._note("refused")

    def _change_own_policy(self) -> None:
        who, mode = self._customer(), self.rng.choice(["manual", "automatic"])
        self._note(f"{who.name} {mode}")
        rules = {"mode": mode, "vendors": "any", "max_total": "500.00 EUR", "wait_offers": 1}
        self.world.run_command(who.name, "policy.set", **rules)

    def _regret(self) -> None:
        """A customer withdraws what it knows to be agreed, as its node wouldn't."""
        who = self._customer()
        if row := self._deal_of(who, "agreed"):
            self._note(f"{who.name} {row.deal.hex()[:8]}")
            who.turn(partial(dishonest.sign, deal=row.deal, body_of=dishonest.withdrawal))

    # What vendors do.

    def _reply(self) -> None:
        who = self._vendor()
        asked = messages.received_of_kind(who.reader, "question", 10)
        if asked:
            question = self.rng.choice(asked).digest.hex()
            self.world.run_command(who.name, "vendor.reply", question=question, text="Yes.")

    def _supply(self) -> None:
        self._stock_up(self._vendor(), self.rng.randint(1, 3))

    def _stock_up(self, who: SimNode, more: int) -> None:
        before = _on_shelf(who)
        changes = {"stock": before + more}
        self.world.run_command(who.name, "catalogue.change", sku=SKU, changes=changes)
        self.supplied[who.name] += _on_shelf(who) - before

    def _change_shop(self) -> None:
        self._set_policy(self._vendor().name)

    def _set_policy(self, name: str, **fixed: object) -> None:
        policy: dict[str, object] = {
            "reserve": self.rng.random() < 0.5,
            "answer": self.rng.random() < 0.9,
            "offer_valid_minutes": self.rng.choice([5, 60, 1440]),
            "reserve_minutes": self.rng.choice([5, 60]),
            "confirm_minutes": self.rng.choice([1, 30, 600]),
        }
        if self.rng.random() < 0.5:
            policy["counter"] = {"rounds": 3, "most_percent": 20, "step_percent": 10}
        policy |= fixed
        self.world.nodes[name].turn(lambda ctx: settings.put(ctx.tx, shop.POLICY, policy))

    def _contradict(self) -> None:
        """A two-faced vendor countersigns what it has declined, or declines it as well."""
        who = None if self.two_faced is None else self.world.nodes[self.two_faced]
        state, body_of = self.rng.choice(
            [("declined", dishonest.countersignature), ("agreed", dishonest.second_thoughts)]
        )
        if who and (row := self._deal_of(who, state)):
            self._note(f"{who.name} {row.deal.hex()[:8]}")
            who.turn(partial(dishonest.sign, deal=row.deal, body_of=body_of))

    def _contradict_in(self, deal: bytes) -> None:
        """The two-faced vendor says yes after its no, when the customer has bought elsewhere."""
        who = None if self.two_faced is None else self.world.nodes[self.two_faced]
        row = None if who is None else deals.get(who.reader, deal)
        if who is not None and row is not None and row.state == "declined":
            self.done["late yes"] += 1
            who.turn(partial(dishonest.sign, deal=deal, body_of=dishonest.countersignature))

    # What befalls them.

    def _pump(self) -> None:
        self.world.pump(self._node().name)

    def _deliver(self) -> None:
        self.world.deliver(self.rng.randrange(1000), keep=self.rng.random() < 0.3)

    def _lose(self) -> None:
        self.world.lose(self.rng.randrange(1000))

    def _lose_everything(self) -> None:
        self.world.link.clear()

    def _settle(self) -> None:
        self.world._settle()

    def _wait(self) -> None:
        self.world.now += self.rng.choice([1, 5, 60, 900, 7_200, 40_000])

    def _run_timers(self) -> None:
        self._node().run_timers()

    def _crash(self) -> None:
        who = self._node()
        self._note(who.name)
        who.crash_next = True

    def _restart(self) -> None:
        who = self._node()
        self._note(who.name)
        who.restart()

    def _back_up(self) -> None:
        who = self._vendor()
        self._backups[who.name] = who.copy(), self.supplied[who.name]
        self._note(who.name)

    def _restore(self) -> None:
        if self._backups:
            who = self.world.nodes[self.rng.choice(sorted(self._backups))]
            copy, self.supplied[who.name] = self._backups[who.name]
            who.restore(copy)
            self.restored.add(who.name)
            self._note(who.name)


_ACTS: dict[Callable[[RandomMarket], None], int] = {
    RandomMarket._publish: 3,
    RandomMarket._accept: 14,
    RandomMarket._decline: 2,
    RandomMarket._ask: 1,
    RandomMarket._counter: 3,
    RandomMarket._withdraw: 3,
    RandomMarket._buy_and_withdraw: 3,
    RandomMarket._miss_a_confirmation: 2,
    RandomMarket._withdraw_intent: 1,
    RandomMarket._extend_intent: 1,
    RandomMarket._change_own_policy: 2,
    RandomMarket._regret: 1,
    RandomMarket._reply: 1,
    RandomMarket._supply: 1,
    RandomMarket._change_shop: 1,
    RandomMarket._contradict: 4,
    RandomMarket._pump: 10,
    RandomMarket._deliver: 20,
    RandomMarket._lose: 4,
    RandomMarket._lose_everything: 2,
    RandomMarket._settle: 6,
    RandomMarket._wait: 6,
    RandomMarket._run_timers: 8,
    RandomMarket._crash: 4,
    RandomMarket._restart: 2,
    RandomMarket._back_up: 3,
    RandomMarket._restore: 2,
}
"""How often each of them happens, beside the others."""


def _on_shelf(who: SimNode) -> int:
    product = catalogue.get(who.reader, SKU)
    assert product is not None and product.stock is not None
    return product.stock
