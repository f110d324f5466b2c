"""What reads files and settings: catalogues, configuration, keys, backups, pictures, policies."""

from __future__ import annotations

import atexit
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.fuzz.mutation import mutated_json, mutated_message
from tests.fuzz.target import Target
from tests.images import samples as pictures
from tests.vendor.test_policy import FULL as VENDOR_POLICY
from vrmnode import config, configfile, keystore, networkkey
from vrmnode.cli.failures import CommandError
from vrmnode.cli.user_files import read_object
from vrmnode.customer.acceptance import AcceptancePolicy
from vrmnode.customer.contact import ContactData
from vrmnode.customer.disclosure import DisclosurePolicy
from vrmnode.customer.hook_rules import read_report, read_rules
from vrmnode.customer.request import read_request
from vrmnode.customer.vendor_search import read_query
from vrmnode.errors import NodeError
from vrmnode.images.parts import ImageError
from vrmnode.images.picture import read_picture
from vrmnode.passphrasebox import CHEAPEST
from vrmnode.storage import backupfile, keysfile
from vrmnode.vendor.feed import read_products
from vrmnode.vendor.policy import VendorPolicy
from vrmprotocol.errors import ProtocolError

REFUSALS = (NodeError, ProtocolError, ImageError, CommandError)
DIGEST_BYTES = 32
PASSPHRASE = "a passphrase for tests"

CATALOGUES = [
    'sku,name,price,gtin,stock\n1,Book,12.50,9780132350884,3\n2,"A, b",1.00,,\n',
    "id;title;price;quantity;google_product_category\na-1;Clean Code;36,95 €;8;784\n",
    "sku\tname\tprice\ttax\tdelivery\n1\tTee\t9.99 EUR\t7\t2-3 days\n",
    "title|price|link\nKaffee|5.00|https://shop.example/x\n",
    "\ufeffsku,name,price\n1,Größe,3\n",
]
REQUEST: dict[str, object] = {
    "name": "Cordless drill",
    "gtin": "0088381684866",
    "category": 1216,
    "brand": "Makita",
    "quantity": 2,
    "country": "DE",
    "budget": "140.00 EUR",
    "private_maximum": "150.00 EUR",
    "function": "Repair",
    "alternatives": ["Sell", "LeaseOut"],
    "lease_days": 14,
}
CUSTOMER_POLICY = {**AcceptancePolicy().to_dict(), "max_total": "40.00 EUR", "mode": "automatic"}
RULES = {
    "mode": "draft",
    "events": ["broken"],
    "maximum": "20.00 EUR",
    "most": 2,
    "every": "7d",
    "problem": "door",
}


def targets() -> Iterator[Target]:
    """All of them."""
    text = [each.encode() for each in CATALOGUES]
    yield Target("catalogue", text, _catalogue, REFUSALS)
    yield Target("config.toml", [config.DEFAULT_TEXT.encode(), *_configs()], _config, REFUSALS)
    yield Target(
        "user file: json", _json(REQUEST, RULES), _user_file(".json"), REFUSALS, mutated_json
    )
    yield Target("user file: toml", _configs(), _user_file(".toml"), REFUSALS)
    yield Target("network.key", [bytes(range(32)).hex().encode()], _network_key, REFUSALS)
    yield Target("keystore", [_keystore()], _read_keystore, REFUSALS, mutated_json, cost=4)
    yield Target("backup", [_backup()], _read_backup, REFUSALS, cost=20)
    yield Target("backup: keys beside it", [_keys()], _read_keys, REFUSALS)
    samples = [pictures.jpeg(), pictures.png(), pictures.webp()]
    yield Target("picture", samples, read_picture, REFUSALS, cost=2)
    yield Target(
        "contact data",
        [ContactData({"name": "Ada", "street": "A 1"}).to_bytes()],
        _contact,
        REFUSALS,
        mutated_message,
    )
    for name, read, values in _objects():
        yield Target(name, _json(*values), _reading(read), REFUSALS, mutated_json)


