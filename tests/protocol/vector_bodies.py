"""How the operations on bodies, mail and agreements are done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vectors import Case, value_of
from vrmprotocol import (
    agreement,
    agreement_report,
    bodies,
    certificate,
    coherence,
    commitment,
    draft,
    encoding,
    envelope,
    feedback,
    functions,
    keys,
    mail,
    market,
    message,
    schema,
    sealed_intent,
    sealing,
    tags,
    topics,
)
from vrmprotocol.envelope_rules import DIRECTORY_KINDS
from vrmprotocol.errors import ProtocolError
from vrmprotocol.fields import SUITE_X25519, RecipientKey


def market_envelope(given: dict[str, Any]) -> envelope.Envelope:
    """A market envelope around a body, as if it had been verified."""
    return envelope.Envelope(
        kind=given["kind"],
        topic=topics.DIRECTORY if given["kind"] in DIRECTORY_KINDS else "/vrm/1/market/0",
        tag=None,
        author=bytes.fromhex(given["author"]),
        created=given["created"],
        expires=given["expires"],
        body=bytes.fromhex(given["body"]),
        stamp=bytes(8),
        sig=bytes(64),
        id=bytes(32),
        raw=b"",
    )


def read_market(case: Case) -> dict[str, Any]:
    raw = case.hex("body")
    loaded = market.load_market(market_envelope(case.given), now=case.given["now"])
    if isinstance(loaded, market.Uninterpreted):
        raise Refused(loaded.reason)
    if not loaded.ext:
        assert market.to_body(loaded) == raw
    return {"body": bodies.to_wire(loaded)}


def read_update(case: Case) -> dict[str, Any]:
    new = market_envelope(case.given)
    created = case.given["created"]
    old = market_envelope(
        {**case.given["known"], "kind": "intent", "created": created, "expires": _end(case)}
    )
    update, original = market.load_market(new), market.load_market(old)
    assert isinstance(update, market.IntentUpdate)
    assert isinstance(original, market.Intent)
    market.check_update(update, new, original=original, original_envelope=old)
    return {}


def _end(case: Case) -> int:
    known = encoding.decode_map(bytes.fromhex(case.given["known"]["body"]))
    end = known["validThrough"]
    assert isinstance(end, int)
    return end


def read_message(case: Case) -> dict[str, Any]:
    first_contact = "author" not in case.given
    try:
        loaded = load_message(case.hex("raw"), case.given)
    except ProtocolError:
        assert case.expect == "ok" or not case.output["acknowledged"]
        raise
    if isinstance(loaded, message.UninterpretedMessage):
        assert case.output["acknowledged"] or first_contact
        if "digest" in case.output:
            assert loaded.digest.hex() == case.output["digest"]
        raise Refused(loaded.code)
    body = bodies.to_wire(loaded.body)
    fields = {
        "v": 1,
        "kind": loaded.kind,
        "deal": loaded.deal,
        "seq": loaded.seq,
        "prev": loaded.prev,
        "author": loaded.author,
        "recipient": loaded.recipient,
        "created": loaded.created,
        "received": list(loaded.received),
        "body": body,
        "sig": encoding.decode_map(case.hex("raw"))["sig"],
    }
    assert encoding.encode(fields) == case.hex("raw")
    if "secret" in case.output:
        sign_again(loaded, keys.SigningKey(bytes.fromhex(case.output["secret"])))
    return {"digest": loaded.digest, "body": body, "fields": fields}


def load_message(
    raw: bytes, given: dict[str, Any]
) -> message.SignedMessage | message.UninterpretedMessage:
    """A message read with what the reader knows."""
    deal, author, own = given.get("deal"), given.get("author"), given["recipient"]
    keys_of_own = [own] if isinstance(own, str) else own
    return message.verify_and_load(
        raw,
        expected_recipient=frozenset(bytes.fromhex(each) for each in keys_of_own),
        expected_deal=bytes.fromhex(deal) if deal else None,
        expected_author=bytes.fromhex(author) if author else None,
        reader=given["reader"],
        now=given["now"],
    )


def sign_again(loaded: message.SignedMessage, key: keys.SigningKey) -> None:
    """The same fields and key have to give the same bytes."""
    again = message.sign(
        kind=loaded.kind,
        deal=loaded.deal,
        seq=loaded.seq,
        prev=loaded.prev,
        key=key,
        recipient=loaded.recipient,
        created=loaded.created,
        received=loaded.received,
        body=loaded.body,
    )
    assert again.raw == loaded.raw


def hold_certificate(case: Case) -> dict[str, Any]:
    fields = {
        name: bytes.fromhex(value) if isinstance(value, str) else value
        for name, value in case.given["certificate"].items()
    }
    revoked = frozenset(bytes.fromhex(each) for each in case.given["revoked"])
    certificate.check_not_revoked(certificate.load(fields), revoked)
    return {}


def replace_sealed(case: Case) -> dict[str, Any]:
    known, intent = (read_intent(case.given[name]) for name in ("known", "intent"))
    sealed_intent.check_replaces(intent, known, later=case.given["later"])
    return {}


def sign_recognition(case: Case) -> dict[str, Any]:
    key = keys.SigningKey(case.hex("secret"))
    shown = sealed_intent.show_relationship(
        key, deal=case.hex("deal"), pseudonym=case.hex("pseudonym")
    )
    return {"signature": shown.signature}


def read_intent(text: Any) -> market.Intent:
    """The intent of a body in the notation of the vectors."""
    return schema.load(market.Intent, value_of(text), code="message.body")


def deal(case: Case) -> dict[str, Any]:
    return {"deal": draft.deal_id(case.hex("customer"), case.hex("root"))}


def mail_header(given: dict[str, Any]) -> sealing.MailHeader:
    """The outer header of a case."""
    outer = given["header"]
    return sealing.MailHeader(
        topic=outer["topic"],
        tag=bytes.fromhex(outer["tag"]),
        author=bytes.fromhex(outer["author"]),
        created=outer["created"],
        expires=outer["expires"],
    )


def open_sealed(case: Case) -> dict[str, Any]:
    key, header, body = keys.SealKey(case.hex("key")), mail_header(case.given), case.hex("body")
    inner = sealing.open_sealed(body, seal_key=key, header=header)
    recipient = RecipientKey(suite=SUITE_X25519, key=key.public)
    again = sealing.seal(inner, recipient_key=recipient, header=header, body_bytes=len(body))
    assert len(again) == len(body)
    assert again != body
    assert sealing.open_sealed(again, seal_key=key, header=header) == inner
    return {"inner": inner, "recipient": key.public}


def seal(case: Case) -> dict[str, Any]:
    recipient = case.given["recipient"]
    key = RecipientKey(suite=recipient["suite"], key=bytes.fromhex(recipient["key"]))
    inner = bytes(case.given["inner_bytes"])
    size = case.given["body_bytes"]
    sealing.seal(inner, recipient_key=key, header=mail_header(case.given), body_bytes=size)
    return {}


def capacity(case: Case) -> dict[str, Any]:
    return {"capacity": sealing.capacity(case.given["body_bytes"])}


def deal_class(case: Case) -> dict[str, Any]:
    return {"body_bytes": sealing.deal_size_class(case.given["offer_bytes"])}


def derive_tag(case: Case) -> dict[str, Any]:
    given = case.given
    found = tags.derive(
        case.hex("secret"),
        given["direction"],
        given["seq"],
        given["attempt"],
        given["shard"],
        shards=given["shards"],
    )
    assert found[0] % given["shards"] == given["shard"]
    return {"tag": found}


def tag_address(case: Case) -> dict[str, Any]:
    given = case.given
    ways = [
        tags.address(given["seq"], attempt, given["left_out"])
        for attempt in range(len(case.output["ways"]))
    ]
    return {"ways": [{"seq": seq, "attempt": attempt} for seq, attempt in ways]}


def watched(case: Case) -> dict[bytes, tuple[int, int]]:
    """The tags that a reader watches, each with its number and attempt."""
    given = case.given
    return tags.window(
        case.hex("secret"),
        given["direction"],
        given["shard"],
        given["received"],
        shards=given["shards"],
    )


def window(case: Case) -> dict[str, Any]:
    found = {(tag.hex(), seq, attempt) for tag, (seq, attempt) in watched(case).items()}
    assert found == {(row["tag"], row["seq"], row["attempt"]) for row in case.output["tags"]}
    return {}


def match(case: Case) -> dict[str, Any]:
    found = watched(case).get(case.hex("tag"))
    if found is None:
        raise Refused("invalid")
    return {"seq": found[0], "attempt": found[1]}


def read_repeated(case: Case) -> dict[str, Any]:
    earlier = load_message(bytes.fromhex(case.given["earlier"]), case.given)
    later = load_message(case.hex("raw"), case.given)
    assert isinstance(earlier, message.SignedMessage)
    assert isinstance(later, message.SignedMessage)
    assert isinstance(earlier.body, mail.Offer)
    assert isinstance(later.body, mail.Offer)
    coherence.check_repeats(later.body, earlier.body)
    return {}


def check_answers(case: Case) -> dict[str, Any]:
    answer = load_message(case.hex("raw"), case.given)
    assert isinstance(answer, message.SignedMessage)
    assert isinstance(answer.body, mail.Offer)
    asked = encoding.decode_map(case.hex("intent"))
    intent = schema.load(market.Intent, asked, code="message.body")
    functions.check_answers(answer.body.draft, intent)
    return {}


def read_mail(case: Case) -> dict[str, Any]:
    read = envelope.verify_and_load(
        case.hex("raw"), topic=case.given["topic"], now=case.given["now"], known=lambda _: False
    )
    inner = sealing.open_envelope(read, seal_key=keys.SealKey(case.hex("key")))
    loaded = message.verify_and_load(inner, expected_recipient=None)
    return {"inner": inner, "id": read.id, "digest": loaded.digest}


def commit(case: Case) -> dict[str, Any]:
    value = value_of(case.given["value"])
    return {"commitment": commitment.commit(case.hex("salt"), case.given["name"], value)}


def open_commitment(case: Case) -> dict[str, Any]:
    value = value_of(case.given["value"])
    if not commitment.opens(case.hex("commitment"), case.hex("salt"), case.given["name"], value):
        raise Refused("invalid")
    return {}


def verify_agreement(case: Case) -> dict[str, Any]:
    report = agreement_report.verify_file(case.hex("raw"))
    assert report.ok == (not report.failed)
    if report.failed:
        raise Refused(report.failed[0].code or "")
    return {}


def make_agreement(case: Case) -> dict[str, Any]:
    document = value_of(case.given["document"])
    made = agreement.document(
        draft=agreement.read_file(bytes.fromhex(case.output["raw"])).draft,
        offer=document["offer"],
        accepted_at=document["acceptedAt"],
        commitments=document["commitments"],
    )
    customer = agreement.sign(made, keys.SigningKey(case.hex("customer_secret")))
    vendor = agreement.sign(made, keys.SigningKey(case.hex("vendor_secret")))
    return {
        "digest": agreement.document_digest(made),
        "signatures": {"customer": customer, "vendor": vendor},
        "raw": agreement.agreement_file(made, customer_signature=customer, vendor_signature=vendor),
    }


def read_feedback(case: Case) -> dict[str, Any]:
    return read_message(case) if "raw" in case.given else read_market(case)


def give_grant(case: Case) -> dict[str, Any]:
    key = keys.SigningKey(case.hex("vendor_secret"))
    month = feedback.month_of(case.given["time"])
    root, feedback_key = case.hex("root"), case.hex("key")
    given = feedback.grant(key, root=root, feedback_key=feedback_key, month=month)
    assert feedback.is_granted(
        given, subject=key.public, root=root, feedback_key=feedback_key, month=month
    )
    return {"month": month, "grant": given}


BODY_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("market", "read"): read_market,
    ("market", "update"): read_update,
    ("message", "read"): read_message,
    ("message", "deal"): deal,
    ("mail", "read"): read_message,
    ("mail", "repeat"): read_repeated,
    ("functions", "intent"): read_market,
    ("functions", "draft"): read_message,
    ("functions", "answer"): check_answers,
    ("language", "read"): read_message,
    ("key_update", "read"): read_market,
    ("feedback", "read"): read_feedback,
    ("feedback", "grant"): give_grant,
    ("key_update", "hold"): hold_certificate,
    ("sealed_intent", "read"): read_message,
    ("sealed_intent", "replace"): replace_sealed,
    ("sealed_intent", "sign"): sign_recognition,
    ("sealing", "mail"): read_mail,
    ("agreement", "commit"): commit,
    ("agreement", "open"): open_commitment,
    ("sealing", "open"): open_sealed,
    ("sealing", "seal"): seal,
    ("sealing", "capacity"): capacity,
    ("sealing", "deal_class"): deal_class,
    ("tags", "derive"): derive_tag,
    ("tags", "address"): tag_address,
    ("tags", "window"): window,
    ("tags", "match"): match,
    ("agreement", "verify"): verify_agreement,
    ("agreement", "make"): make_agreement,
}
