"""Cases of invitation.json: links that bring a node to its first peers."""

from __future__ import annotations

import base64

from . import wellknown_cases
from .canonical import Pairs, pack
from .cases import VectorFile
from .keys_cases import base58
from .primitives import Signer, fixed, sha256
from .world import Body

INVALID = "invalid"
PREFIX = "vrm:join:"
ADDRESSING = "specs/10-joining.md#address"
INVITING = "specs/10-joining.md#invitation"


def peer_id(name: str) -> str:
    """The peer id of a named Ed25519 key."""
    return base58(b"\x00\x24\x08\x01\x12\x20" + Signer.named(name).public)


def letters(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sealed(raw: bytes) -> str:
    """The link of these bytes, whatever they are, with their check."""
    return PREFIX + letters(raw + sha256(b"vrm/1 invitation\0", raw)[:4])


def link(*peers: object, **changed: object) -> str:
    """The link to these peers, with other fields changed or added."""
    return sealed(pack({"v": 1, "network": 1, "peers": list(peers), **changed}))


P = [peer_id(f"peer {number}") for number in range(9)]
ONE = f"/ip4/192.0.2.7/tcp/4101/p2p/{P[0]}"
SIX = f"/ip6/2001:db8::7/tcp/4101/p2p/{P[1]}"
NAMED = f"/dns/linden-books.example/tcp/443/p2p/{P[2]}"
WSS = f"/dns/linden-books.example/tcp/443/wss/p2p/{P[2]}"
LATER = f"/ip4/192.0.2.7/udp/4101/quic-v1/p2p/{P[0]}"
EIGHT = [f"/ip4/192.0.2.{number}/tcp/4101/p2p/{P[number]}" for number in range(1, 9)]


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "invitation",
        "specs/10-joining.md",
        "`address` gives host, port, peer id and transport of an address of a known form. `read` "
        "gives all `peers` of a link, and those of known forms (`known`); `write` makes the link. "
        "`wellknown` reads the text of a well-known file.",
    )
    file.at(ADDRESSING)
    for name, text, host, port, peer, transport in KNOWN:
        output: Body = {"host": host, "port": port, "peer_id": peer, "transport": transport}
        file.ok("address", name, f"port {port} of {host}", {"address": text}, output)
    for name, text, comment in UNKNOWN:
        file.bad("address", f"address-{name}", INVALID, comment, {"address": text})
    file.at(INVITING)
    for name, peers, comment in WRITTEN:
        file.ok("write", f"write-{name}", comment, {"peers": peers}, {"link": link(*peers)})
        _reads(file, name, comment, link(*peers), peers, peers)
    _reads(file, "later-form", "one of an unknown form", link(LATER, ONE), [LATER, ONE], [ONE])
    _reads(file, "later-word", "hardly an address", link("/x", ONE), ["/x", ONE], [ONE])
    text = link(ONE)
    wrapped = f" {text[:40]}\r\n\t{text[40:]}\n"
    _reads(file, "whitespace", "wrapped by a mail program", wrapped, [ONE], [ONE])
    for name, code, comment, text in [*_forms(), *_checks(), *_maps(), *_tables()]:
        file.bad("read", name, code, comment, {"link": text})
    wellknown_cases.add(file, [ONE, SIX, NAMED], LATER)
    return file


def _reads(
    file: VectorFile, name: str, comment: str, text: str, peers: list[str], known: list[str]
) -> None:
    file.ok("read", name, comment, {"link": text}, {"peers": peers, "known": known})


KNOWN = [
    ("ip4", ONE, "192.0.2.7", 4101, P[0], "tcp"),
    ("ip6", SIX, "2001:db8::7", 4101, P[1], "tcp"),
    ("ip6-loopback", f"/ip6/::1/tcp/1/p2p/{P[1]}", "::1", 1, P[1], "tcp"),
    ("dns", NAMED, "linden-books.example", 443, P[2], "tcp"),
    ("dns4", f"/dns4/a.example/tcp/65535/p2p/{P[3]}", "a.example", 65535, P[3], "tcp"),
    ("dns6", f"/dns6/localhost/tcp/80/p2p/{P[4]}", "localhost", 80, P[4], "tcp"),
    ("ip4-ws", f"/ip4/192.0.2.7/tcp/80/ws/p2p/{P[0]}", "192.0.2.7", 80, P[0], "ws"),
    ("ip6-ws", f"/ip6/::1/tcp/4101/ws/p2p/{P[1]}", "::1", 4101, P[1], "ws"),
    ("dns-ws", f"/dns/a.example/tcp/80/ws/p2p/{P[3]}", "a.example", 80, P[3], "ws"),
    ("dns-wss", WSS, "linden-books.example", 443, P[2], "wss"),
    ("dns6-wss", f"/dns6/a.example/tcp/443/wss/p2p/{P[3]}", "a.example", 443, P[3], "wss"),
]

