"""docs/cli/ names every command, flag, exit code and path, and its examples are true."""

import re
import tomllib
from pathlib import Path

from tests.api.fake_service import FakeService
from tests.cli.commands import LEAVES, every_command
from vrmnode.api.app import create_app
from vrmnode.cli.failures import EXIT_CODES
from vrmnode.customer.acceptance import read_policy
from vrmnode.customer.request import read_request

FOLDER = Path(__file__).parents[2] / "docs" / "cli"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.iterdir())}
TEXT = "\n".join(PAGES.values())


def test_every_command_stands_in_it_and_no_other():
    named = set(re.findall(r"`vrm ((?:[a-z]+ ?)+)", TEXT))
    commands = {" ".join(path) for path in LEAVES}
    missing = [each for each in commands if not any(n.strip().startswith(each) for n in named)]
    assert not missing
    unknown = [n for n in named if not any(n.startswith(each) for each in commands)]
    assert unknown == []


def test_every_flag_stands_in_it():
    flags = {
        option
        for _, command, _ in every_command()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    assert [flag for flag in sorted(flags) if f"`{flag}" not in TEXT] == []


def test_exit_codes():
    for number, words in EXIT_CODES:
        assert re.search(rf"^\| {number} \| {words.split(':')[0]} \|", TEXT, re.MULTILINE), number


def test_every_path_of_the_api():
    for path in create_app(FakeService()).openapi()["paths"]:
        # Several paths share a row; later ones leave out the beginning.
        assert path in TEXT or f"…/{path.rpartition('/')[2]}" in TEXT, path


def test_example_file_is_understood():
    page = PAGES["intents.md"]
    example = tomllib.loads(page.partition("```toml\n")[2].partition("```")[0])
    acceptance = example.pop("acceptance")
    example["by"] = example["by"].isoformat()
    assert read_request(example).quantity == 1
    assert read_policy(acceptance).mode == "automatic"


def _anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", PAGES[page], re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_every_link_leads_somewhere():
    for page, text in PAGES.items():
        for path, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
            assert (FOLDER / (path or page)).exists(), (page, path)
            if anchor and (path or page) in PAGES:
                assert anchor in _anchors(path or page), (page, path, anchor)
