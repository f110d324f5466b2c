"""`vrm net invite` and `vrm join`: what is printed, what is kept, what a running node is told."""

import tomllib

import pytest

from tests.webserver import content, web_server
from vrmnode import config
from vrmnode.cli import qr
from vrmprotocol import base58, invitation, keys, wellknown


def address(number, host="192.0.2.7"):
    peer = base58.encode(bytes.fromhex("002408011220") + bytes([number]) * 32)
    return f"/ip4/{host}/tcp/4101/p2p/{peer}"


PUBLIC, LAN, LOOP = address(1, "9.9.9.7"), address(1, "192.168.1.7"), address(1, "127.0.0.1")
PEER_ID = PUBLIC.rpartition("/")[2]


@pytest.fixture
def shop(daemon):
    def says(*addresses, peers=()):
        daemon.service.answers["status"] = {"addresses": list(addresses), "peer_id": PEER_ID}
        daemon.service.answers["peers"] = list(peers)

    says(LOOP, LAN)
    return says


def invited(link):
    return [each.text for each in invitation.read(link)]


def test_link_alone_on_stdout(shop, vrm):
    result = vrm("net", "invite")
    assert invited(result.stdout.strip()) == [LAN]
    assert "only nodes in your network" in result.stderr
    assert "█" not in result.stderr


def test_json_and_loopback_only(shop, vrm):
    shop(LOOP)
    value = vrm.json("net", "invite")
    assert value["peers"] == [LOOP] == invited(value["link"])
    assert "only nodes on this machine" in vrm("net", "invite").stderr


def test_chosen_addresses_replace_those_of_the_node(shop, vrm):
    named = "/dns4/shop.example/tcp/4101"
    by_web = "/dns4/node.shop.example/tcp/443/tls/ws"
    args = ("--address", named, "--address", by_web, "--address", address(3))
    assert vrm.json("net", "invite", *args)["peers"] == [
        f"{named}/p2p/{PEER_ID}",
        f"/dns4/node.shop.example/tcp/443/wss/p2p/{PEER_ID}",
        address(3),
    ]
    assert vrm.error("net", "invite", "--address", "shop.example", code=2)["code"] == (
        "option.address"
    )


def test_peers_that_were_dialled_may_be_named(shop, vrm):
    peers = [
        {"addresses": [address(n)], "direction": "outbound" if n % 2 else "inbound"}
        for n in range(2, 30)
    ]
    shop(PUBLIC, peers=[{"addresses": [LOOP], "direction": "outbound"}, *peers])
    named = vrm.json("net", "invite", "--with-peers")["peers"]
    assert named == [PUBLIC, *(address(n) for n in range(3, 17, 2))]


def test_a_node_that_listens_nowhere(shop, vrm):
    shop()
    assert vrm.error("net", "invite", code=3)["code"] == "network.no_address"


def test_qr_code_as_text_and_as_files(shop, vrm, tmp_path):
    result = vrm("net", "invite", "--qr")
    drawn = [line for line in result.stderr.splitlines() if "█" in line]
    assert len({len(line) for line in drawn}) == 1 and len(drawn) > 20
    for name, start in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG")):
        vrm("net", "invite", "--qr-file", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    assert vrm.error("net", "invite", "--qr-file", tmp_path / "a.gif", code=2)["code"] == (
        "file.type"
    )
    missing = tmp_path / "none" / "a.svg"
    assert vrm.error("net", "invite", "--qr-file", missing, code=1)["code"] == "file.write"


def test_drawn_modules_are_those_of_the_code():
    import segno

    link = invitation.write([address(n) for n in range(8)])
    dark = [list(map(bool, row)) for row in segno.make(link, micro=False).matrix_iter(border=4)]
    halves = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    drawn = []
    for line in qr.lines(link).splitlines():
        drawn += [[halves[char][0] for char in line], [halves[char][1] for char in line]]
    assert drawn[: len(dark)] == dark


@pytest.fixture
def node(vrm):
    vrm.data_dir = vrm.data_dir / "node"
    vrm("init", "--no-passphrase")
    return vrm


def kept(data_dir):
    return list(config.load(data_dir / "config.toml", {}).node.peers)


LINK = invitation.write([address(1), address(2)])


def test_join_without_a_running_node(node):
    value = node.json("join", LINK)
    assert value == {
        "peers": [address(1), address(2)],
        "added": [address(1), address(2)],
        "running": False,
    }
    assert kept(node.data_dir) == value["peers"]
    text = (node.data_dir / "config.toml").read_text()
    assert all(line in text for line in config.DEFAULT_TEXT.splitlines() if line.startswith("#"))
    told = node("join", LINK).stdout
    assert "there already" in told and f"vrm run --data {node.data_dir}" in told
    assert tomllib.loads(text) == tomllib.loads((node.data_dir / "config.toml").read_text())


@pytest.fixture
def running(daemon, vrm):
    """The folder of a node that runs."""
    (vrm.data_dir / "keystore.json").write_text("{}")
    return daemon


def test_join_with_a_running_node(running, vrm):
    running.service.answers["peers.join"] = {
        "connected": 1,
        "dialled": [{"address": address(1), "peer_id": PEER_ID, "connected": True}],
    }
    value = vrm.json("join", LINK)
    assert running.calls == [("peers.join", {"peers": [address(1), address(2)]})]
    assert value["running"] and value["connected"] == 1
    assert kept(vrm.data_dir) == [address(1), address(2)]
    assert f"connected to {PEER_ID}" in vrm("join", LINK).stdout


def test_join_when_nobody_answers(running, vrm):
    problem = "can't reach it: refused"
    running.service.answers["peers.join"] = {
        "connected": 0,
        "dialled": [{"address": address(1), "peer_id": "x", "problem": problem}],
    }
    error = vrm.error("join", LINK, code=7)
    assert error["code"] == "network.no_peers" and problem in error["detail"]
    assert "goes on trying" in error["advice"]
    assert kept(vrm.data_dir) == [address(1), address(2)]


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (LINK[:-1], "invitation.form"),
        (LINK[:-4], "invitation.check"),
        ("vrm:join:", "invitation.check"),
    ],
)
def test_a_damaged_link_changes_nothing(node, link, code):
    before = (node.data_dir / "config.toml").read_text()
    error = node.error("join", link, code=2)
    assert error["code"] in (code, "invitation.form") and error["advice"]
    assert (node.data_dir / "config.toml").read_text() == before