_SHORT = base58(b"\x00\x24\x08\x01\x12\x20" + fixed("peer", 31))
_OTHER_KEY = base58(b"\x00\x24\x08\x02\x12\x20" + fixed("peer"))
_RSA = base58(b"\x12\x20" + fixed("peer"))
UNKNOWN = [
    ("empty", "", "nothing"),
    ("no-slash", ONE[1:], "doesn't begin with a slash"),
    ("end-slash", ONE + "/", "a slash too many"),
    ("no-peer", "/ip4/192.0.2.7/tcp/4101", "nobody who must answer"),
    ("no-port", f"/ip4/192.0.2.7/p2p/{P[0]}", "no port"),
    ("udp", f"/ip4/192.0.2.7/udp/4101/p2p/{P[0]}", "another transport"),
    ("tls", f"/dns/a.example/tcp/443/tls/p2p/{P[0]}", "another transport over TCP"),
    ("tls-ws", f"/dns/a.example/tcp/443/tls/ws/p2p/{P[0]}", "written as wss"),
    ("wss-ip4", f"/ip4/192.0.2.7/tcp/443/wss/p2p/{P[0]}", "a certificate is for a name"),
    ("wss-ip6", f"/ip6/2001:db8::7/tcp/443/wss/p2p/{P[0]}", "a certificate is for a name"),
    ("ws-twice", f"/ip4/192.0.2.7/tcp/80/ws/ws/p2p/{P[0]}", "twice the transport"),
    ("ws-first", f"/ws/ip4/192.0.2.7/tcp/80/p2p/{P[0]}", "in another order"),
    ("ws-upper", f"/ip4/192.0.2.7/tcp/80/WS/p2p/{P[0]}", "capitals"),
    ("ws-path", f"/ip4/192.0.2.7/tcp/80/ws/http-path/vrm/p2p/{P[0]}", "a path"),
    ("relayed", f"{ONE}/p2p-circuit/p2p/{P[1]}", "through a relay"),
    ("port-0", f"/ip4/192.0.2.7/tcp/0/p2p/{P[0]}", "no port"),
    ("port-zeros", f"/ip4/192.0.2.7/tcp/04101/p2p/{P[0]}", "a leading zero"),
    ("port-high", f"/ip4/192.0.2.7/tcp/65536/p2p/{P[0]}", "65535 is the last"),
    ("port-sign", f"/ip4/192.0.2.7/tcp/+410/p2p/{P[0]}", "a sign"),
    ("ip4-short", f"/ip4/192.0.2/tcp/4101/p2p/{P[0]}", "three numbers"),
    ("ip4-zeros", f"/ip4/192.0.02.7/tcp/4101/p2p/{P[0]}", "a leading zero"),
    ("ip4-high", f"/ip4/192.0.2.256/tcp/4101/p2p/{P[0]}", "255 is the last"),
    ("ip4-of-6", f"/ip4/::1/tcp/4101/p2p/{P[0]}", "an address of IPv6"),
    ("ip6-upper", f"/ip6/2001:DB8::7/tcp/4101/p2p/{P[0]}", "capitals"),
    ("ip6-long", f"/ip6/2001:db8:0:0:0:0:0:7/tcp/4101/p2p/{P[0]}", "not shortened"),
    ("ip6-zone", f"/ip6/fe80::1%25eth0/tcp/4101/p2p/{P[0]}", "a zone"),
    ("ip6-mapped", f"/ip6/::ffff:c000:207/tcp/4101/p2p/{P[0]}", "an IPv4 address in IPv6"),
    ("dns-upper", f"/dns/A.example/tcp/4101/p2p/{P[0]}", "capitals"),
    ("dns-empty-label", f"/dns/a..example/tcp/4101/p2p/{P[0]}", "an empty label"),
    ("dns-underscore", f"/dns/a_b.example/tcp/4101/p2p/{P[0]}", "an underscore"),
    ("dns-label", f"/dns/{'a' * 64}.example/tcp/4101/p2p/{P[0]}", "a label of 64"),
    ("dns-unicode", f"/dns/bücher.example/tcp/4101/p2p/{P[0]}", "letters beyond ASCII"),
    ("dnsaddr", f"/dnsaddr/a.example/tcp/4101/p2p/{P[0]}", "a form that needs a look-up"),
    ("peer-short", f"/ip4/192.0.2.7/tcp/4101/p2p/{_SHORT}", "31 bytes of a key"),
    ("peer-rsa", f"/ip4/192.0.2.7/tcp/4101/p2p/{_RSA}", "a digest instead of a key"),
    ("peer-other-key", f"/ip4/192.0.2.7/tcp/4101/p2p/{_OTHER_KEY}", "a key of another kind"),
    ("peer-letter", ONE[:-1] + "0", "0 isn't a base58 digit"),
    ("peer-cut", ONE[:-1], "the last character is missing"),
    ("long", f"/dns/{'a.' * 92}aa/tcp/4101/p2p/{P[0]}", "257 characters"),
]

WRITTEN = [
    ("one-peer", [ONE], "one peer"),
    ("three-forms", [ONE, SIX, NAMED], "the three forms"),
    ("by-web-socket", [ONE, WSS], "one of them by WebSocket, too"),
    ("two-addresses", [ONE, f"/ip4/127.0.0.1/tcp/4101/p2p/{P[0]}"], "two addresses of a peer"),
    ("eight-peers", EIGHT, "as many as there may be"),
]