def _objects() -> Iterator[tuple[str, Callable[[Mapping[str, object]], object], list[object]]]:
    yield "request of an intent", read_request, [REQUEST]
    yield "customer's policy", AcceptancePolicy.from_dict, [CUSTOMER_POLICY]
    yield (
        "disclosure policy",
        DisclosurePolicy.from_dict,
        [DisclosurePolicy.from_dict({}).to_dict()],
    )
    yield "vendor's policy", VendorPolicy.from_dict, [VENDOR_POLICY]
    yield "query for vendors", read_query, [{"country": "DE", "category": "784", "words": "books"}]
    yield "rules of a hook", read_rules, [RULES]
    yield "report of a device", read_report, [{"event": "broken", "note": "door"}]


def _json(*values: object) -> list[bytes]:
    return [json.dumps(value).encode() for value in values]


def _reading(read: Callable[[Mapping[str, object]], object]) -> Callable[[bytes], object]:
    def feed(raw: bytes) -> object:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        return read(value) if isinstance(value, dict) else None

    return feed


def _configs() -> list[bytes]:
    return [
        b'[node]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\npeers = []\nmin_peers = 6\nmdns = false\n'
        b'hook_listen = "127.0.0.1:4180"\nname = "x"\n[privacy]\njitter_ms = 0\nspread_ms = 1\n',
        b'[owner]\nlanguage = "de"\nlocale = "de_DE"\n[limits]\nstore_mb = 64\n'
        b'[log]\nlevel = "info"\n',
    ]


@cache
def own_folder() -> Path:
    """A folder of this process, gone when it ends."""
    made = tempfile.mkdtemp(prefix="vrm-fuzz-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def _written(name: str, raw: bytes) -> Path:
    path = own_folder() / name
    path.write_bytes(raw)
    path.chmod(0o600)
    return path


def _catalogue(raw: bytes) -> None:
    for _ in read_products(io.BytesIO(raw)):
        pass


def _config(raw: bytes) -> None:
    path = _written("config.toml", raw)
    config.load(path, {})
    configfile.add_peers(
        path, ["/ip4/127.0.0.1/tcp/1/p2p/12D3KooWFLEzyUZQyxbAyxCDU6ofX21ssPHVQW8ACEdSdd53P5mj"]
    )


def _user_file(suffix: str) -> Callable[[bytes], object]:
    return lambda raw: read_object(_written(f"given{suffix}", raw))


def _network_key(raw: bytes) -> None:
    networkkey.load_or_make(_written("network.key", raw))


def _keystore() -> bytes:
    path = own_folder() / "made.json"
    path.unlink(missing_ok=True)
    keystore.create(path, PASSPHRASE, entropy=bytes(32), created=1_800_000_000, cost=CHEAPEST)
    return path.read_bytes()


def _read_keystore(raw: bytes) -> None:
    # Without the passphrase's hash, whose cost a file may set up to a gigabyte.
    keystore.check(raw)
    keystore.read(_written("keystore.json", raw))


def _backup() -> bytes:
    target = own_folder() / "made.backup"
    target.unlink(missing_ok=True)
    backupfile.write(
        target,
        _written("node.db", bytes(5_000)),
        _keystore(),
        PASSPHRASE,
        created=1_800_000_000,
        cost=CHEAPEST,
    )
    return target.read_bytes()


def _read_backup(raw: bytes) -> None:
    unpacked = own_folder() / "unpacked.db"
    unpacked.unlink(missing_ok=True)
    backupfile.read(_written("given.backup", raw), unpacked, PASSPHRASE)


def _keys() -> bytes:
    path = own_folder() / "made.keys"
    keysfile.write(path, [(bytes([n]) * 32, bytes([n]) * 72) for n in range(3)])
    return path.read_bytes()[:-DIGEST_BYTES]


def _read_keys(raw: bytes) -> None:
    # With its digest made anew, or nothing of it would be looked at.
    keysfile.read(_written("given.keys", raw + hashlib.sha256(raw).digest()))


def _contact(raw: bytes) -> None:
    ContactData.from_bytes(raw)
