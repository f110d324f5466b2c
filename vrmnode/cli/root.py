"""`vrm` itself: its groups, its shared options, its help."""

from __future__ import annotations

import sys
from typing import Any

import click

from vrmnode.cli.failures import USAGE, CommandError, epilog
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import shared_options
from vrmnode.version import VERSION

_HERE = "vrmnode.cli.commands"

_COMMANDS = {
    "init": (f"{_HERE}.init", "init", "Make a node: its folder, keys and configuration."),
    "run": (f"{_HERE}.run", "run", "Start the node and keep it running."),
    "join": (f"{_HERE}.join", "join", "Join the network by a link or a domain."),
    "status": (f"{_HERE}.status", "status", "Show how the running node is."),
    "id": (f"{_HERE}.identity", "identity", "Show the node's identity."),
    "data": (f"{_HERE}.data", "data", "Back up, move and export what the node holds."),
    "intent": (f"{_HERE}.intent", "intent", "Publish what you want, and follow it."),
    "offer": (f"{_HERE}.offer", "offer", "Compare, accept and decline offers."),
    "deal": (f"{_HERE}.deal", "deal", "See, export and verify deals."),
    "order": (f"{_HERE}.order", "order", "Follow what was agreed: pay, deliver, give back."),
    "message": (f"{_HERE}.message", "message", "Carry messages by hand, as files."),
    "image": (f"{_HERE}.image", "image", "Keep pictures; check files against messages."),
    "vendor": (f"{_HERE}.vendor", "vendor", "Find vendors; sell: profile, catalogue and policy."),
    "contact": (f"{_HERE}.contact", "contact", "Your contact data, kept sealed on your node."),
    "ledger": (
        f"{_HERE}.ledger",
        "ledger",
        "Show who holds what of you, under which agreement, until when.",
    ),
    "relation": (f"{_HERE}.relation", "relation", "Keep in touch after an agreement."),
    "breach": (f"{_HERE}.breach", "breach", "Show what vendors wrote beyond their agreements."),
    "thing": (f"{_HERE}.thing", "thing", "Note what you own; ask for its repair when it breaks."),
    "rights": (
        f"{_HERE}.rights",
        "rights",
        "See what vendors hold of you; have it deleted, or not sold.",
    ),
    "history": (f"{_HERE}.history", "history", "Show what you bought without saying who you are."),
    "feedback": (f"{_HERE}.feedback", "feedback", "Say how it was; read what others say."),
    "trust": (f"{_HERE}.trust", "trust", "Say which vendors you trust."),
    "policy": (f"{_HERE}.policy", "policy", "Show or set how offers are accepted."),
    "terms": (
        f"{_HERE}.terms",
        "terms",
        "Read the terms under which vendors may use what they learn.",
    ),
    "net": (f"{_HERE}.net", "net", "See and connect peers, and invite others."),
    "events": (f"{_HERE}.events", "events", "Read or follow the node's event log."),
    "version": (f"{_HERE}.version", "version", "Show the version."),
    "completion": (f"{_HERE}.completion", "completion", "Print a completion script for a shell."),
}


class _Root(LazyGroup):
    """The root of the commands: with `--json`, errors in how it was called are JSON too."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        as_json = "--json" in args
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if not as_json:
                raise
            raise _told(error) from error
        context.meta["vrm.usage_as_json"] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if not ctx.meta["vrm.usage_as_json"]:
                raise
            raise _told(error) from error


def _told(error: click.UsageError) -> click.ClickException:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    path = error.ctx.command_path if error.ctx is not None else "vrm"
    told = CommandError(USAGE, "usage", error.format_message(), f"see: {path} --help")
    told.as_json = True
    return told


@click.group(
    cls=_Root,
    commands_at=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog(),
)
@click.version_option(VERSION, prog_name="vrm")
@shared_options
def vrm() -> None:
    """Say what you want, on your own terms; vendors answer with offers.

    \b
    Example:
      vrm init
      vrm run
    \b
    Then, in another terminal:
      vrm net connect /ip4/192.0.2.7/tcp/4101/p2p/12D3KooWPeerId
      vrm intent publish --gtin 9780131103627 --budget "45.00 EUR" --country DE --wait 2
      vrm offer list
    """


def main() -> None:
    """Run `vrm` and leave the process with one of the documented exit codes."""
    # A terminal that can't show a character gets "?", not a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    vrm(prog_name="vrm")