def test_join_needs_a_node(vrm):
    assert vrm.error("join", LINK, code=3)["code"] == "keystore.missing"


def test_join_leaves_a_wrong_config_alone(node):
    (node.data_dir / "config.toml").write_text("[nod]\n")
    assert node.error("join", LINK, code=2)["code"] == "config.invalid"
    assert (node.data_dir / "config.toml").read_text() == "[nod]\n"


VENDOR = keys.to_did(
    bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
)


def test_join_by_domain(node):
    with web_server() as web:
        web.pages[wellknown.PATH] = content(wellknown.write(VENDOR, "Harbour Books", [address(1)]))
        value = node.json("join", web.domain)
        assert f"Harbour Books: {VENDOR}" in node("join", web.domain).stdout
    assert value == {
        "peers": [address(1)],
        "added": [address(1)],
        "domain": web.domain,
        "vendor": VENDOR,
        "name": "Harbour Books",
        "running": False,
    }
    assert kept(node.data_dir) == [address(1)]


def test_join_by_domain_with_a_running_node(running, vrm):
    running.service.answers["peers.join"] = {"connected": 1, "dialled": []}
    with web_server() as web:
        web.pages[wellknown.PATH] = content(wellknown.write(None, None, [address(1)]))
        assert vrm.json("join", web.domain)["running"]
    assert running.calls == [("peers.join", {"peers": [address(1)]})]


@pytest.mark.parametrize(
    ("page", "code", "exit_code"),
    [
        (None, "wellknown.status", 3),
        (b"<html>", "wellknown.schema", 1),
        (wellknown.write(VENDOR, None, []), "wellknown.no_peer", 3),
    ],
)
def test_a_domain_without_nodes(node, page, code, exit_code):
    with web_server() as web:
        if page is not None:
            web.pages[wellknown.PATH] = content(page)
        assert node.error("join", web.domain, code=exit_code)["code"] == code
    assert kept(node.data_dir) == []


@pytest.mark.parametrize("text", ["shop", address(1), "http://shop.example", "vrm:pay:x"])
def test_join_by_something_else(node, text):
    assert node.error("join", text, code=2)["code"] == "wellknown.domain"


@pytest.fixture
def vendor(shop, daemon):
    answer = {"addresses": [LOOP, PUBLIC], "peer_id": PEER_ID, "vendor": VENDOR}
    daemon.service.answers["status"] = answer
    daemon.service.answers["vendor.profile"] = {"name": "B\u00fccher"}


def test_wellknown_file_on_stdout_and_in_a_file(vendor, vrm, tmp_path):
    result = vrm("vendor", "wellknown")
    found = wellknown.read(result.stdout.encode())
    assert (found.vendor, found.name, found.peers[0].text) == (VENDOR, "B\u00fccher", PUBLIC)
    assert len(found.peers) == 1 and result.stderr == ""
    path = tmp_path / "vrm.json"
    value = vrm.json("vendor", "wellknown", "-o", path)
    assert path.read_text() == result.stdout
    assert value == {"file": str(path), "size_bytes": len(result.stdout), "peers": [PUBLIC]}
    assert vrm.error("vendor", "wellknown", "-o", path, code=2)["code"] == "file.exists"
    args = ("--address", "/dns4/shop.example/tcp/4101", "--force")
    assert "/.well-known/vrm.json" in vrm("vendor", "wellknown", "-o", path, *args).stdout
    (only,) = wellknown.read(path.read_bytes()).peers
    assert only.host == "shop.example" and only.peer_id == PEER_ID
    missing = tmp_path / "none" / "vrm.json"
    assert vrm.error("vendor", "wellknown", "-o", missing, code=1)["code"] == "file.write"


def test_wellknown_file_of_a_node_without_a_profile(vendor, daemon, vrm):
    daemon.service.answers["vendor.profile"] = {"name": None}
    assert wellknown.read(vrm("vendor", "wellknown", "--json").stdout.encode()).name is None
