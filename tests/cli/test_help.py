"""What `vrm --help` promises: an example in every help, one set of words, all exit codes."""

import shlex

import click
import pytest

from tests.cli.commands import LEAVES, PATHS, every_command
from vrmnode.cli.failures import EXIT_CODES
from vrmnode.cli.root import vrm as root

EXPECTED = """
init, run, join, status, version, completion, events, ledger
id show, data backup, data restore, data export, data keys, data passphrase
intent publish, intent list, intent show, intent why, intent watch, intent extend, intent withdraw
intent drafts, intent draft, intent confirm, intent discard
intent standing list, intent standing show, intent standing stop
offer list, offer show, offer compare, offer accept, offer ask, offer counter, offer decline
order list, order show, order wait, order event, order bill, order pay, order paid, order refund
order receipt, order cancel, order return, order answer
deal list, deal show, deal export, deal verify, deal withdraw, deal disclose
vendor search, vendor show, vendor check, vendor counts
vendor profile show, vendor profile set, vendor policy show, vendor policy set, vendor wellknown
vendor catalogue import, vendor catalogue list, vendor catalogue set, vendor catalogue remove
vendor questions, vendor reply, vendor inbox list, vendor inbox show, vendor inbox claim
vendor pause, vendor resume, vendor inbox release, vendor inbox answer, vendor inbox refuse
vendor forget, vendor label, vendor orders, vendor intents
vendor demand on, vendor demand off, vendor demand list, vendor demand show, vendor demand export
vendor rights list, vendor rights show, vendor rights fulfil, vendor rights deny
vendor rights progress, rights request, rights cancel, rights list, rights show, rights export
vendor key list, vendor key rotate, vendor key revoke
message export, message import, terms list, terms show, terms axes
thing add, thing list, thing show, thing change, thing remove, thing broken
thing hook add, thing hook list, thing hook remove
history nonce, history make, history verify
feedback give, feedback withdraw, feedback list, feedback sealed, feedback reply
trust add, trust list, trust remove
contact show, contact set, contact remove, contact disclosures, contact status, contact tell
relation list, relation show, relation reach, relation pause, relation resume, relation end
relation write, breach list, breach show, breach export
image add, image list, image show, image export, image remove, image check
contact policy show, contact policy set
policy test, vendor policy test
policy show, policy set, net peers, net address, net connect, net submit, net invite
"""


def test_commands_are_these():
    wanted = {tuple(words.split()) for words in EXPECTED.replace("\n", ", ").split(", ") if words}
    assert set(LEAVES) == wanted


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_has_an_example_and_the_shared_options(vrm, path):
    text = vrm(*path, "--help").output
    assert "Example" in text
    assert "--json" in text and "--data" in text
    assert "  vrm " in text


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_examples_name_known_commands_and_options(path):
    command = {p: c for p, c, _ in every_command()}[path]
    examples = [line.strip() for line in (command.help or "").splitlines()]
    for line in (text for text in examples if text.startswith("vrm ")):
        for part in line.split("&"):
            words = shlex.split(part.split(">")[0])
            if words:
                assert_parses(words[1:])


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_no_example_is_two_lines_joined(vrm, path):
    for line in vrm(*path, "--help").output.splitlines():
        if line.strip().startswith("vrm "):
            assert "   " not in line.strip()


def assert_parses(words):
    """The words name commands that exist, and options that those know."""
    command: click.Command = root
    context = click.Context(root)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-") and word != "-"} <= known


def test_table_and_command_say_the_same():
    for path, command, words in every_command():
        if words is not None:
            assert (command.help or "").splitlines()[0] == words, path


def test_exit_codes_are_in_the_help(vrm):
    text = vrm("--help").output
    for number, words in EXIT_CODES:
        assert f"  {number}  {words}" in text


@pytest.mark.parametrize(
    "args",
    [("offers",), ("intent", "publsh"), ("vendor", "catalogue", "imp"), ("status", "--nope"), ()],
    ids=" ".join,
)
def test_unknown_words_are_usage(vrm, args):
    result = vrm(*args, code=2)
    if args and not args[-1].startswith("-"):
        assert f"came '{args[-1]}'" in result.stderr and "expected one of: " in result.stderr


@pytest.mark.parametrize(
    "args",
    [("offers",), ("status", "--nope"), ("offer", "show"), ("deal", "list", "--role", "x")],
    ids=" ".join,
)
def test_usage_in_json(vrm, args):
    error = vrm.error(*args, code=2)
    assert error["code"] == "usage"
    assert error["advice"].startswith("see: vrm ") and error["advice"].endswith(" --help")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(vrm, shell):
    script = vrm("completion", shell).output
    assert "_VRM_COMPLETE" in script and "vrm" in script


def test_version(vrm):
    import tomllib
    from pathlib import Path

    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text())
    assert vrm.json("version")["version"] == project["project"]["version"]


def test_a_slip_of_the_fingers_is_guessed(vrm):
    assert "Did you mean 'publish'?" in vrm("intent", "pubish", code=2).stderr
    assert "Did you mean" not in vrm("zzz", code=2).stderr
