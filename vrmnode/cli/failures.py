"""How a command fails: exit codes, and an error that carries one of them.

Every message says what was expected, what came, and what to do next.
"""

from __future__ import annotations

import json
import sys
from typing import IO, Any

import click

from vrmnode.cli.safe_text import one_line

OK = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
CONFLICT = 4
LOCKED = 5
DAEMON_DOWN = 6
NO_PEERS = 7
TIMED_OUT = 8

EXIT_CODES = (
    (OK, "ok"),
    (FAILED, "failed"),
    (USAGE, "usage: an option, argument or file is wrong"),
    (NOT_FOUND, "not found"),
    (CONFLICT, "state conflict: not possible any more, or done already"),
    (LOCKED, "locked: wrong passphrase or not allowed"),
    (DAEMON_DOWN, "daemon down: start it with: vrm run"),
    (NO_PEERS, "no peers"),
    (TIMED_OUT, "wait timed out"),
)

# Codes that say more than the HTTP status or the class of the error they came with.
EXIT_BY_CODE = {
    "keystore.exists": CONFLICT,
    "keystore.missing": NOT_FOUND,
    "keystore.wrong_passphrase": LOCKED,
    "keystore.permissions": LOCKED,
    "node.already_running": CONFLICT,
    "postbox.own_affairs": CONFLICT,
    "backup.exists": CONFLICT,
    "backup.missing": NOT_FOUND,
    "backup.running": CONFLICT,
    "backup.wrong_passphrase": LOCKED,
    "config.invalid": USAGE,
    "invitation.form": USAGE,
    "invitation.check": USAGE,
    "invitation.version": USAGE,
    "invitation.schema": USAGE,
    "invitation.network": USAGE,
    "invitation.no_peer": USAGE,
    "config.syntax": USAGE,
    "catalogue.invalid": USAGE,
    "catalogue.mapping": USAGE,
    "image.type": USAGE,
    "image.too_large": USAGE,
    "image.malformed": USAGE,
    "image.reference": USAGE,
    "image.ambiguous": CONFLICT,
    "image.not_found": NOT_FOUND,
    "network.address_invalid": USAGE,
    "wellknown.domain": USAGE,
    "wellknown.unreachable": NOT_FOUND,
    "wellknown.timeout": TIMED_OUT,
    "wellknown.status": NOT_FOUND,
    "wellknown.redirect": NOT_FOUND,
    "network.no_peers": NO_PEERS,
    "network.dial_failed": NO_PEERS,
    "network.dial_timeout": NO_PEERS,
    "network.peer_mismatch": NO_PEERS,
}
EXIT_BY_STATUS = {
    400: USAGE,
    401: LOCKED,
    403: LOCKED,
    404: NOT_FOUND,
    409: CONFLICT,
    413: USAGE,
    422: USAGE,
    504: TIMED_OUT,
}


class CommandError(click.ClickException):
    """A failure with its exit code; `advice` says what to do next."""

    def __init__(self, exit_code: int, code: str, detail: str, advice: str = "") -> None:
        super().__init__(detail)
        # click declares it for the class, and reads it of the error.
        self.exit_code = exit_code  # type: ignore[misc]
        self.code = code
        self.detail = detail
        self.advice = advice
        # Asked now: when the error is shown, the command and its options are gone.
        context = click.get_current_context(silent=True)
        self.as_json = context is not None and bool(context.find_root().meta.get("vrm.json"))

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the error to stderr: words, or one JSON object with `--json`."""
        out = file or sys.stderr
        if self.as_json:
            error = {"code": self.code, "detail": self.detail, "exit_code": self.exit_code}
            if self.advice:
                error["advice"] = self.advice
            out.write(json.dumps({"error": error}) + "\n")
            return
        out.write(f"Error: {one_line(self.detail)} [{one_line(self.code)}]\n")
        if self.advice:
            out.write(f"  {one_line(self.advice)}\n")


def usage(code: str, detail: str, advice: str = "") -> CommandError:
    """An option, argument or file of the user is wrong."""
    return CommandError(USAGE, code, detail, advice)


def from_problem(status: int, problem: dict[str, object]) -> CommandError:
    """The node's problem document as a failure of this command."""
    code = str(problem.get("code", "internal.error"))
    detail = str(problem.get("detail", f"the node answered with HTTP status {status}"))
    exit_code = EXIT_BY_CODE.get(code, EXIT_BY_STATUS.get(status, FAILED))
    advice = _ADVICE_BY_FAMILY.get(code.partition(".")[0], _ADVICE.get(exit_code, ""))
    return CommandError(exit_code, code, detail, _ADVICE_BY_CODE.get(code, advice))


