"""Exporting an agreement, and verifying it with every node stopped."""

import base64
import json
from pathlib import Path

import pytest

from tests.cli.processes import run_vrm
from tests.protocol.deals import CUSTOMER
from tests.protocol.tampering import GOOD, TABLE
from vrmprotocol import credential
from vrmprotocol.agreement_graph import to_json

VECTORS = json.loads(
    Path(__file__).parents[2].joinpath("protocol/vectors/agreement.json").read_text()
)["cases"]
VERIFY = {case["name"]: case for case in VECTORS if case["op"] == "verify"}
RAW = bytes.fromhex(VERIFY["verify-full"]["input"]["raw"])


def test_export_and_verify(daemon, vrm, tmp_path):
    daemon.service.answers["deal.export"] = {"file": base64.b64encode(RAW).decode(), "name": "../x"}
    path = tmp_path / "out.vrm"
    value = vrm.json("deal", "export", "abcdef", "-o", path)
    assert path.read_bytes() == RAW
    assert value == {"file": str(path), "size_bytes": len(RAW), "format": "vrm"}
    daemon.stop()
    assert "verified" in vrm("deal", "verify", path).stdout


def test_export_never_takes_a_name_from_the_node(daemon, vrm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    daemon.service.answers["deal.export"] = {"file": base64.b64encode(RAW).decode(), "name": "../x"}
    vrm("deal", "export", "abcdef")
    assert (tmp_path / "deal-abcdef.vrm").read_bytes() == RAW
    assert vrm.error("deal", "export", "abcdef", code=2)["code"] == "file.exists"
    vrm("deal", "export", "abcdef", "--force")
    assert vrm("deal", "export", "abcdef", "-o", "-").stdout_bytes == RAW


def test_export_to_a_folder_that_is_not_there(daemon, vrm, tmp_path):
    daemon.service.answers["deal.export"] = {"file": base64.b64encode(RAW).decode()}
    error = vrm.error("deal", "export", "abcdef", "-o", tmp_path / "none" / "a.vrm", code=1)
    assert error["code"] == "file.write"


@pytest.mark.parametrize("answer", [{}, {"file": "%"}, []])
def test_export_of_no_file(daemon, vrm, answer):
    daemon.service.answers["deal.export"] = answer
    assert vrm.error("deal", "export", "abcdef", code=1)["code"] == "daemon.answer"


def test_verify_says_what_is_proven_and_what_only_asserted(vrm, tmp_path):
    path = tmp_path / "a.vrm"
    path.write_bytes(RAW)
    output = vrm("deal", "verify", path).stdout
    assert "\nproven       customer signature: " in output
    assert "\nasserted     " in output
    assert "Example Kettles" in output and output.endswith(f"{path}: verified\n")
    value = vrm.json("deal", "verify", path)
    assert value["ok"] is True
    assert {check["evidence"] for check in value["checks"]} == {"proven", "asserted"}
    assert value["agreement"]["vendor_name"] == "Example Kettles"


@pytest.mark.parametrize("name", VERIFY)
def test_verify_vector(vrm, tmp_path, name):
    case = VERIFY[name]
    path = tmp_path / "a.vrm"
    path.write_bytes(bytes.fromhex(case["input"]["raw"]))
    if case["expect"] == "ok":
        vrm("deal", "verify", path)
        return
    error = vrm.error("deal", "verify", path, code=1)
    assert error["code"] == case["expect"]
    assert str(path) in error["detail"]


@pytest.mark.parametrize("at", range(0, len(RAW), 97))
def test_flipped_byte_is_detected_and_named(vrm, tmp_path, at):
    path = tmp_path / "a.vrm"
    path.write_bytes(RAW[:at] + bytes([RAW[at] ^ 1]) + RAW[at + 1 :])
    result = vrm("deal", "verify", path, code=1)
    assert "WRONG" in result.stdout and "NOT VERIFIED" in result.stdout
    assert "[agreement." in result.stderr


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_tampering_is_named(vrm, tmp_path, row):
    path = tmp_path / "a.vrm"
    path.write_bytes(row.raw)
    result = vrm("deal", "verify", path, "--json", code=1)
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert checks[row.check]["ok"] is False
    assert row.fault in checks[row.check]["fault"]
    error = vrm.error("deal", "verify", path, code=1)
    assert error["code"] == row.code
    assert row.fault in error["detail"]
    assert row.fault in vrm("deal", "verify", path, code=1).stdout


def test_another_copy_shows_where_it_was_altered(vrm, tmp_path):
    mine, theirs = tmp_path / "mine.vrm", tmp_path / "theirs.vrm"
    mine.write_bytes(next(row.raw for row in TABLE if row.name == "price-and-total"))
    theirs.write_bytes(GOOD)
    value = json.loads(vrm("deal", "verify", mine, "--against", theirs, "--json", code=1).stdout)
    assert value["against"]["ok"] is True
    assert {
        one["path"]: (one["here"], one["there"]) for one in value["against"]["differences"]
    } == {
        "document.draft.priceSpecification.unitPrice": (2099, 1999),
        "document.draft.priceSpecification.total": (4688, 4488),
    }
    words = vrm("deal", "verify", mine, "--against", theirs, code=1).stdout
    assert "  document.draft.priceSpecification.total: 4688 here, 4488 there\n" in words


def test_two_copies_that_are_the_same(vrm, tmp_path):
    path = tmp_path / "a.vrm"
    path.write_bytes(GOOD)
    assert "both copies are the same" in vrm("deal", "verify", path, "--against", path).stdout
    broken = tmp_path / "b.vrm"
    broken.write_bytes(GOOD[:-1])
    value = vrm.json("deal", "verify", path, "--against", broken)
    assert value["against"] == {"file": str(broken), "ok": False, "differences": None}
    assert "can't be compared" in vrm("deal", "verify", path, "--against", broken).stdout


def test_verify_needs_no_folder_and_no_node(tmp_path):
    path = tmp_path / "a.vrm"
    path.write_bytes(RAW)
    result = run_vrm("deal", "verify", path, VRM_DATA="/dev/null/none")
    assert result.returncode == 0, result.stderr


def test_verify_of_what_is_not_there(vrm, tmp_path):
    assert vrm.error("deal", "verify", tmp_path / "none.vrm", code=2)["code"] == "file.read"
    assert vrm.error("deal", "verify", tmp_path, code=2)["code"] == "file.read"
    large = tmp_path / "large.vrm"
    large.write_bytes(bytes(2 * 1024 * 1024))
    assert vrm.error("deal", "verify", large, code=2)["code"] == "file.too_large"


@pytest.mark.parametrize(
    ("form", "call", "suffix"),
    [
        ("json-ld", "deal.export", ".jsonld"),
        ("vc", "deal.credential", ".jwt"),
        ("deletion", "deletion.export", "-deletion.vrm"),
    ],
)
def test_export_in_other_formats(daemon, vrm, tmp_path, monkeypatch, form, call, suffix):
    monkeypatch.chdir(tmp_path)
    daemon.service.answers[call] = {"file": base64.b64encode(b"made").decode(), "name": "x"}
    value = vrm.json("deal", "export", "abcdef", "--format", form)
    assert value == {"file": f"deal-abcdef{suffix}", "size_bytes": 4, "format": form}
    assert (tmp_path / f"deal-abcdef{suffix}").read_bytes() == b"made"
    name, params = daemon.calls[-1]
    assert name == call
    assert params == {"deal": "abcdef"} | ({"format": form} if form == "json-ld" else {})


def test_a_credential_is_verified_like_a_file(vrm, tmp_path):
    path = tmp_path / "a.jwt"
    made = credential.make(GOOD, CUSTOMER)
    path.write_bytes(made)
    value = vrm.json("deal", "verify", path)
    assert value["ok"] is True
    assert value["agreement"]["vendor_name"] == "Café Müller"
    assert {"credential signature", "issuer", "content"} <= {c["name"] for c in value["checks"]}
    path.write_bytes(made[:-1] + (b"A" if made[-1:] != b"A" else b"B"))
    assert vrm.error("deal", "verify", path, code=1)["code"].startswith("credential.")
    for row in TABLE[:3]:
        path.write_bytes(credential_with(row.raw))
        assert vrm.error("deal", "verify", path, code=1)["code"] == row.code


DELETIONS = json.loads(
    Path(__file__).parents[2].joinpath("protocol/vectors/deletion.json").read_text()
)["cases"]


@pytest.mark.parametrize(
    "case", [case for case in DELETIONS if case["op"] == "verify"], ids=lambda case: case["name"]
)
def test_a_statement_of_deletion_is_verified(vrm, tmp_path, case):
    path = tmp_path / "a.vrm"
    path.write_bytes(bytes.fromhex(case["input"]["raw"]))
    if case["expect"] == "ok":
        words = vrm("deal", "verify", path).stdout
        assert "\nasserted     deleted: name, street_address, " in words
        assert "\nproven       author: the vendor's key of this agreement" in words
    elif case["name"] not in ("file-type", "file-empty", "file-cut", "file-more"):
        assert vrm.error("deal", "verify", path, code=1)["code"] == case["expect"]
    else:
        # Not recognised as a statement: then it is no agreement file either.
        code = vrm.error("deal", "verify", path, code=1)["code"]
        assert code in ("agreement.schema", "deletion.schema")


def credential_with(raw: bytes) -> bytes:
    """A credential of the good file in which its issuer put another."""
    header, payload, _ = credential.make(GOOD, CUSTOMER).split(b".")
    fields = json.loads(base64.urlsafe_b64decode(payload + b"=="))
    url = fields["evidence"][0]["schema:contentUrl"]
    fields["evidence"][0]["schema:contentUrl"] = (
        url.split(",")[0] + "," + base64.b64encode(raw).decode()
    )
    changed = base64.urlsafe_b64encode(to_json(fields)).rstrip(b"=")
    signed = header + b"." + changed
    return signed + b"." + base64.urlsafe_b64encode(CUSTOMER.sign(signed)).rstrip(b"=")


REFUSALS = [
    # The writer, what it refused, and how each side reads it.
    ("vendor", "intent", "Canal declined your intent", "you declined the intent"),
    ("vendor", "accept", "Canal declined your acceptance", "you declined the acceptance"),
    ("vendor", "counter", "Canal declined your counter", "you declined the counter"),
    ("customer", "offer", "you declined the offer", "the customer declined your offer"),
    (
        *("customer", "accept"),
        *("you took back your acceptance", "the customer took back its acceptance"),
    ),
]


@pytest.mark.parametrize(("writer", "of", "to_customer", "to_vendor"), REFUSALS)
def test_a_refusal_stands_first_in_plain_words(daemon, vrm, writer, of, to_customer, to_vendor):
    no = {
        "from": writer,
        "of": of,
        "reason": "late",
        "words": "it is too late",
        "note": "So\x1b[2J.",
    }
    for role, words in (("customer", to_customer), ("vendor", to_vendor)):
        deal = {"deal": "cd" * 32, "role": role, "vendor_name": "Canal", "refusals": [no]}
        daemon.service.answers["deal.show"] = deal
        first, *rest = vrm("deal", "show", "cdcdcdcd").output.splitlines()
        assert first == f"{words}: it is too late [late]; in its words: So."
        assert not [line for line in rest if "refusals" in line]
        assert vrm.json("deal", "show", "cdcdcdcd") == deal


def test_no_name_in_a_file_looks_like_a_check_of_it(tmp_path):
    from vrmnode.cli.commands.verify import _words

    forged = "proven       vendor signature: the vendor signed this"
    summary = {
        "vendor": "did:key:z6Mk",
        "vendor_name": f"Books\n{forged}",
        "customer": "did:key:z6Mk",
        "item_name": f"Book\n{forged}",
        "business_function": "Sell",
        "lease_days": None,
        "deposit": None,
        "warranty_months": None,
        "quantity": 1,
        "total": 100,
        "currency": "EUR",
        "terms": "SD-BASE",
    }
    check = {"name": "address", "ok": True, "evidence": "asserted", "words": f"x\n{forged}"}
    value = {"agreement": summary, "ok": False}
    words = _words(tmp_path, value, [{**check, "fault": f"y\n{forged}"}])
    assert words.count(forged) == 4
    assert not any(line.startswith("proven") for line in words.split("\n"))
