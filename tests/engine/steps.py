"""Short ways to bring a world to the point that a test is about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.engine.world import SimNode, World
from vrmnode.engine import commands, inbound
from vrmnode.engine.context import Context
from vrmnode.engine.customer import named_intent
from vrmnode.engine.machine import Outcome
from vrmnode.engine.records import intent_body, load_deal, load_message
from vrmnode.engine.vendor import shop
from vrmnode.storage import deals, events, intents, market, messages, outbox, pseudonyms, settings
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.market import MarketIntent
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.pseudonyms import Pseudonym
from vrmnode.storage.tags import WatchedTag
from vrmprotocol import envelope, message, topics
from vrmprotocol import market as market_bodies
from vrmprotocol.bodies import MailBody, kind_of
from vrmprotocol.envelope import Envelope
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import Intent, IntentUpdate
from vrmprotocol.message import SignedMessage

NAMES = ["customer-1", "customer-2", "vendor-1", "vendor-2"]
CUSTOMER, OTHER_CUSTOMER, VENDOR, OTHER_VENDOR = NAMES


def set_shop_policy(world: World, vendor: str, **policy: object) -> None:
    """Replace the policy of a vendor's shop, without publishing a profile.

    It is paid at the door unless the policy says otherwise: then nothing follows an agreement.
    """
    whole = {"payment": {"due": "on_delivery"}, **policy}
    world.nodes[vendor].turn(lambda ctx: settings.put(ctx.tx, shop.POLICY, whole))


def only_does(world: World, function: str) -> None:
    """The first vendor does this with its product, and nothing else."""

    def change(ctx: Context) -> None:
        ctx.tx.run("UPDATE products SET business_function = ?", (function,))
        details = {"name": "Shop", "area_served": ["NL"], "business_function": [function]}
        settings.put(ctx.tx, shop.PROFILE, details)

    in_turn(world, VENDOR, change)


def command(world: World, who: str, name: str, /, **params: object) -> object:
    """An owner's command; raises what the node answers."""
    return world.nodes[who].machine.turn(partial(commands.run, command=name, params=params))


def pass_on(world: World, *names: str) -> None:
    """Let these nodes send what is due, and deliver everything on the link."""
    for name in names:
        world.pump(name)
    while world.link:
        world.deliver(0, keep=False)


def stay_silent(world: World, *names: str) -> None:
    """Close these nodes' shops."""
    for name in names:
        set_shop_policy(world, name, answer=False)


def offered(
    world: World, *, quantity: int = 1, vendors: tuple[str, ...] = (VENDOR,), **asked: Any
) -> Deal:
    """A manual intent that these vendors have answered; the first one's deal, the customer's."""
    stay_silent(world, *(name for name in world.vendors if name not in vendors))
    world.publish(CUSTOMER, quantity, automatic=False, **asked)
    pass_on(world, CUSTOMER)
    pass_on(world, *vendors)
    return deal_with(world, CUSTOMER, vendors[0])


def accepted(world: World, **asked: object) -> Deal:
    """`offered`, and the customer has accepted; nothing of that has left its node."""
    row = offered(world, **asked)  # type: ignore[arg-type]
    command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    return deal_with(world, CUSTOMER, VENDOR)


def agreed(world: World) -> Deal:
    """`accepted`, and the vendor's answer has arrived."""
    accepted(world)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    return deal_with(world, CUSTOMER, VENDOR)


def deal_with(world: World, who: str, vendor: str) -> Deal:
    """The newest deal of a node with a vendor."""
    root = world.nodes[vendor].machine.identity.root
    found = [row for row in deals.list_deals(world.nodes[who].reader) if row.vendor_root == root]
    return max(found, key=lambda row: row.created)


def own_intent(world: World, who: str = CUSTOMER) -> OwnIntent:
    """The newest intent of a node."""
    return intents.list_intents(world.nodes[who].reader)[0]


def pseudonym(world: World, who: str = CUSTOMER) -> Pseudonym:
    """The name under which a node told its newest intent."""
    (found,) = pseudonyms.of_intent(world.nodes[who].reader, own_intent(world, who).intent_id)
    return found


def told(world: World, who: str) -> list[StoredMessage]:
    """A node's own messages of its only deal, by sequence number."""
    reader = world.nodes[who].reader
    (row,) = deals.list_deals(reader)
    own = [item for item in messages.list_messages(reader, row.deal) if item.own]
    return sorted(own, key=lambda item: item.seq)


def kinds(world: World, who: str) -> list[str]:
    """The kinds of a node's own messages of its only deal."""
    return [item.kind for item in told(world, who)]


def event_types(world: World, who: str) -> list[str]:
    """What a node's log says has happened, oldest first."""
    return [event.type for event in events.after(world.nodes[who].reader, 0, 500)]


def queued(world: World, who: str) -> list[outbox.OutboxRow]:
    """What a node still has to send."""
    return outbox.due(world.nodes[who].reader, world.now + 10**6, 500)


