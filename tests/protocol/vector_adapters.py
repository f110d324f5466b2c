"""How each operation of the vectors is done with the reference library.

An adapter returns what the case's `output` is compared with (keys that the output lacks aren't
compared), raises ProtocolError, or raises Refused where the specification has no code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.protocol.vectors import Case, value_of
from vrmprotocol import (
    certificate,
    currency,
    ed25519,
    encoding,
    envelope,
    gtin,
    invitation,
    keys,
    language,
    message_file,
    peer_address,
    peer_exchange,
    reconciliation,
    stamp,
    stem_frames,
    submit_frames,
    sync_frames,
    terms,
    topics,
    wellknown,
)
from vrmprotocol.errors import ProtocolError
from vrmprotocol.id_set import IdSet

Adapter = Callable[[Case], dict[str, Any]]


class Refused(Exception):
    """Refused with this word, which is no error code of the protocol."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def decode(case: Case) -> dict[str, Any]:
    raw = case.hex("raw")
    value = encoding.decode(raw, max_bytes=case.given.get("max_bytes", 65_536))
    assert encoding.encode(value) == raw
    return {"value": value}


def encode(case: Case) -> dict[str, Any]:
    return {"raw": encoding.encode(value_of(case.given["value"]))}


def required_bits(case: Case) -> dict[str, Any]:
    return {"bits": envelope.required_bits(case.given["kind"], case.given["body_bytes"])}


def leading_zero_bits(case: Case) -> dict[str, Any]:
    return {"bits": stamp.leading_zero_bits(case.hex("id"))}


def grind(case: Case) -> dict[str, Any]:
    core = case.hex("core")
    found = stamp.grind(core, case.given["bits"], case.given["start"])
    return {"stamp": found, "id": stamp.envelope_id(core, found)}


def check_stamp(case: Case) -> dict[str, Any]:
    identity = stamp.envelope_id(case.hex("core"), case.hex("stamp"))
    if stamp.leading_zero_bits(identity) < case.given["bits"]:
        raise Refused("envelope.stamp")
    return {}


def read_envelope(case: Case) -> dict[str, Any]:
    known = {bytes.fromhex(text) for text in case.given["known"]}
    raw = case.hex("raw")
    assert case.expect == "ok" or envelope.verdict_of(case.expect) == case.output["verdict"]
    read = envelope.verify_and_load(
        raw, topic=case.given["topic"], now=case.given["now"], known=known.__contains__
    )
    fields: dict[str, Any] = {
        "kind": read.kind,
        "topic": read.topic,
        "tag": read.tag,
        "body": read.body,
        "created": read.created,
        "expires": read.expires,
    }
    core = envelope.core_digest(**fields, author=read.author)
    key = keys.SigningKey(bytes.fromhex(case.output["seed"]))
    again = envelope.build(**fields, signing_key=key, stamp=read.stamp)
    assert again.raw == raw == read.raw
    whole = {**fields, "v": 1, "author": read.author, "stamp": read.stamp, "sig": read.sig}
    if read.tag is None:
        del whole["tag"]
    bits = envelope.required_bits(read.kind, len(read.body))
    assert bits <= case.output["bits"]
    return {"id": read.id, "core": core, "fields": whole, "verdict": "accept"}


def read_message_file(case: Case) -> dict[str, Any]:
    found = message_file.read(case.hex("raw"))
    assert message_file.write(found) == case.hex("raw")
    return {"envelopes": [raw.hex() for raw in found]}


def judge_message_file(case: Case) -> dict[str, Any]:
    known = {bytes.fromhex(text) for text in case.given["known"]}
    codes = []
    for raw in message_file.read(case.hex("raw")):
        try:
            read = message_file.verify_envelope(
                raw, now=case.given["now"], known=known.__contains__
            )
            known.add(read.id)
            codes.append("ok")
        except ProtocolError as error:
            codes.append(error.code)
    return {"codes": codes}


def seed(case: Case) -> dict[str, Any]:
    found = {"seed": refused(keys.seed_from_words, case.given["words"])}
    entropy = bytes.fromhex(case.output["entropy"])
    assert keys.words_from_entropy(entropy) == case.given["words"]
    return {**found, "entropy": entropy}


def derive_key(case: Case) -> dict[str, Any]:
    key = keys.derive_signing_key(case.hex("seed"), case.given["label"], case.hex("context"))
    assert key.sign(b"x") == keys.SigningKey(bytes.fromhex(case.output["secret"])).sign(b"x")
    return {"public": key.public}


