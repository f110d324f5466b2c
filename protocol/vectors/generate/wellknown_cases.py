"""Cases of invitation.json about the file on a vendor's web site."""

from __future__ import annotations

import json

from .cases import VectorFile
from .keys_cases import base58
from .primitives import Signer
from .world import Body

CODE = "wellknown.schema"
VENDOR = "did:key:z" + base58(b"\xed\x01" + Signer.named("wellknown vendor").public)
NAME = "Linden Books"


def text(value: object) -> str:
    """JSON as a shop might write it."""
    return json.dumps(value, ensure_ascii=False)


def add(file: VectorFile, peers: list[str], later: str) -> None:
    """Add the cases; `later` is an address of an unknown form."""
    file.at("specs/10-joining.md#well-known-file")
    whole: Body = {"v": 1, "vendor": VENDOR, "name": NAME, "peers": peers}
    nothing: Body = {"vendor": None, "name": None, "known": []}
    good: list[tuple[str, str, str, Body]] = [
        ("whole", "all fields", text(whole), {"vendor": VENDOR, "name": NAME, "known": peers}),
        ("least", "only the version", text({"v": 1}), nothing),
        ("peers-only", "a bootstrap", text({"v": 1, "peers": peers}), {**nothing, "known": peers}),
        ("vendor-only", "a proof", text({"v": 1, "vendor": VENDOR}), {**nothing, "vendor": VENDOR}),
        (
            "more",
            "fields of later times",
            text({"v": 1, "peers": [later, *peers], "hours": {"mo": [9, 18]}}),
            {**nothing, "known": peers},
        ),
        (
            "nulls",
            "null for what is absent",
            text({"v": 1, "vendor": None, "name": None, "peers": None}),
            nothing,
        ),
        (
            "spaced",
            "whitespace and escapes",
            '\n{ "v" : 1 ,\r\n\t"name":"B\\u00fccher\\/M\u00fcller" }\n',
            {**nothing, "name": "B\u00fccher/M\u00fcller"},
        ),
    ]
    for name, comment, given, output in good:
        file.ok("wellknown", f"wellknown-{name}", comment, {"text": given}, output)
    for name, comment, given in _broken(whole, peers):
        file.bad("wellknown", f"wellknown-{name}", CODE, comment, {"text": given})


def _broken(whole: Body, peers: list[str]) -> list[tuple[str, str, str]]:
    changes: list[tuple[str, str, Body]] = [
        ("version-2", "a later version", {"v": 2}),
        ("version-text", "text instead of a number", {"v": "1"}),
        ("version-true", "a truth value", {"v": True}),
        ("version-fraction", "another number", {"v": 1.5}),
        ("version-null", "no version", {"v": None}),
        ("vendor-number", "a number instead of text", {"vendor": 1}),
        ("vendor-web", "another kind of DID", {"vendor": "did:web:linden-books.example"}),
        ("vendor-cut", "the last character is missing", {"vendor": VENDOR[:-1]}),
        ("name-empty", "an empty name", {"name": ""}),
        ("name-long", "129 characters", {"name": "a" * 129}),
        ("name-escape", "a control character", {"name": "\x1b[2J"}),
        ("name-list", "a list instead of text", {"name": [NAME]}),
        ("peers-text", "an address instead of a list", {"peers": peers[0]}),
        ("peers-nine", "nine addresses", {"peers": [f"{peers[0]}{n}" for n in range(9)]}),
        ("peers-twice", "one address twice", {"peers": [peers[0], peers[0]]}),
        ("peer-number", "a number instead of an address", {"peers": [1]}),
        ("peer-domain", "a domain instead of an address", {"peers": ["linden-books.example"]}),
        ("peer-space", "a space in an address", {"peers": ["/ip4/ 192.0.2.7"]}),
    ]
    return [
        ("empty", "nothing", ""),
        ("html", "a page", "<!doctype html><title>Not found</title>"),
        ("array", "an array", text([whole])),
        ("cut", "cut off", text(whole)[:-1]),
        ("twice", "two objects", text(whole) * 2),
        ("comment", "a comment, which JSON doesn't have", "// ours\n" + text(whole)),
        ("nested", "nested too deeply", "[" * 8000),
        *((name, comment, text({**whole, **changed})) for name, comment, changed in changes),
    ]