def vendor_says(
    world: World, body: MailBody, *, seq: int, prev: bytes | None = None, **changes: object
) -> SignedMessage:
    """A message of the first vendor to the customer in their deal, with whatever number."""
    row = deal_with(world, CUSTOMER, VENDOR)
    key, _ = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)
    fields: dict[str, object] = {
        "kind": kind_of(body),
        "deal": row.deal,
        "seq": seq,
        "prev": prev or (bytes(32) if seq else None),
        "key": key,
        "recipient": row.customer,
        "created": world.now,
        "received": (),
        "body": body,
        **changes,
    }
    return message.sign(**fields)  # type: ignore[arg-type]


def hand_over(world: World, who: str, raw: bytes, *, deal: bytes | None = None) -> Outcome:
    """Give a node an inner message as if it had come under a tag of the deal, or of its intent."""
    owner = deal or pseudonym(world, who).pseudonym
    watched = WatchedTag(
        tag=bytes(16), kind="deal" if deal else "intent", owner=owner, until=world.now + 1
    )
    action = partial(inbound.receive, watched=watched, inner=raw, body_bytes=4096, work=16)
    return world.nodes[who].machine.turns([action])[0]


def first_offer(world: World) -> SignedMessage:
    """The first vendor's offer as the customer has it."""
    row = deal_with(world, CUSTOMER, VENDOR)
    record = load_deal(world.nodes[CUSTOMER].reader, row.deal)
    return next(iter(record.state.offers.values()))


def interpreted(stored: StoredMessage) -> SignedMessage:
    """A stored message as it reads."""
    loaded = load_message(stored.raw)
    assert isinstance(loaded, SignedMessage)
    return loaded


def update(
    world: World,
    *,
    seq: int,
    status: str = "active",
    who: str = CUSTOMER,
    lives_s: int = 0,
    **changes: object,
) -> Envelope:
    """A signed update of the customer's intent, however the test wants it."""
    node, own = world.nodes[who], own_intent(world, who)
    body: Intent = intent_body(own)
    changed = replace_body(body, valid_through=body.valid_through + lives_s, **changes)
    return market_envelope(
        node,
        "intent_update",
        market_bodies.to_body(
            IntentUpdate(
                v=1,
                salt=world.rng.randbytes(16),
                seq=seq,
                status=status,  # type: ignore[arg-type]
                intent=changed,
            )
        ),
        changed,
        node.machine.identity.pseudonym(pseudonym(world, who).key_context),
    )


def replace_body(body: Intent, **changes: object) -> Intent:
    """The same intent with other fields."""
    fields = {name: getattr(body, name) for name in body.__struct_fields__}
    return Intent(**{**fields, **changes})


def market_envelope(
    node: SimNode, kind: str, raw_body: bytes, body: Intent, key: SigningKey
) -> Envelope:
    """A signed market envelope with an empty stamp."""
    now = node.machine.clock()
    return envelope.build_stamped(
        kind=kind,
        topic=topics.market_topic(body.area.country, body.item_offered.category),
        tag=None,
        body=raw_body,
        created=now - now % 600 - 1200,
        expires=body.valid_through,
        signing_key=key,
        grind=lambda core, bits: bytes(8),
    )


def kept_in(world: World, who: str, topic: str) -> list[Envelope]:
    """The envelopes of a topic that a node keeps, the one that came last first."""
    rows = world.nodes[who].reader.rows(
        "SELECT raw FROM envelopes WHERE topic = ? ORDER BY rowid DESC", (topic,)
    )
    return [envelope.unsecure_load(raw) for (raw,) in rows]


def take(world: World, who: str, arrived: Envelope) -> Outcome:
    """Give a node an envelope as the gate would."""
    action = partial(inbound.accept_envelope, arrived=arrived)
    return world.nodes[who].machine.turns([action])[0]


def in_turn(world: World, who: str, action: Callable[[Context], object]) -> object:
    """Run a turn on a node; the value it gives."""
    return world.nodes[who].machine.turn(action)


def ask(world: World, *vendors: str, quantity: int = 1, automatic: bool = False) -> None:
    """Tell these vendors alone what the customer wants; both of them if none is named."""
    world.publish(CUSTOMER, quantity, automatic, to=vendors or (VENDOR, OTHER_VENDOR))


def waiting(world: World) -> list[outbox.OutboxRow]:
    """What the customer still has to send."""
    return outbox.pending(world.nodes[CUSTOMER].reader, world.now)


def known_sealed(world: World, vendor: str) -> MarketIntent:
    """The sealed intent of a vendor's newest deal, as the vendor has it."""
    row = deal_with(world, vendor, vendor)
    found = market.get_intent(world.nodes[vendor].reader, row.customer)
    assert found is not None
    return found


def extend_named(world: World, days: int) -> int:
    """Let the customer's newest intent stand so many days; its end."""
    own = own_intent(world)
    until = in_turn(world, CUSTOMER, lambda ctx: named_intent.extend(ctx, own, days * 86_400))
    assert isinstance(until, int)
    return until


def withdraw_named(world: World) -> None:
    """Withdraw the customer's newest intent."""
    action = partial(named_intent.withdraw, own=own_intent(world), reason="no_longer_wanted")
    in_turn(world, CUSTOMER, action)


def back_up(world: World, who: str, folder: Path) -> Path:
    """A copy of a node's database as it is now; the one before it is gone."""
    copy = folder / f"{who}.copy"
    copy.unlink(missing_ok=True)
    world.nodes[who].database.backup(copy)
    return copy
