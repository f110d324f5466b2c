"""`vrm vendor`: who sells, and what makes a node sell."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import shared_options
from vrmnode.cli.settings import (
    pairs_argument,
    replace,
    settings_file,
    settings_group,
    show_command,
)

_HERE = "vrmnode.cli.commands.vendor"
_WELLKNOWN = "vrmnode.cli.commands.wellknown"
_CATALOGUE = "vrmnode.cli.commands.catalogue"
_DIRECTORY = "vrmnode.cli.commands.directory"
_TEST = "vrmnode.cli.commands.policy_test"
_PAUSE = "vrmnode.cli.commands.pause"
_INBOX = "vrmnode.cli.commands.inbox"
_QUESTIONS = "vrmnode.cli.commands.questions"
_KEYS = "vrmnode.cli.commands.vendor_keys"
PROFILE = ("vendor", "profile")
POLICY = ("vendor", "policy")
_WHO, _HOW = "who you are to customers", "how intents are answered"


@click.group(
    cls=LazyGroup,
    commands_at={
        "search": (_DIRECTORY, "search", "Search the vendors your node heard of."),
        "show": (_DIRECTORY, "show_vendor", "Show what your node knows of one vendor."),
        "counts": (
            "vrmnode.cli.commands.vendor_counts",
            "vendor_counts",
            "Count what your node knows of a vendor.",
        ),
        "check": (_DIRECTORY, "check", "Ask a vendor's domain whether it names the vendor."),
        "profile": (_HERE, "profile", "Show or set who you are to customers."),
        "catalogue": (_CATALOGUE, "catalogue", "Import, list and change the products you sell."),
        "inbox": (_INBOX, "inbox", "Answer what your policy leaves to a human."),
        "pause": (_PAUSE, "pause", "Make no new offers for a while."),
        "resume": (_PAUSE, "resume", "Make offers again."),
        "demand": (
            "vrmnode.cli.commands.demand",
            "demand",
            "Count what customers want, week by week, without showing anyone.",
        ),
        "questions": (_QUESTIONS, "questions", "List the questions of customers."),
        "reply": (_QUESTIONS, "reply", "Answer a customer's question."),
        "policy": (_HERE, "policy", "Show or set how intents are answered."),
        "intents": (
            "vrmnode.cli.commands.shop_intents",
            "list_intents",
            "List the intents that came, the newest first, and what you answered.",
        ),
        "orders": (
            "vrmnode.cli.commands.shop_orders",
            "list_orders",
            "List your shop's open orders and what to do next.",
        ),
        "label": (
            "vrmnode.cli.commands.label",
            "label",
            "Show the delivery label of an order.",
        ),
        "forget": (
            "vrmnode.cli.commands.forget",
            "forget",
            "Erase what the customer of a deal has disclosed.",
        ),
        "rights": (
            "vrmnode.cli.commands.vendor_rights",
            "rights",
            "Answer what customers ask about their data.",
        ),
        "key": (_KEYS, "key", "See, change and revoke the keys that sign for your shop."),
        "wellknown": (_WELLKNOWN, "wellknown", "Write the file that your web site serves."),
    },
)
@shared_options
def vendor() -> None:
    """Find vendors; sell: profile, catalogue and policy.

    \b
    Examples:
      vrm vendor search books --country DE
      vrm vendor profile set --file profile.toml
      vrm vendor catalogue import books.csv --mapping "gtin=isbn,name=title" --currency EUR
    """


profile = settings_group(_HERE, PROFILE, _WHO)
show_profile = show_command(PROFILE, _WHO)


@click.command("set")
@pairs_argument
@settings_file
@shared_options
def set_profile(pairs: tuple[str, ...], file: Path | None) -> None:
    """Set who you are to customers.

    NAME=VALUE changes one name and keeps the others; --file replaces all. The profile is public
    and is published at once. Lists are written as JSON.

    \b
    Examples:
      vrm vendor profile set name="Harbour Books" area_served='["DE","AT"]'
      vrm vendor profile set --file profile.toml
    """
    replace(PROFILE, file, pairs)


policy = settings_group(
    _HERE,
    POLICY,
    _HOW,
    test=(_TEST, "vendor_policy", "Say what you would answer to an intent; send nothing."),
)
show_policy = show_command(POLICY, _HOW)


@click.command("set")
@pairs_argument
@settings_file
@shared_options
def set_policy(pairs: tuple[str, ...], file: Path | None) -> None:
    """Set how intents are answered.

    NAME=VALUE changes one name and keeps the others; --file replaces all.

    \b
    Examples:
      vrm vendor policy set confirm_minutes=60 accepted_terms='["SD-BASE"]'
      vrm vendor policy set --file policy.toml
    """
    replace(POLICY, file, pairs)
