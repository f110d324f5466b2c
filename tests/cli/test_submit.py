"""`vrm net submit`: what the peer said of the messages of a file."""

import base64

from vrmprotocol import message_file

RAW = message_file.write([b"one", b"two"])
TO = "/ip4/192.0.2.7/tcp/4101/p2p/12D3KooWPeerId"


def test_all_kept(daemon, vrm, tmp_path):
    daemon.service.answers["message.submit"] = {"kept": 1, "known": 1, "refused": []}
    path = tmp_path / "offers.vrmm"
    path.write_bytes(RAW)
    value = vrm.json("net", "submit", path, "--to", TO)
    assert value == {"kept": 1, "known": 1, "refused": []}
    encoded = base64.b64encode(RAW).decode()
    assert daemon.calls == [("message.submit", {"file": encoded, "to": TO})]
    words = vrm("net", "submit", path, "--to", TO).stdout
    assert "2 messages: 1 kept by the peer, 1 known to it, 0 not kept" in words


def test_some_refused(daemon, vrm, tmp_path):
    refused = [{"code": "envelope.stamp", "messages": 2}]
    daemon.service.answers["message.submit"] = {"kept": 1, "known": 0, "refused": refused}
    path = tmp_path / "offers.vrmm"
    path.write_bytes(RAW)
    assert vrm.error("net", "submit", path, "--to", TO, code=1)["code"] == "submit.refused"
    shown = vrm("net", "submit", path, "--to", TO, code=1)
    assert "2 not kept [envelope.stamp]" in shown.stdout


def test_a_long_file_goes_in_parts_from_stdin(daemon, vrm):
    daemon.service.answers["message.submit"] = {"kept": 2, "known": 0, "refused": []}
    raw = message_file.write([bytes([n]) * 60_000 for n in range(20)])
    value = vrm.json("net", "submit", "-", "--to", TO, stdin=raw)
    assert len(daemon.calls) == 2
    assert value["kept"] == 4


def test_no_file(vrm, tmp_path):
    assert vrm.error("net", "submit", tmp_path / "none", "--to", TO, code=2)["code"] == "file.read"