def sign(case: Case) -> dict[str, Any]:
    key = keys.SigningKey(case.hex("secret"))
    return {"public": key.public, "signature": key.sign(case.hex("message"))}


def verify(case: Case) -> dict[str, Any]:
    if not ed25519.verify(case.hex("public"), case.hex("message"), case.hex("signature")):
        raise Refused("invalid")
    return {}


def to_did(case: Case) -> dict[str, Any]:
    return {"did": keys.to_did(case.hex("public"))}


def from_did(case: Case) -> dict[str, Any]:
    return {"public": refused(keys.from_did, case.given["did"])}


def refused(function: Callable[[str], Any], argument: str) -> Any:
    """The result, or Refused where the library has a code of its own."""
    try:
        return function(argument)
    except ProtocolError as error:
        raise Refused("invalid") from error


def verify_certificate(case: Case) -> dict[str, Any]:
    loaded = certificate.load(encoding.decode_map(case.hex("raw")))
    certificate.verify(loaded, now=case.given["now"])
    again = certificate.issue(
        keys.SigningKey(bytes.fromhex(case.output["root_secret"])),
        subject=loaded.subject,
        serial=loaded.serial,
        not_before=loaded.not_before,
        not_after=loaded.not_after,
    )
    assert encoding.encode(certificate.to_wire(again)) == case.hex("raw")
    return {"sig": loaded.sig}


def all_topics(case: Case) -> dict[str, Any]:
    assert sorted(topics.all_topics()) == sorted(case.output["topics"])
    return {}


def market_topic(case: Case) -> dict[str, Any]:
    return {"topic": topics.market_topic(case.given["country"], case.given["category"])}


def mail_topic(case: Case) -> dict[str, Any]:
    return {"topic": topics.mail_topic(case.hex("tag"))}


def fits(case: Case) -> dict[str, Any]:
    """Whether an envelope could be built for this topic; the stamp isn't looked at."""
    kind = case.given["kind"]
    mail = kind == "mail"
    lifetime = envelope.MAIL_LIFETIME_S if mail else 600
    fields = {
        "kind": kind,
        "topic": case.given["topic"],
        "tag": case.hex("tag") if mail else None,
        "body": bytes(4096),
        "created": 0,
        "expires": lifetime,
    }
    key = keys.SigningKey(bytes(32))
    bits = envelope.required_bits(kind, 4096) if case.expect == "ok" else 0
    core = envelope.core_digest(**fields, author=key.public)
    envelope.build(**fields, signing_key=key, stamp=stamp.grind(core, bits))
    return {}


def minor_units(case: Case) -> dict[str, Any]:
    assert currency.is_known(case.given["currency"]) == (case.expect == "ok")
    return {"digits": refused(currency.minor_unit_digits, case.given["currency"])}


def currencies(case: Case) -> dict[str, Any]:
    by_digits: dict[str, list[str]] = {}
    for code, digits in currency.MINOR_UNIT_DIGITS.items():
        by_digits.setdefault(str(digits), []).append(code)
    return {"currencies": {digits: sorted(codes) for digits, codes in by_digits.items()}}


def languages_fit(case: Case) -> dict[str, Any]:
    if not language.fits(case.given["one"], case.given["other"]):
        raise Refused("none")
    return {}


def choose_language(case: Case) -> dict[str, Any]:
    found = language.choose(case.given["wanted"], case.given["spoken"])
    if found is None:
        raise Refused("none")
    return {"language": found}


def gtin14(case: Case) -> dict[str, Any]:
    assert gtin.is_valid(case.given["gtin"]) == (case.expect == "ok")
    return {"gtin14": refused(gtin.gtin14, case.given["gtin"])}


def choose(case: Case) -> dict[str, Any]:
    chosen = terms.choose(case.given["customer"], case.given["vendor"])
    if chosen is None:
        raise Refused("none")
    return {"terms": chosen}


def read_invitation(case: Case) -> dict[str, Any]:
    link = case.given["link"]
    found = [address.text for address in invitation.read(link)]
    if found == case.output["peers"]:
        assert invitation.write(found) == "".join(link.split())
    return {"known": found}


def write_invitation(case: Case) -> dict[str, Any]:
    return {"link": invitation.write(case.given["peers"])}


def read_address(case: Case) -> dict[str, Any]:
    found = peer_address.parse(case.given["address"])
    if found is None:
        raise Refused("invalid")
    return {
        "host": found.host,
        "port": found.port,
        "peer_id": found.peer_id,
        "transport": found.transport,
    }


def read_wellknown(case: Case) -> dict[str, Any]:
    found = wellknown.read(case.given["text"].encode())
    known = [address.text for address in found.peers]
    again = wellknown.read(wellknown.write(found.vendor, found.name, known))
    assert again == found
    return {"vendor": found.vendor, "name": found.name, "known": known}


