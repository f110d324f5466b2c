"""What each audience sees of an intent, byte for byte (`intent publish --dry-run`)."""

from __future__ import annotations

from vrmnode.engine.intent_desk import PreparedIntent
from vrmprotocol import bodies, keys

Json = dict[str, object]


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
