"""The label of an order as a page to print: one file, which loads nothing from anywhere."""

from __future__ import annotations

import html
from collections.abc import Mapping

from vrmnode.cli.safe_text import one_line

_STYLE = """
@page { size: A6 landscape; margin: 6mm }
body { font: 12pt sans-serif; margin: 0; color: #000; background: #fff }
.sender { font-size: 8pt; border-bottom: 1px solid #000; padding-bottom: 1mm }
.address { font-size: 15pt; line-height: 1.35; margin: 7mm 0; white-space: pre }
.missing { border: 1px dashed #000; padding: 2mm }
.goods { font-size: 9pt }
@media print { .later { display: none } }
.code { float: right; text-align: center; font-size: 9pt }
"""


def page(label: Mapping[str, object], qr_svg: str) -> str:
    """The page of a label as the node's API gives it; `qr_svg` shows its reference."""
    reference = _text(label.get("reference"))
    sender = ", ".join(_texts(label.get("sender")))
    goods = f"{label.get('quantity')} × {_text(label.get('item_name'))}"
    if label.get("sku"):
        goods += f" ({_text(label.get('sku'))})"
    missing = label.get("missing")
    note = f'<p class="missing">{_text(label.get("words"))}</p>\n' if missing else ""
    # For the eyes of the shop: on paper the mark would be the carrier's to read.
    if later := ", ".join(_texts(label.get("given_later"))):
        note += f'<p class="later">given after the agreement: {later}</p>\n'
    lines = "\n".join(_texts(label.get("lines")))
    return f"""<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{reference}</title>
<style>{_STYLE}</style>
</head>
<body>
<div class="sender">{sender}</div>
<div class="code">{qr_svg}<br>{reference}</div>
<div class="address">{lines}</div>
{note}<div class="goods">{goods}</div>
</body>
</html>
"""


def _text(value: object) -> str:
    return html.escape(one_line("" if value is None else value))


def _texts(value: object) -> list[str]:
    return [_text(each) for each in value] if isinstance(value, list) else []
