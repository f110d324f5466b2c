"""`vrm data backup` and `restore`: keys and database in one encrypted file.

A running node writes its own backup; of one that stands still, this command does.
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from vrmnode.cli import late
from vrmnode.cli.failures import DAEMON_DOWN, CommandError, from_coded
from vrmnode.cli.passphrase import passphrase_options, read_passphrase
from vrmnode.cli.paths import run_command
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import moment
from vrmnode.errors import KeystoreError, NodeError

Json = dict[str, object]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@passphrase_options
@shared_options
def backup(file: Path, force: bool, passphrase_file: Path | None, no_passphrase: bool) -> None:
    """Write keys and database to an encrypted file.

    The passphrase protects the file; the keys in it stay under the node's own passphrase too. A
    second file, FILE.keys, holds the keys to what others may ask you to delete: when you do, the
    node erases them there. Without it the rest can be restored. Works while the node runs.

    \b
    Example:
      vrm data backup node.vrmbackup
    """
    here = session()
    passphrase = read_passphrase(passphrase_file, none=no_passphrase, confirm=True)
    target = file.absolute()
    body: Json = {"path": str(target), "passphrase": passphrase, "force": force}
    try:
        value = here.client.post("backup", body=body)
    except CommandError as error:
        if error.exit_code != DAEMON_DOWN:
            raise
        value = _write_here(here, target, passphrase, force=force)
    words = f"wrote {file} ({value.get('size_bytes')} bytes), and read it back"
    beside = (
        f"what others may ask you to delete opens only with {file}.keys: keep the two together;"
        " the node takes out of it what is deleted later"
    )
    here.result(value, f"{words}\n{beside}")


def _write_here(here: Session, target: Path, passphrase: str, *, force: bool) -> Json:
    from vrmnode import keystore

    try:
        raw = keystore.read(here.data_dir / "keystore.json")
        report = late.write_backup(
            here.data_dir, raw, target, passphrase, created=int(time.time()), force=force
        )
    except NodeError as error:
        raise from_coded(error) from error
    return {
        "path": str(target),
        "size_bytes": report.size_bytes,
        "deals": report.deals,
        "keys_path": str(report.keys_path),
        "keys": report.keys,
    }


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a node in the folder; it is kept beside.")
@passphrase_options
@shared_options
def restore(file: Path, force: bool, passphrase_file: Path | None, no_passphrase: bool) -> None:
    """Make a node from a backup file.

    The whole file is verified before anything is replaced. The node must not be running. The
    passphrase is that of the backup; the restored keys open with the one they had.

    \b
    Example:
      vrm data restore node.vrmbackup --data ./again
    """
    here = session()
    passphrase = read_passphrase(passphrase_file, none=no_passphrase)
    from vrmnode import config, keystore

    try:
        _check_stopped(here)
        config.prepare_folder(here.data_dir)
        report = late.restore_backup(
            file, passphrase, here.data_dir, check_keystore=keystore.check, force=force
        )
    except NodeError as error:
        raise from_coded(error) from error
    value: Json = {
        "data_dir": str(here.data_dir),
        "created": report.created,
        "deals": report.deals,
        "messages": report.messages,
        "intents": report.intents,
        "keys": report.keys,
    }
    words = f"restored {here.data_dir} as it was on {moment(report.created)}"
    counts = f"{report.deals} deals, {report.intents} intents, {report.messages} messages"
    if not report.keys:
        counts += (
            f"\nno keys beside it ({file}.keys): mail of your shop's deals, what customers"
            " disclosed to it, and questions, notes and sealed feedback can't be opened"
        )
    start = run_command(here.data_dir)
    settings = "config.toml isn't in a backup: set listen and peers again, or join with vrm join"
    careful = (
        "what was accepted since isn't known: for the intents in the backup nothing is accepted"
        " automatically any more"
    )
    missing = (
        "mail of the last 14 days comes again by itself, older mail that was acknowledged doesn't:"
        " compare open orders with the other side (vrm order list), and ask with vrm relation write"
    )
    told = [f"{words}: {counts}", settings, careful, missing, f"start it with: {start}"]
    here.result(value, "\n".join(told))


def _check_stopped(here: Session) -> None:
    from vrmnode.lockfile import running_pid

    pid = running_pid(here.data_dir / "node.lock")
    if pid is not None:
        detail = f"process {pid} runs a node in {here.data_dir}: stop it before restoring"
        raise KeystoreError("node.already_running", detail)