def from_coded(error: BaseException) -> CommandError:
    """An error of a library (`code`, and `detail` or `message`) as a failure of this command."""
    code = str(getattr(error, "code", "internal.error"))
    detail = str(getattr(error, "detail", None) or getattr(error, "message", None) or error)
    detail = detail.removeprefix(f"{code}: ")
    exit_code = EXIT_BY_CODE.get(code, FAILED)
    return CommandError(exit_code, code, detail, _ADVICE_BY_CODE.get(code, ""))


def coded(error: BaseException) -> BaseException | None:
    """The first error with a `code` in this one, which may be a group; None for a bug."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := coded(each))), None)
    return error if isinstance(getattr(error, "code", None), str) else None


_QUESTIONS = "see what customers asked with: vrm vendor questions --all"
MAPPING_ADVICE = (
    "say which column is what, by name, or by number from 1: "
    '--mapping "gtin=isbn,name=title,price=8"'
)
_ADVICE = {
    NOT_FOUND: "list what there is with: vrm intent list, vrm offer list, vrm deal list",
    CONFLICT: "see how it stands with: vrm deal list, vrm intent list",
    NO_PEERS: "see vrm net peers; join with: vrm join LINK",
}
_ADVICE_BY_FAMILY = {
    # Files that are there already have nothing to do with deals.
    "backup": "",
    "postbox": "",
    "inbox": "see what waits with: vrm vendor inbox list",
    "contact": "see what is set with: vrm contact show",
    "order": "see what may be said with: vrm order show DEAL",
}
_ADVICE_BY_CODE = {
    "intent.nobody": "find vendors with: vrm vendor search; trust them with: vrm trust add",
    "product.not_found": "see what there is with: vrm vendor catalogue list",
    "inbox.unfit": "send it all the same with --anyway, or change it",
    "inbox.no_proposal": "say what you offer: --sku SKU, or --name TEXT with --unit-price AMOUNT",
    "inbox.delivery": "say how it gets there: --delivery-charge AMOUNT with --deliver-by DAY",
    "feedback.not_found": "see: vrm feedback list, vrm feedback list --vendor VENDOR",
    "rights.not_planned": "see what waits with: vrm rights list",
    "history.nothing": "only agreements of yours count; those with public feedback: --published",
    "request.vendor": "see whom this node knows, with their keys: vrm vendor search",
    "vendor.not_paused": "",
    "question.answered": _QUESTIONS,
    "question.not_found": _QUESTIONS,
    "question.stray": _QUESTIONS,
    "vendor.not_found": "see whom this node knows with: vrm vendor search",
    "week.not_found": "see which weeks are closed with: vrm vendor demand list",
    "contact.missing": "set it with: vrm contact set NAME=VALUE",
    "disclosure.nothing_due": "name the fields to tell them all the same",
    "negotiation.illegal_move": "see how it stands with: vrm deal show DEAL, vrm order show DEAL",
    "order.open": "erase it all the same with --anyway",
    "invitation.check": "ask for the link again",
    "invitation.form": "a link begins vrm:join: and was made by: vrm net invite",
    "invitation.version": "a newer vrm may read it",
    "keystore.missing": "make a node in this folder with: vrm init",
    "keystore.exists": "use this node as it is, or choose another folder with --data",
    "backup.wrong_passphrase": "it is the one given when the backup was made; a backup made"
    " without one opens with --no-passphrase",
    "keystore.wrong_passphrase": "try again; without the passphrase only the 24 words help",
    "catalogue.mapping": MAPPING_ADVICE,
    "catalogue.encoding": "save the spreadsheet as CSV, in UTF-8, and import that",
    "message.linked": "choose with --intent or --deal, or allow it with --together",
    "message.nothing": "answers are written a moment after their cause: see vrm deal list",
    "image.type": "save the picture as JPEG or PNG",
    "image.not_found": "list what there is with: vrm image list",
    "network.port_in_use": "end what uses it, or choose another: vrm run --listen ADDRESS",
    "vendor.no_profile": "see whom this node has with: vrm vendor search",
    "wellknown.redirect": "if you trust that one, name it instead",
    "node.already_running": "talk to it with: vrm status",
}


def epilog() -> str:
    """The exit codes for `vrm --help`."""
    lines = "\n".join(f"  {number}  {words}" for number, words in EXIT_CODES)
    return f"\b\nExit codes:\n{lines}"
