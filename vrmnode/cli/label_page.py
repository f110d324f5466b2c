"""The label of an order as a page to print: one file, which loads nothing from anywhere."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping, Sequence

from vrmnode.cli.safe_text import one_line, shortened

PAPERS = {"a6": ("148mm 105mm", "12pt"), "a5": ("210mm 148mm", "17pt")}
"""Width and height, and the size of its letters. CSS knows no paper A6 by name."""

# Letters of the address against the page's: (em, columns in a row, rows that fit).
_SIZES = ((1.25, 33, 8), (1.0, 42, 10), (0.8, 52, 13), (0.65, 64, 16))
_GOODS_CHARACTERS = 120

_STYLE = """
@page {{ size: {paper}; margin: 0.5cm }}
html {{ font: {letters} sans-serif; color: #000; background: #fff }}
body {{ margin: 0; overflow-wrap: anywhere }}
.sender {{ font-size: .65em; border-bottom: 1px solid #000; padding-bottom: .4em }}
.to {{ display: flex; justify-content: space-between; gap: 1em; margin: 1em 0 }}
.address {{ flex: 1; min-width: 0; font-size: {size}em; line-height: 1.3 }}
.address div {{ text-align: left; white-space: pre-wrap }}
.code {{ flex: none; width: 11em; text-align: center; font-size: .75em }}
.code svg {{ width: 8em; display: block; margin: 0 auto .4em }}
.missing {{ border: 1px dashed #000; padding: .4em; margin: .5em 0; font-size: .8em }}
.later, .goods {{ font-size: .75em; margin: .4em 0 }}
@media print {{ .later {{ display: none }} }}
@media screen {{ body {{ margin: 1em; max-width: 34em }} }}
"""


def page(label: Mapping[str, object], qr_svg: str, paper: str = "a6") -> str:
    """The page of a label as the node's API gives it; `qr_svg` shows its reference."""
    width, letters = PAPERS[paper]
    reference = _text(label.get("reference"))
    # Each part runs in the direction of its own letters and turns none beside it around.
    sender = ", ".join(f"<bdi>{each}</bdi>" for each in _texts(label.get("sender")))
    name = _text(shortened(label.get("item_name"), _GOODS_CHARACTERS))
    goods = f"{label.get('quantity')} × <bdi>{name}</bdi>"
    if label.get("sku"):
        goods += f" (<bdi>{_text(label.get('sku'))}</bdi>)"
    note = ""
    if label.get("missing") or not label.get("lines"):
        note = f'<p class="missing">{_text(label.get("words"))}</p>\n'
    # For the eyes of the shop: on paper the mark would be the carrier's to read.
    if later := ", ".join(_texts(label.get("given_later"))):
        note += f'<p class="later">given after the agreement: {later}</p>\n'
    lines = _lines(label.get("lines"))
    address = "\n".join(f'<div dir="auto">{html.escape(line)}</div>' for line in lines)
    style = _STYLE.format(paper=width, letters=letters, size=_size(lines))
    return f"""<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{reference}</title>
<style>{style}</style>
</head>
<body>
<div class="sender">{sender}</div>
<div class="to">
<div class="address">
{address}
</div>
<div class="code">{qr_svg}{reference}</div>
</div>
{note}<div class="goods">{goods}</div>
</body>
</html>
"""


def _size(lines: Sequence[str]) -> float:
    """How large the letters of an address can be for all of it to stand on the page."""
    for size, columns, rows in _SIZES:
        if sum(-(-_columns(line) // columns) for line in lines) <= rows:
            return size
    return _SIZES[-1][0]


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def _lines(value: object) -> list[str]:
    return [one_line(each) for each in value] if isinstance(value, list) else []


def _text(value: object) -> str:
    return html.escape(one_line("" if value is None else value))


def _texts(value: object) -> list[str]:
    return [html.escape(each) for each in _lines(value)]
