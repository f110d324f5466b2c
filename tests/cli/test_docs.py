"""docs/cli/ names every command, flag, exit code and path, and its examples are true."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.api.fake_service import FakeService
from tests.cli.commands import LEAVES, every_command
from vrmnode.api.app import create_app
from vrmnode.cli.failures import EXIT_CODES
from vrmnode.customer.acceptance import read_policy
from vrmnode.customer.request import read_request
from vrmnode.values.fields import FieldError
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails

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


def _blocks(page: str) -> list[dict[str, object]]:
    return [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGES[page], re.S)]


def test_example_profile_and_policy_are_understood():
    profile, policy = _blocks("vendor.md")[:2]
    assert VendorDetails.from_dict(profile).name == "Canal Goods"
    assert VendorPolicy.from_dict(policy).prices[0].floor == 800


@pytest.mark.parametrize("read", [VendorDetails.from_dict, VendorPolicy.from_dict])
def test_every_name_of_a_profile_and_a_policy_stands_in_it(read):
    with pytest.raises(FieldError) as caught:
        read({"name": "Shop", "surprise": 1})
    names = caught.value.expected.removeprefix("one of ").split(", ")
    assert "category" in names or "delivery" in names
    page = PAGES["vendor.md"]
    missing = {n for n in names if not re.search(rf"^{n} = |`{n}`|\[{n}\]", page, re.MULTILINE)}
    assert missing == set()


def test_the_policy_shown_as_default_is_the_default():
    shown = VendorPolicy.from_dict(_blocks("vendor.md")[1])
    methods = VendorPolicy().payment_method
    plain = replace(shown, payment_method=methods, delivery={}, prices=(), tax_rate_ppm=None)
    assert plain == VendorPolicy()


def _anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", PAGES[page], re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_every_link_leads_somewhere():
    for page, text in PAGES.items():
        for path, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
            assert (FOLDER / (path or page)).exists(), (page, path)
            if anchor and (path or page) in PAGES:
                assert anchor in _anchors(path or page), (page, path, anchor)