Broken = tuple[str, str, str, str]


def _forms() -> list[Broken]:
    code, whole = "invitation.form", link(ONE)
    tail = whole[-1]
    # The last letter of this link has unused bits; the next letter of the alphabet sets one.
    other = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = other[other.index(tail) ^ 1]
    big = sealed(pack({"v": 1, "network": 1, "peers": ["/" + "a" * 3100]}))
    return [
        ("empty", code, "nothing", ""),
        ("no-prefix", code, "no prefix", whole.removeprefix(PREFIX)),
        ("other-prefix", code, "another prefix", "vrm:pay:" + whole.removeprefix(PREFIX)),
        ("upper-prefix", code, "the prefix in capitals", whole.replace(PREFIX, "VRM:JOIN:")),
        ("web-address", code, "a web address", "https://linden-books.example/"),
        ("plus", code, "a letter of base64, not of base64url", whole[:-2] + "+" + tail),
        ("padded", code, "with padding", whole + "="),
        ("unused-bits", code, "the last letter has a bit too many", whole[:-1] + spare),
        ("one-letter", code, "a length that base64url doesn't have", PREFIX + "AAAAA"),
        ("too-long", code, "more than 4,096 characters", big),
    ]


def _checks() -> list[Broken]:
    code, whole = "invitation.check", link(ONE)
    raw = pack({"v": 1, "network": 1, "peers": [ONE]})
    swapped = whole[:30] + whole[31] + whole[30] + whole[32:]
    return [
        ("prefix-only", code, "nothing but the prefix", PREFIX),
        ("three-bytes", code, "shorter than a check", PREFIX + letters(raw[:3])),
        ("cut", code, "cut off", PREFIX + letters(raw[:-3])),
        ("letter", code, "another letter", whole[:30] + "x" + whole[31:]),
        ("swapped", code, "two letters swapped", swapped),
        ("no-check", code, "without a check", PREFIX + letters(raw)),
        (
            "no-context",
            code,
            "a check without its context",
            PREFIX + letters(raw + sha256(raw)[:4]),
        ),
        (
            "end-of-hash",
            code,
            "the last four bytes of the hash",
            PREFIX + letters(raw + sha256(b"vrm/1 invitation\0", raw)[-4:]),
        ),
    ]


def _maps() -> list[Broken]:
    unsorted = Pairs([("v", 1), ("network", 1), ("peers", [ONE])])
    return [
        ("no-map", "encoding.truncated", "a check over nothing", sealed(b"")),
        ("array", "invitation.schema", "an array", sealed(pack([1, 1, [ONE]]))),
        ("unsorted", "encoding.noncanonical", "keys out of order", sealed(pack(unsorted))),
        ("trailing", "encoding.trailing_bytes", "a byte too many", sealed(pack({}) + b"\0")),
        ("version-2", "invitation.version", "a later version", link(ONE, v=2)),
        ("version-2-other", "invitation.version", "a later version", link(v=2, peers={"a": ONE})),
        ("network-2", "invitation.network", "another network", link(ONE, network=2)),
        ("only-later", "invitation.no_peer", "no address of a known form", link(LATER)),
    ]


def _tables() -> list[Broken]:
    code = "invitation.schema"
    broken = {
        "no-version": pack({"network": 1, "peers": [ONE]}),
        "no-network": pack({"v": 1, "peers": [ONE]}),
        "no-peers": pack({"v": 1, "network": 1}),
    }
    return [
        *((name, code, "a field is missing", sealed(raw)) for name, raw in broken.items()),
        ("version-text", code, "text instead of a number", link(ONE, v="1")),
        ("version-true", code, "a truth value is no integer", link(ONE, v=True)),
        ("network-text", code, "text instead of a number", link(ONE, network="1")),
        ("network-2-32", code, "a number of 33 bits", link(ONE, network=2**32)),
        ("network-negative", code, "a negative number", link(ONE, network=-1)),
        ("unknown-field", code, "a field too many", link(ONE, name="Linden Books")),
        ("peers-text", code, "an address instead of a list", link(peers=ONE)),
        ("peers-empty", code, "no peers", link()),
        ("peers-nine", code, "nine peers", link(ONE, *EIGHT)),
        ("peers-twice", code, "one address twice", link(ONE, SIX, ONE)),
        ("peer-bytes", code, "bytes instead of text", link(ONE.encode())),
        ("peer-no-slash", code, "no address", link(ONE, "example.org")),
        ("peer-slash", code, "only a slash", link(ONE, "/")),
        ("peer-space", code, "a space", link(ONE, "/ip4 /192.0.2.7")),
        ("peer-unicode", code, "letters beyond ASCII", link(ONE, "/dns/bücher.example")),
        ("peer-escape", code, "a control character", link(ONE, "/dns/\x1b[2J")),
        ("peer-long", code, "257 characters", link(ONE, "/" + "a" * 256)),
    ]
