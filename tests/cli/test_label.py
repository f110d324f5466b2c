"""The label on paper and on the screen."""

import json
import re
import stat

import pytest

from vrmnode.cli.label_page import page

ID = "ab12cd34ef56" * 5
LABEL = {
    "deal": ID, "status": "processing", "delivery_method": "ship", "reference": "K-2027-1",
    "lines": ["Anna <b>Muster</b>", "Musterstraße 1", "10115 Berlin\x1b[2J"],
    "missing": [], "words": "the address is complete", "given_later": [],
    "item_name": "Kettle & pot", "sku": "100-17", "quantity": 2,
    "sender": ["Example Kettles", "Kesselweg 1"],
}  # fmt: skip


def test_as_text(daemon, vrm):
    daemon.service.answers["vendor.label"] = LABEL
    assert vrm("vendor", "label", ID).stdout.splitlines() == [
        "K-2027-1  2 × Kettle & pot",
        "  Anna <b>Muster</b>",
        "  Musterstraße 1",
        "  10115 Berlin",
        "the address is complete",
    ]


def test_what_is_missing_or_new_is_said(daemon, vrm):
    waiting = {
        **LABEL, "lines": ["10115 Berlin"], "missing": ["name"], "given_later": ["locality"],
        "words": "name: come when you mark the order as processing",
    }  # fmt: skip
    daemon.service.answers["vendor.label"] = waiting
    lines = vrm("vendor", "label", ID).stdout.splitlines()
    assert lines[-2:] == [
        "name: come when you mark the order as processing",
        "given after the agreement: locality",
    ]


def test_as_a_page_that_only_its_owner_reads_and_that_loads_nothing(daemon, vrm, tmp_path):
    daemon.service.answers["vendor.label"] = LABEL
    path = tmp_path / "label.html"
    told = vrm("vendor", "label", ID, "-o", path).stdout
    assert told == f"wrote {path} ({path.stat().st_size} bytes); the address is complete\n"
    assert "Anna" not in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    found = re.findall('<div dir="auto">(.*)</div>', text)
    assert found == ["Anna &lt;b&gt;Muster&lt;/b&gt;", "Musterstraße 1", "10115 Berlin"]
    assert "2 × <bdi>Kettle &amp; pot</bdi> (<bdi>100-17</bdi>)" in text
    assert "<bdi>Example Kettles</bdi>, <bdi>Kesselweg 1</bdi>" in text
    # A size that browsers know, which the name A6 isn't.
    assert "@page { size: 148mm 105mm;" in text
    assert "default-src 'none'" in text
    assert "<svg" in text and "K-2027-1</div>" in text and "viewBox" in text
    assert "\x1b" not in text
    assert all(word not in text for word in ("http:", "https:", "src=", "url(", "<script"))


def test_a_file_that_is_there_is_kept(daemon, vrm, tmp_path):
    daemon.service.answers["vendor.label"] = LABEL
    path = tmp_path / "label.html"
    path.write_text("mine")
    assert vrm.error("vendor", "label", ID, "-o", path, code=2)["code"] == "file.exists"
    assert path.read_text() == "mine"
    report = vrm.json("vendor", "label", ID, "-o", path, "--force")
    assert report == {"file": str(path), "size_bytes": path.stat().st_size}
    assert vrm.error("vendor", "label", ID, "-o", tmp_path / "a.pdf", code=2)["code"] == "file.type"


def test_a_page_says_what_is_missing(daemon, vrm, tmp_path):
    daemon.service.answers["vendor.label"] = {
        **LABEL, "missing": ["name"], "words": "name: come later", "sku": None,
    }  # fmt: skip
    path = tmp_path / "label.html"
    vrm("vendor", "label", ID, "-o", path)
    text = path.read_text("utf-8")
    assert '<p class="missing">name: come later</p>' in text
    assert "Kettle &amp; pot</bdi></div>" in text
    assert json.dumps("None") not in text


def test_another_paper(daemon, vrm, tmp_path):
    daemon.service.answers["vendor.label"] = LABEL
    path = tmp_path / "label.html"
    vrm("vendor", "label", ID, "-o", path, "--paper", "a5")
    assert "@page { size: 210mm 148mm;" in path.read_text("utf-8")
    vrm("vendor", "label", ID, "-o", path, "--paper", "a4", code=2)


def test_without_an_address_the_page_says_why():
    text = page({**LABEL, "lines": [], "words": "delivery by pickup: no address is needed"}, "")
    assert '<p class="missing">delivery by pickup: no address is needed</p>' in text


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        (["Anna Muster", "Musterstraße 1", "10115 Berlin"], "1.25em"),
        (["a" * 34] * 4, "1.25em"),
        (["a" * 34] * 5, "1.0em"),
        (["東" * 17] * 5, "1.0em"),
        (["a" * 60] * 6, "0.8em"),
        (["a" * 200] * 8, "0.65em"),
        ([], "1.25em"),
    ],
)
def test_a_long_address_has_smaller_letters(lines, size):
    text = page({**LABEL, "lines": lines}, "")
    assert f"font-size: {size}; line-height: 1.3" in text
    assert text.count('<div dir="auto">') == len(lines)


def test_a_long_name_of_the_goods_is_cut():
    text = page({**LABEL, "item_name": "lamp " * 100}, "")
    assert "lamp" in text and len(text) < len(page(LABEL, "")) + 150
    assert "…</bdi> (" in text


def test_forgetting(daemon, vrm):
    daemon.service.answers["vendor.forget"] = {"deal": ID, "erased": 2, "disclosed": {}}
    words = vrm("vendor", "forget", ID).stdout
    assert words.startswith("erased 2 disclosures of deal ab12cd34ef56")
    assert "backups" in words
    daemon.service.answers["vendor.forget"] = {"deal": ID, "erased": 0, "disclosed": {}}
    assert "nothing to erase" in vrm("vendor", "forget", ID, "--anyway").stdout
