"""Messages as files: what the command writes, reads, splits and says."""

import base64

import pytest

from vrmprotocol import message_file

RAW = message_file.write([b"one", b"two"])
ANSWER = {"envelopes": 1, "taken": 1, "known": 0, "refused": 0}


def encoded(raw):
    return base64.b64encode(raw).decode()


def test_export_writes_what_the_node_gives(daemon, vrm, tmp_path):
    daemon.service.answers["message.export"] = {
        "file": encoded(RAW),
        "market": 1,
        "mail": 1,
        "left": 3,
    }
    path = tmp_path / "out.vrmm"
    value = vrm.json("message", "export", "--intent", "abcdef", "-o", path)
    assert path.read_bytes() == RAW
    assert value == {
        "file": str(path),
        "size_bytes": len(RAW),
        "market": 1,
        "mail": 1,
        "left": 3,
    }
    assert daemon.calls == [("message.export", {"intent": "abcdef", "together": False})]
    assert vrm.error("message", "export", "-o", path, code=2)["code"] == "file.exists"
    assert len(daemon.calls) == 1  # nothing counts as sent that wasn't written
    words = vrm("message", "export", "--deal", "abcdef", "--together", "-o", path, "--force").stdout
    assert "1 public, 1 sealed" in words and "3 more wait" in words
    assert vrm("message", "export", "-o", "-").stdout_bytes == RAW


def test_export_of_one_thing(vrm, tmp_path):
    error = vrm.error(
        "message", "export", "--intent", "a", "--deal", "b", "-o", tmp_path / "x", code=2
    )
    assert error["code"] == "option.which"


@pytest.mark.parametrize("answer", [{}, {"file": "%"}])
def test_export_of_no_file(daemon, vrm, tmp_path, answer):
    daemon.service.answers["message.export"] = answer
    error = vrm.error("message", "export", "-o", tmp_path / "x", code=1)
    assert error["code"] == "daemon.answer"


def test_export_to_a_folder_that_is_not_there(daemon, vrm, tmp_path):
    daemon.service.answers["message.export"] = {"file": encoded(RAW)}
    error = vrm.error("message", "export", "-o", tmp_path / "none" / "a", code=1)
    assert error["code"] == "file.write"


def test_import_tells_the_verdict_of_each(daemon, vrm, tmp_path):
    rows = [
        {"verdict": "taken", "id": "ab" * 32, "kind": "mail", "for_you": True},
        {"verdict": "taken", "id": "cd" * 32, "kind": "intent", "words": "a note"},
        {"verdict": "known", "code": "envelope.duplicate", "words": "it came before"},
        {"verdict": "refused", "code": "envelope.stamp", "words": "expected\x1b work"},
    ]
    daemon.service.answers["message.import"] = {
        "envelopes": 4,
        "taken": 2,
        "known": 1,
        "refused": 1,
        "messages": rows,
    }
    path = tmp_path / "in.vrmm"
    path.write_bytes(RAW)
    words = vrm("message", "import", path).stdout
    assert "4 messages: 2 taken in, 1 known, 1 refused" in words
    assert "mail abababababab, for you" in words and "a note" in words
    assert "[envelope.stamp]" in words and "\x1b" not in words
    assert vrm.json("message", "import", path)["messages"] == rows
    assert daemon.calls[-1] == ("message.import", {"file": encoded(RAW)})


def test_a_large_file_goes_in_parts(daemon, vrm, tmp_path):
    daemon.service.answers["message.import"] = ANSWER
    envelopes = [bytes([number]) * 60_000 for number in range(40)]
    path = tmp_path / "in.vrmm"
    path.write_bytes(message_file.write(envelopes))
    value = vrm.json("message", "import", path)
    parts = [base64.b64decode(str(params["file"])) for _, params in daemon.calls]
    assert [each for part in parts for each in message_file.read(part)] == envelopes
    assert value["taken"] == len(parts) == 4


def test_what_is_no_file_of_messages(vrm, tmp_path):
    path = tmp_path / "in.vrmm"
    assert vrm.error("message", "import", path, code=2)["code"] == "file.read"
    path.write_bytes(bytes(16 * 1024 * 1024 + 1))
    assert vrm.error("message", "import", path, code=2)["code"] == "file.too_large"
    path.write_bytes(bytes(800_000))
    assert vrm.error("message", "import", path, code=2)["code"] == "encoding.trailing_bytes"
