"""`vrm intent why` prints what the node knows, strangers' words made safe."""

INTENT = "00003fa2" + "ab" * 28
WHY = {
    "intent": INTENT, "status": "active", "created": 1, "valid_through": 1_796_000_000,
    "handed_at": 2, "handed_to": 3, "decision": "manual: you accept offers yourself",
    "known": ["it was handed to 3 peers; how far they passed it on, this node can't see"],
    "offers": [{
        "offer": "9f" * 32, "vendor": "did:key:z6MkA", "vendor_name": "Harbour Books",
        "total": 4190, "currency": "EUR", "acceptable": False,
        "problems": [{"code": "expired", "words": "it was valid until noon"}],
    }],
    "refused": [{
        "vendor": "did:key:z6MkB", "vendor_name": "", "reason": "out_of_stock",
        "words": "none is left in stock", "note": "back\x1b[31m soon", "received": 3,
    }],
    "declined": [{
        "vendor": "did:key:z6MkA", "vendor_name": "Harbour Books", "of": "accept",
        "reason": "late", "words": "it is too late for that", "note": None, "received": 4,
    }, {
        "vendor": "did:key:z6MkA", "vendor_name": "Harbour Books", "of": "counter",
        "reason": "floor", "words": "the price goes no lower", "note": None, "received": 4,
    }],
}  # fmt: skip


def test_it_tells_what_was_observed(daemon, vrm):
    daemon.service.answers["intent.why"] = WHY
    text = vrm("intent", "why", INTENT).output
    assert "handed to 3 peers" in text
    assert "Harbour Books offered 41.90 EUR" in text and "! it was valid until noon" in text
    assert "did:key:z6MkB refused: none is left in stock [out_of_stock]" in text
    assert "in its words: back" in text and "\x1b" not in text
    assert "Harbour Books declined your acceptance: it is too late for that [late]" in text
    assert "Harbour Books declined your counter: the price goes no lower [floor]" in text
    assert "accepting: manual" in text
    assert daemon.calls == [("intent.why", {"intent": INTENT})]


def test_as_json_and_for_the_latest(daemon, vrm):
    daemon.service.answers["intent.list"] = [{"intent": INTENT}]
    daemon.service.answers["intent.why"] = WHY
    assert vrm.json("intent", "why", "--latest")["handed_to"] == 3
