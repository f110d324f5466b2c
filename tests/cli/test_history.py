"""`vrm history`."""

import base64
import json
from pathlib import Path

from tests.protocol.test_purchase_history import NONCE, WHO, made

VECTORS = json.loads(
    (Path(__file__).parents[2] / "protocol" / "vectors" / "history.json").read_text("utf-8")
)["cases"]
ASKED = ("--verifier", WHO, "--nonce", NONCE.hex())


def test_a_nonce_is_new_each_time(vrm):
    first, second = (vrm.json("history", "nonce")["nonce"] for _ in range(2))
    assert first != second and len(bytes.fromhex(first)) == 32


def test_make(daemon, vrm, tmp_path):
    raw = made(1, 2)
    answer = {"file": base64.b64encode(raw).decode(), "purchases": 2, "left_out": 1, "vendors": []}
    daemon.service.answers["history.make"] = answer
    path = tmp_path / "history.vrm"
    text = vrm("history", "make", *ASKED, "--year", "2027", "-o", path).output
    assert "wrote 2 purchases" in text and "1 more have no room" in text
    assert path.read_bytes() == raw
    asked = {"verifier": WHO, "nonce": NONCE.hex(), "year": 2027}
    assert daemon.calls == [("history.make", asked)]
    assert vrm.error("history", "make", *ASKED, "-o", path, code=2)["code"] == "file.exists"


def test_verify(vrm, tmp_path):
    path = tmp_path / "history.vrm"
    path.write_bytes(made(1, 2))
    text = vrm("history", "verify", path, *ASKED).output
    assert "proven       2 agreements with did:key:" in text and "in 2027-01" in text
    assert "not shown: that these keys are one person's" in text
    value = vrm.json("history", "verify", path, *ASKED)
    assert [row["month"] for row in value["purchases"]] == ["2027-01"] * 2
    other = ("--verifier", "Shop", "--nonce", NONCE.hex())
    assert vrm.error("history", "verify", path, *other, code=1)["code"] == "history.nonce"
    path.write_bytes(made(1)[:-1])
    assert vrm.error("history", "verify", path, *ASKED, code=1)["code"] == "history.schema"
    short = ("--verifier", WHO, "--nonce", "no hex")
    assert vrm.error("history", "verify", path, *short, code=2)["code"] == "history.nonce"


def test_what_is_asserted_is_said_to_be(vrm, tmp_path):
    given = next(case["input"] for case in VECTORS if case["name"] == "asserted")
    path = tmp_path / "history.vrm"
    path.write_bytes(bytes.fromhex(given["raw"]))
    asked = ("--verifier", given["verifier"], "--nonce", given["nonce"])
    text = vrm("history", "verify", path, *asked).output
    assert "asserted     2027-01: category 783, total from 20.00 EUR to below 50.00 EUR" in text
