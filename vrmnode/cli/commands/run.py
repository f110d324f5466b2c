"""`vrm run`: becomes the node, and says when it is ready."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import click

from vrmnode.cli import late
from vrmnode.cli.failures import DAEMON_DOWN, CommandError, coded, from_coded
from vrmnode.cli.passphrase import passphrase_options, read_passphrase
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.errors import KeystoreError, LockError

POLL_S = 0.05


@click.command()
@passphrase_options
@click.option(
    "--listen", multiple=True, metavar="ADDRESS", help="Instead of config.toml's.  [repeatable]"
)
@click.option(
    "--peer", multiple=True, metavar="ADDRESS", help="Instead of config.toml's.  [repeatable]"
)
@click.option(
    "--postbox",
    is_flag=True,
    help="Hold others' envelopes until they expire, and read none of them.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="What it writes to stderr.",
)
@shared_options
def run(
    passphrase_file: Path | None,
    no_passphrase: bool,
    listen: tuple[str, ...],
    peer: tuple[str, ...],
    postbox: bool,
    log_level: str,
) -> None:
    """Start the node and keep it running.

    Stays in the foreground and logs to stderr; one line on stdout says when it is ready. SIGTERM
    or Ctrl-C ends it. With --json the ready line is JSON.

    \b
    Examples:
      vrm run
      vrm run --data ./postbox --postbox
      vrm run --data ./shop --no-passphrase --peer /ip4/192.0.2.7/tcp/4101/p2p/12D3KooWPeerId
    """
    here = session()
    _check_folder(here)
    passphrase = read_passphrase(passphrase_file, none=no_passphrase)
    ended = threading.Event()
    ready = threading.Thread(target=_say_when_ready, args=(here, ended), name="ready", daemon=True)
    ready.start()
    try:
        code = late.run_node(
            here.data_dir,
            passphrase,
            listen=list(listen) or None,
            peers=list(peer) or None,
            log_level=log_level,
            postbox=postbox,
        )
    except Exception as error:
        cause = coded(error)
        if cause is None:
            raise
        raise from_coded(cause) from error
    finally:
        ended.set()
    sys.exit(code)


def _check_folder(here: Session) -> None:
    """Say what hinders a start before anybody types a passphrase."""
    keystore = here.data_dir / "keystore.json"
    if not keystore.exists():
        detail = f"expected a keystore at {keystore}, came no file"
        raise from_coded(KeystoreError("keystore.missing", detail))
    from vrmnode.lockfile import running_pid

    pid = running_pid(here.data_dir / "node.lock")
    if pid is not None:
        detail = f"process {pid} already runs a node in {here.data_dir}"
        raise from_coded(LockError("node.already_running", detail, pid))


def _say_when_ready(here: Session, ended: threading.Event) -> None:
    # A thread, because the node has the main one; it asks as any other client would.
    while not ended.is_set():
        try:
            status = here.client.get("status")
        except CommandError as error:
            if error.exit_code != DAEMON_DOWN:
                return  # it answers, but not as it should; its log says why
            ended.wait(POLL_S)
            continue
        if isinstance(status, dict) and status.get("pid", os.getpid()) == os.getpid():
            here.line(_ready(status), _ready_words(status))
        return


def _ready(status: dict[str, object]) -> dict[str, object]:
    return {
        "type": "ready",
        "pid": os.getpid(),
        "peer_id": status.get("peer_id"),
        "addresses": status.get("addresses"),
    }


def _ready_words(status: dict[str, object]) -> str:
    addresses = status.get("addresses")
    listed = " ".join(map(str, addresses)) if isinstance(addresses, list) else "nothing"
    return f"ready: {status.get('peer_id')} listening on {listed}"
