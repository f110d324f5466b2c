"""Invitation links: what people do to them on the way, and what a stranger may put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, remote_code, survives
from vrmprotocol import base58, invitation, peer_address


def address(number: int, host: str = "192.0.2.7") -> str:
    peer = base58.encode(bytes.fromhex("002408011220") + bytes([number]) * 32)
    return f"/ip4/{host}/tcp/{4000 + number}/p2p/{peer}"


LINK = invitation.write([address(1), address(2)])


@given(st.lists(st.integers(0, 255), min_size=1, max_size=8, unique=True))
def test_what_is_written_is_read(numbers):
    peers = [address(number) for number in numbers]
    link = invitation.write(peers)
    assert [found.text for found in invitation.read(link)] == peers
    assert len(link) <= invitation.MAX_CHARACTERS


@pytest.mark.parametrize(
    ("peers", "code"),
    [
        ([], "invitation.no_peer"),
        (["/ip4/192.0.2.7/tcp/1"], "invitation.no_peer"),
        ([address(1), address(1)], "invitation.schema"),
        ([address(number) for number in range(9)], "invitation.schema"),
    ],
)
def test_what_cannot_be_written(peers, code):
    assert local_code(invitation.write, peers) == code


@given(st.integers(0, len(LINK) - 1), st.sampled_from("AZaz09-_ x"))
def test_one_wrong_letter_is_noticed(place, letter):
    changed = LINK[:place] + letter + LINK[place + 1 :]
    if changed != LINK:
        assert remote_code(invitation.read, changed) in {"invitation.form", "invitation.check"}


@given(st.integers(0, len(LINK) - 1))
def test_a_cut_link_is_noticed(length):
    assert remote_code(invitation.read, LINK[:length]) in {"invitation.form", "invitation.check"}


@given(st.text() | st.text().map(lambda text: invitation.PREFIX + text))
def test_no_text_breaks_the_reader(text):
    assert isinstance(survives(invitation.read, text), str)
    assert peer_address.parse(text) is None


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("127.9.9.9", True), ("192.0.2.7", False)]
)
def test_loopback(host, loopback):
    found = peer_address.parse(address(1, host))
    assert found is not None and found.is_loopback == loopback


def test_loopback_by_name():
    tail = address(1).partition("/tcp/")[2]
    for host, loopback in (("localhost", True), ("a.localhost", True), ("a.example", False)):
        found = peer_address.parse(f"/dns4/{host}/tcp/{tail}")
        assert found is not None and found.is_loopback == loopback


# SPEC 10: The reader MUST leave out ASCII whitespace wherever it stands in a link.
def test_a_wrapped_link():
    wrapped = "\n  ".join(LINK[start : start + 20] for start in range(0, len(LINK), 20))
    assert invitation.read(wrapped) == invitation.read(LINK)


def test_an_address_may_be_of_later_times():
    assert peer_address.could_be("/ip4/192.0.2.7/udp/4101/quic-v1")
    assert not any(map(peer_address.could_be, ["", "/", "a", "/a b", "/ü", "/" + "a" * 256]))
