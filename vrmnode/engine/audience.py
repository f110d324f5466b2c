"""What each audience sees of an intent, byte for byte (`intent publish --dry-run`).

Of an intent to named vendors that is what `named_intent` would send at the first attempt, signed as
it would be.
"""

from __future__ import annotations

from vrmnode.engine.customer.castings import Prepared
from vrmnode.engine.customer.intent_desk import PreparedIntent
from vrmnode.engine.customer.named_intent import PreparedNamedIntent, ToldVendor
from vrmnode.engine.identity import NodeIdentity
from vrmprotocol import bodies, keys, message, sealing, terms_text
from vrmprotocol.draft import deal_id

Json = dict[str, object]


def of(prepared: Prepared, identity: NodeIdentity, now: int) -> list[Json]:
    """One entry per audience of an intent that isn't recorded yet."""
    if isinstance(prepared, PreparedNamedIntent):
        return of_named_intent(prepared, identity, now)
    return of_intent(prepared)


def of_named_intent(prepared: PreparedNamedIntent, identity: NodeIdentity, now: int) -> list[Json]:
    """One entry for each vendor, one for everybody else, one for what stays here."""
    told = [_of_vendor(each, identity, now) for each in prepared.told]
    names = [
        {"vendor": keys.to_did(each.vendor.root), "vendor_name": each.vendor.name}
        for each in prepared.told
    ]
    return [
        *told,
        {
            "audience": "everyone else: only that sealed mail goes to the tag of each profile",
            "size": 0,
            "bytes_hex": "",
            "decoded": {"mails": len(told), "sealed_bytes": _sealed_sizes(told)},
        },
        {
            "audience": "nobody: stays on this node",
            "size": 0,
            "bytes_hex": "",
            "decoded": {
                "label": prepared.label,
                "acceptance": readable(prepared.acceptance),
                "to": names,
            },
        },
    ]


def _of_vendor(each: ToldVendor, identity: NodeIdentity, now: int) -> Json:
    key = identity.pseudonym(each.key_context)
    signed = message.sign(
        kind="sealed_intent",
        deal=deal_id(key.public, each.vendor.root),
        seq=0,
        prev=None,
        key=key,
        recipient=each.vendor.subject,
        created=now,
        received=(),
        body=each.sealed(key.public),
    )
    return {
        "audience": f"{each.vendor.name} ({keys.to_did(each.vendor.root)}) alone",
        "size": len(signed.raw),
        "bytes_hex": signed.raw.hex(),
        "decoded": {
            "kind": signed.kind,
            "author": keys.to_did(signed.author),
            "recipient": keys.to_did(signed.recipient),
            "deal": signed.deal.hex(),
            "created": signed.created,
            "body": readable(bodies.to_wire(signed.body)),
        },
    }


def _sealed_sizes(told: list[Json]) -> list[int]:
    """The sizes that the sealed mails have, each once."""
    return sorted({sealing.size_class(int(str(each["size"]))) for each in told})


def of_intent(prepared: PreparedIntent) -> list[Json]:
    """One entry per audience: who it is, the bytes it gets, and these bytes decoded."""
    sent = prepared.envelope
    return [
        {
            "audience": "everyone in the market",
            "size": len(sent.raw),
            "bytes_hex": sent.raw.hex(),
            "decoded": {
                "kind": sent.kind,
                "topic": sent.topic,
                "author": keys.to_did(sent.author),
                "created": sent.created,
                "expires": sent.expires,
                "stamp": sent.stamp.hex(),
                "body": readable(bodies.to_wire(prepared.body)),
            },
        },
        {
            "audience": "a vendor that answers: nothing more, until you accept its offer",
            "size": 0,
            "bytes_hex": "",
            "decoded": {},
        },
        {
            "audience": "nobody: stays on this node",
            "size": 0,
            "bytes_hex": "",
            "decoded": _kept(prepared),
        },
    ]


def terms_of(prepared: Prepared) -> list[Json]:
    """The choices that are proffered, in the customer's order, each with its text."""
    return [
        {
            "terms": choice.terms,
            "addendum": readable(choice.addendum),
            "text": terms_text.page(choice.terms, choice.addendum),
        }
        for choice in prepared.body.choices
    ]


def _kept(prepared: PreparedIntent) -> Json:
    kept: Json = {"label": prepared.label, "acceptance": readable(prepared.acceptance)}
    if prepared.private_maximum is not None:
        kept["private_maximum"] = str(prepared.private_maximum)
    return kept


def readable(value: object) -> object:
    """The same value as JSON can show it: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(name): readable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [readable(item) for item in value]
    return value
