"""Exporting all that is the owner's, into a folder."""

from __future__ import annotations

import base64
import json

DEAL = "ab" * 32
ANSWERS = {
    "deal.list": [
        {"deal": DEAL, "state": "agreed", "role": "customer"},
        {"deal": "cd" * 32, "state": "offered", "role": "customer"},
    ],
    "deal.show": {"deal": DEAL, "deletions": [{"deletion": "ef" * 32}]},
    "order.show": {"deal": DEAL, "status": "delivered"},
    "deal.export": {"file": base64.b64encode(b"signed").decode()},
    "deletion.export": {"file": base64.b64encode(b"stated").decode()},
    "contact": {"name": "Anna"},
    "catalogue.list": {"products": [{"sku": "1"}], "next": None},
    "events": [],
}


def test_all_of_it(daemon, vrm, tmp_path):
    daemon.service.answers.update(ANSWERS)
    folder = tmp_path / "mine"
    value = vrm.json("data", "export", folder)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert value["files"] == len(names)
    ours = f"deals/{DEAL[:16]}"
    assert names >= {
        "contact.json", "ledger.json", "vendor-ledger.json", "catalogue.json", "events.json",
        "manifest.json", f"{ours}.json", f"{ours}-order.json", f"{ours}.vrm", f"{ours}.jsonld",
        f"{ours}-deletion.vrm",
    }  # fmt: skip
    assert f"deals/{'cd' * 8}.vrm" not in names
    assert json.loads((folder / "contact.json").read_text()) == {"name": "Anna"}
    assert (folder / f"{ours}.vrm").read_bytes() == b"signed"
    assert (folder / f"{ours}-deletion.vrm").read_bytes() == b"stated"
    assert folder.stat().st_mode & 0o077 == 0
    assert set(json.loads((folder / "manifest.json").read_text())) == names - {"manifest.json"}


def test_a_folder_with_files_is_left_alone(daemon, vrm, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("mine")
    error = vrm.error("data", "export", tmp_path / "full", code=4)
    assert error["code"] == "export.exists"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["a"]
    (tmp_path / "empty").mkdir()
    daemon.service.answers.update(ANSWERS)
    vrm("data", "export", tmp_path / "empty")


def test_a_folder_that_cannot_be_made(daemon, vrm, tmp_path):
    assert vrm.error("data", "export", tmp_path / "no" / "x", code=1)["code"] == "file.write"


def test_it_needs_the_running_node(vrm, tmp_path):
    vrm.error("data", "export", tmp_path / "mine", code=6)
