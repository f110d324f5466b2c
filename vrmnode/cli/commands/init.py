"""`vrm init`: a folder with keys and a configuration, ready for `vrm run`."""

from __future__ import annotations

import json
import re
import secrets
import sys
import time
from pathlib import Path

import click

from vrmnode.cli.failures import FAILED, CommandError, from_coded, usage
from vrmnode.cli.passphrase import passphrase_options, read_passphrase
from vrmnode.cli.paths import run_command
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.errors import ConfigError, KeystoreError

DEFAULT_LISTEN = "/ip4/0.0.0.0/tcp/4101"
_ADDRESS = re.compile(
    r"/(ip4|ip6|dns|dns4|dns6)/[^/\s]+/tcp/\d{1,5}((?:/wss?|/tls/ws)?/p2p/[A-Za-z0-9]+)?"
)


@click.command()
@passphrase_options
@click.option(
    "--listen",
    multiple=True,
    metavar="ADDRESS",
    help=f"Where to take connections.  [repeatable; default: {DEFAULT_LISTEN}]",
)
@click.option(
    "--peer", multiple=True, metavar="ADDRESS", help="A peer to connect to.  [repeatable]"
)
@click.option("--show-words", is_flag=True, help="Print the 24 words of the seed, this once.")
@click.option("--words", is_flag=True, help="Take the seed from 24 words; asked for, or stdin.")
@shared_options
def init(
    passphrase_file: Path | None,
    no_passphrase: bool,
    listen: tuple[str, ...],
    peer: tuple[str, ...],
    show_words: bool,
    words: bool,
) -> None:
    """Make a node: its folder, keys and configuration.

    The keys stay in the folder, under your passphrase. Write the words down on paper, or make a
    backup with vrm data backup: without both, a lost disk is a lost identity.

    \b
    Examples:
      vrm init --show-words
      vrm init --data ./shop --no-passphrase --listen /ip4/127.0.0.1/tcp/4101
    """
    here = session()
    _check_addresses("--listen", listen, with_peer_id=False)
    _check_addresses("--peer", peer, with_peer_id=True)
    if (here.data_dir / "keystore.json").exists():
        detail = f"expected a folder without a node, {here.data_dir} has one"
        raise from_coded(KeystoreError("keystore.exists", detail))
    entropy = _entropy_of_words() if words else secrets.token_bytes(32)
    passphrase = read_passphrase(passphrase_file, none=no_passphrase, confirm=True)
    _make_folder(here)
    _make_keystore(here.data_dir, passphrase, entropy)
    config = _write_config(here, list(listen) or [DEFAULT_LISTEN], list(peer))
    start = run_command(here.data_dir) + (" --no-passphrase" if no_passphrase else "")
    _report(here, entropy, config, start, show_words=show_words)


def _check_addresses(option: str, addresses: tuple[str, ...], *, with_peer_id: bool) -> None:
    for address in addresses:
        match = _ADDRESS.fullmatch(address)
        if match is None or (with_peer_id and not match[2]):
            example = DEFAULT_LISTEN + ("/p2p/12D3KooW…" if with_peer_id else "")
            raise usage(
                "option.address",
                f"{option}: expected an address such as {example}, came {address!r}",
            )


def _entropy_of_words() -> bytes:
    from mnemonic import Mnemonic

    if sys.stdin.isatty():
        text = click.prompt("The 24 words", hide_input=True, err=True)
    else:
        text = sys.stdin.readline(1000)
    normal = " ".join(text.lower().split())
    book = Mnemonic("english")
    if len(normal.split()) != 24 or not book.check(normal):
        came = f"{len(normal.split())} words that don't check"
        raise usage("keys.mnemonic", f"expected the 24 words of a seed, came {came}")
    return bytes(book.to_entropy(normal))


def _make_folder(here: Session) -> None:
    from vrmnode.config import prepare_folder

    try:
        prepare_folder(here.data_dir)
    except ConfigError as error:
        raise from_coded(error) from error


def _make_keystore(data_dir: Path, passphrase: str, entropy: bytes) -> None:
    from vrmnode import keystore

    try:
        keystore.create(
            data_dir / "keystore.json", passphrase, entropy=entropy, created=int(time.time())
        )
    except KeystoreError as error:
        raise from_coded(error) from error


def _write_config(here: Session, listen: list[str], peers: list[str]) -> Path:
    from vrmnode.config import DEFAULT_TEXT

    path = here.data_dir / "config.toml"
    text = DEFAULT_TEXT
    for name, addresses in (("listen", listen), ("peers", peers)):
        # A JSON list of ASCII strings is a TOML one too.
        line = f"{name} = {json.dumps(addresses)}"
        text = re.sub(rf"^{name} = .*$", line, text, flags=re.MULTILINE)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        here.progress(f"{path}: left as it is")
    except OSError as error:
        detail = f"{path}: expected to write it, came: {error.strerror}"
        raise CommandError(FAILED, "init.config", detail) from None
    return path


def _report(here: Session, entropy: bytes, config: Path, start: str, *, show_words: bool) -> None:
    from vrmprotocol import keys

    words = keys.words_from_entropy(entropy)
    root = keys.vendor_root_key(keys.seed_from_words(words))
    value: dict[str, object] = {
        "data_dir": str(here.data_dir),
        "config": str(config),
        "vendor": keys.to_did(root.public),
    }
    lines = [
        f"made a node in {here.data_dir}",
        f"as a vendor it is {value['vendor']}",
    ]
    if show_words:
        value["words"] = words.split()
        lines += [
            "",
            "The 24 words; whoever has them has your keys:",
            "",
            *_numbered(words.split()),
        ]
    lines += ["", f"start it with: {start}", "then back it up with: vrm data backup FILE"]
    here.result(value, "\n".join(lines))


def _numbered(words: list[str]) -> list[str]:
    cells = [f"{number:>2} {word:<10}" for number, word in enumerate(words, 1)]
    return ["  " + " ".join(cells[start : start + 6]).rstrip() for start in range(0, 24, 6)]
