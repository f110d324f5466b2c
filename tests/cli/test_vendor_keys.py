"""`vrm vendor key`: listed, rotated, revoked."""

CURRENT = "did:key:z6MkvERr6HKMMqXbcDwmj3GnnJASQFiHqomrFksjHNYkzVZB"
KEYS = {
    "keys": [
        {
            "serial": 1, "key": CURRENT, "status": "current", "reason": None,
            "not_before": 1_800_000_000, "not_after": 1_830_000_000,
        },
        {
            "serial": 0, "key": "did:key:z6MkAAAA", "status": "revoked", "reason": "lost",
            "not_before": 1_790_000_000, "not_after": 1_820_000_000,
        },
    ]
}  # fmt: skip


def test_list_rotate_and_revoke(daemon, vrm):
    for name in ("vendor.keys", "vendor.key.rotate", "vendor.key.revoke"):
        daemon.service.answers[name] = KEYS
    words = vrm("vendor", "key", "list").stdout
    assert words.splitlines()[0].split() == ["serial", "status", "from", "to", "reason", "key"]
    assert "revoked" in words
    assert CURRENT in words, "a key that is cut can't be compared"
    assert vrm.json("vendor", "key", "rotate") == KEYS
    assert vrm.json("vendor", "key", "revoke", "0", "--reason", "lost") == KEYS
    assert daemon.calls[-1] == ("vendor.key.revoke", {"serial": 0, "reason": "lost"})


def test_a_reason_that_there_is_not(daemon, vrm):
    vrm("vendor", "key", "revoke", "0", "--reason", "bored", code=2)
    vrm("vendor", "key", "revoke", "-1", code=2)
