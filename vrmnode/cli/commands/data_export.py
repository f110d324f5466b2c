"""`vrm data export`: all that the owner has, in a folder of JSON, agreement files and JSON-LD.

It is what the API shows its owner, so it needs the running node. Keys and messages are in no
export; to move a node, use a backup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import click

from vrmnode import privatefile
from vrmnode.cli.failures import CONFLICT, CommandError
from vrmnode.cli.output_file import unwritable
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import counted, entries

Json = dict[str, object]

PAGE = 500
MANIFEST = "manifest.json"

# File, path below /v1, query.
SINGLE: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    ("identity", ("identity",), {}),
    ("contact", ("contact",), {}),
    ("contact-policy", ("contact", "policy"), {}),
    ("disclosures", ("contact", "disclosures"), {}),
    ("ledger", ("ledger",), {}),
    ("relations", ("relations",), {}),
    ("breaches", ("breaches",), {}),
    ("rights", ("rights",), {}),
    ("intents", ("intents",), {}),
    ("standing-intents", ("standing",), {}),
    ("offers", ("offers",), {}),
    ("deals", ("deals",), {}),
    ("orders", ("orders",), {}),
    ("things", ("things",), {}),
    ("trust", ("trust",), {}),
    ("policy", ("policy",), {}),
    ("vendor-profile", ("vendor", "profile"), {}),
    ("vendor-policy", ("vendor", "policy"), {}),
    ("vendor-demand", ("vendor", "demand"), {}),
    ("vendor-ledger", ("ledger",), {"role": "vendor"}),
    ("vendor-rights", ("rights",), {"role": "vendor"}),
)
AGREED = frozenset({"agreed", "cancelled"})


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@shared_options
def export(folder: Path) -> None:
    """Write all that is yours into a folder, in open formats.

    JSON for what the node shows you, an agreement file and JSON-LD for each agreement, statements
    of deletion, and the event log; a manifest names each file with its SHA-256. It stands there in
    clear, your contact data too, readable for you alone. No keys: to move a node, use a backup.

    \b
    Example:
      vrm data export ./mine
    """
    here = session()
    _make(folder)
    written: dict[str, Json] = {}
    for name, raw in _files(here):
        path = folder / name
        path.parent.mkdir(mode=privatefile.FOLDER_MODE, exist_ok=True)
        _write(path, raw)
        written[name] = {"sha256": hashlib.sha256(raw).hexdigest(), "size_bytes": len(raw)}
    _write(folder / MANIFEST, _json(written))
    size = sum(int(str(each["size_bytes"])) for each in written.values())
    value: Json = {"folder": str(folder), "files": len(written) + 1, "size_bytes": size}
    words = f"wrote {counted(len(written) + 1, 'file')} ({size} bytes) into {folder}"
    here.result(value, f"{words}; they stand there in clear")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=privatefile.FOLDER_MODE)
    except FileExistsError:
        if any(folder.iterdir()):
            detail = f"{folder}: expected a folder that is new or empty, came one with files"
            raise CommandError(CONFLICT, "export.exists", detail) from None
    except OSError as error:
        raise unwritable(folder, error) from error


def _write(path: Path, raw: bytes) -> None:
    try:
        privatefile.write_atomically(path, raw, replace=False)
    except OSError as error:
        raise unwritable(path, error) from error


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _files(here: Session) -> Iterator[tuple[str, bytes]]:
    """Names below the folder, with what goes there."""
    for name, path, query in SINGLE:
        yield f"{name}.json", _json(here.client.get(*path, **query))
    for row in entries(here.client.get("deals"), "deals"):
        yield from _deal(here, str(row["deal"]), row.get("state") in AGREED)
    yield "catalogue.json", _json(list(_products(here)))
    yield "events.json", _json(list(_events(here)))


def _deal(here: Session, deal: str, agreed: bool) -> Iterator[tuple[str, bytes]]:
    shown = here.client.get("deals", deal)
    name = f"deals/{deal[:16]}"
    yield f"{name}.json", _json(shown)
    if not agreed or not isinstance(shown, dict):
        return
    yield f"{name}-order.json", _json(here.client.get("orders", deal))
    yield f"{name}.vrm", _bytes(here.client.get("deals", deal, "agreement"))
    try:
        graph = here.client.get("deals", deal, "agreement", format="json-ld")
    except CommandError as error:
        if not error.code.startswith("export."):
            raise
    else:
        yield f"{name}.jsonld", _bytes(graph)
    if shown.get("deletions"):
        yield f"{name}-deletion.vrm", _bytes(here.client.get("deals", deal, "deletion"))


def _bytes(value: object) -> bytes:
    assert isinstance(value, dict)
    return base64.b64decode(str(value["file"]), validate=True)


def _products(here: Session) -> Iterator[object]:
    after: object = None
    while True:
        page = here.client.get("catalogue", limit=PAGE, after=after)
        assert isinstance(page, dict)
        yield from entries(page, "products")
        after = page.get("next")
        if after is None:
            return


def _events(here: Session) -> Iterator[object]:
    after = 0
    while found := entries(here.client.get("events", after=after, limit=PAGE), "events"):
        yield from found
        after = int(str(found[-1]["id"]))