def read_question(case: Case) -> dict[str, Any]:
    port = peer_exchange.read_question(case.hex("raw"))
    assert peer_exchange.question(port) == case.hex("raw")
    return {"port": port}


def read_answer(case: Case) -> dict[str, Any]:
    known = [address.text for address in peer_exchange.read_answer(case.hex("raw"))]
    if known == case.output["peers"]:
        assert peer_exchange.answer(known) == case.hex("raw")
    return {"known": known}


def item_set(case: Case) -> IdSet:
    items = case.head["sets"][case.given["items"]]
    return IdSet((time, bytes.fromhex(value_of_id(item))) for time, item in items)


def value_of_id(item: Any) -> str:
    return str(item["$hex"] if isinstance(item, dict) else item)


def sum_ids(case: Case) -> dict[str, Any]:
    ids = [bytes.fromhex(value_of_id(item)) for item in case.given["ids"]]
    items = IdSet(enumerate(ids))
    return {"fingerprint": items.fingerprint(0, len(items))}


def initiate(case: Case) -> dict[str, Any]:
    start, most = case.given["start"], case.given["max_bytes"]
    return {"message": reconciliation.initiate(item_set(case), start=start, max_bytes=most)}


def respond(case: Case) -> dict[str, Any]:
    message, most = case.hex("message"), case.given["max_bytes"]
    return {"reply": reconciliation.respond(item_set(case), message, max_bytes=most)}


def conclude(case: Case) -> dict[str, Any]:
    message, most = case.hex("message"), case.given["max_bytes"]
    found = reconciliation.conclude(item_set(case), message, max_bytes=most)
    assert [item.hex() for item in found.have] == list(map(value_of_id, case.output["have"]))
    assert sorted(item.hex() for item in found.need) == list(map(value_of_id, case.output["need"]))
    return {"reply": found.reply}


def read_sync_request(case: Case) -> dict[str, Any]:
    assert sync_frames.write(sync_frames.read_request(case.hex("raw"))) == case.hex("raw")
    return {}


def read_sync_answer(case: Case) -> dict[str, Any]:
    assert sync_frames.write(sync_frames.read_answer(case.hex("raw"))) == case.hex("raw")
    return {}


def read_submit_answer(case: Case) -> dict[str, Any]:
    raw = case.hex("raw")
    assert submit_frames.write_answer(submit_frames.read_answer(raw)) == raw
    return {}


def read_stem_frame(case: Case) -> dict[str, Any]:
    found = stem_frames.read(case.hex("raw"))
    assert stem_frames.write(found.topic, found.envelope) == case.hex("raw")
    return {"envelope": found.envelope.hex(), "topic": found.topic}


ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("encoding", "decode"): decode,
    ("encoding", "encode"): encode,
    ("stamp", "required_bits"): required_bits,
    ("stamp", "leading_zero_bits"): leading_zero_bits,
    ("stamp", "grind"): grind,
    ("stamp", "check"): check_stamp,
    ("envelope", "read"): read_envelope,
    ("messagefile", "read"): read_message_file,
    ("messagefile", "judge"): judge_message_file,
    ("keys", "seed"): seed,
    ("keys", "derive"): derive_key,
    ("keys", "sign"): sign,
    ("keys", "verify"): verify,
    ("keys", "to_did"): to_did,
    ("keys", "from_did"): from_did,
    ("certificate", "verify"): verify_certificate,
    ("topics", "all"): all_topics,
    ("topics", "market"): market_topic,
    ("topics", "mail"): mail_topic,
    ("topics", "fits"): fits,
    ("gtin", "gtin14"): gtin14,
    ("currency", "minor_units"): minor_units,
    ("currency", "list"): currencies,
    ("language", "fits"): languages_fit,
    ("language", "choose"): choose_language,
    ("terms", "choose"): choose,
    ("peers", "question"): read_question,
    ("peers", "answer"): read_answer,
    ("stem", "frame"): read_stem_frame,
    ("sync", "fingerprint"): sum_ids,
    ("sync", "initiate"): initiate,
    ("sync", "respond"): respond,
    ("sync", "conclude"): conclude,
    ("sync", "request"): read_sync_request,
    ("sync", "answer"): read_sync_answer,
    ("submit", "answer"): read_submit_answer,
    ("invitation", "read"): read_invitation,
    ("invitation", "write"): write_invitation,
    ("invitation", "address"): read_address,
    ("invitation", "wellknown"): read_wellknown,
}
