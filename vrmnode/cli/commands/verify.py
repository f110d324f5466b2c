"""`vrm deal verify`: an agreement file checked without a node, and without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vrmnode.cli.failures import FAILED, CommandError
from vrmnode.cli.input_file import read_limited
from vrmnode.cli.safe_text import one_line, shortened
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import counted, money

if TYPE_CHECKING:
    from vrmprotocol.agreement_report import AgreementReport

Json = dict[str, object]

MAX_FILE_BYTES = 1024 * 1024
MAX_SHOWN = 60


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Another copy: says in which fields this one differs.",
)
@shared_options
def verify(file: Path, against: Path | None) -> None:
    """Verify what was exported of a deal, offline.

    An agreement file, a credential, a statement of deletion, or the record of a breach.

    Says what the signatures prove, and what the parties only assert. Exit code 1 if anything is
    wrong, with its name. Needs no running node.

    \b
    Examples:
      vrm deal verify book.vrm
      vrm deal verify book.vrm --against theirs.vrm
    """
    raw = read_limited(file, MAX_FILE_BYTES)
    other = None if against is None else read_limited(against, MAX_FILE_BYTES)
    report = _report(raw)
    checks: list[Json] = [
        {
            "name": c.name,
            "ok": c.ok,
            "evidence": c.evidence,
            "words": c.words,
            "code": c.code,
            "fault": c.fault,
        }
        for c in report.checks
    ]
    value: Json = {"file": str(file), "ok": report.ok, "checks": checks}
    if report.draft is not None:
        value["agreement"] = _summary(report.draft)
    if other is not None:
        value["against"] = _compared(report, _report(other), against)
    session().result(value, lambda: _words(file, value, checks))
    if not report.ok:
        wrong = "; ".join(f"{c.name}: {c.fault or c.words}" for c in report.failed)
        code = next((c.code for c in report.failed if c.code), "agreement.invalid")
        raise CommandError(
            FAILED,
            code,
            f"{file} does not verify: {wrong}",
            "ask the other party for its copy; both hold the same bytes",
        )


def _report(raw: bytes) -> AgreementReport:
    """The report on an agreement file, or on what has one in it."""
    from vrmprotocol import agreement_report, breach_file, credential, deletion_file

    if credential.looks_like_one(raw):
        return credential.verify(raw)
    if deletion_file.looks_like_one(raw):
        return deletion_file.verify(raw)
    if breach_file.looks_like_one(raw):
        return breach_file.verify(raw)
    return agreement_report.verify_file(raw)


def _compared(report: AgreementReport, other: AgreementReport, against: Path | None) -> Json:
    """Whether the other copy verifies, and where the two differ; None where one is unreadable."""
    from vrmprotocol.agreement_faults import differences

    found: list[Json] | None = None
    if report.file is not None and other.file is not None:
        found = [
            {"path": one.path, "here": _plain(one.here), "there": _plain(one.there)}
            for one in differences(report.file.fields, other.file.fields)
        ]
    return {"file": str(against), "ok": other.ok, "differences": found}


def _plain(value: object) -> object:
    """A value of the file as JSON has it, bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _summary(draft: object) -> Json:
    from vrmprotocol.draft import Draft
    from vrmprotocol.keys import to_did

    assert isinstance(draft, Draft)
    price = draft.price_specification
    return {
        "deal": draft.deal.hex(),
        "vendor": to_did(draft.vendor.root),
        "vendor_name": draft.vendor.name,
        "customer": to_did(draft.customer),
        "item_name": draft.item_offered.name,
        "business_function": draft.business_function,
        "lease_days": None if draft.lease is None else draft.lease.lease_length,
        "deposit": None if draft.lease is None else draft.lease.deposit,
        "warranty_months": None if draft.warranty is None else draft.warranty.duration_of_warranty,
        "quantity": draft.eligible_quantity,
        "total": price.total,
        "currency": price.price_currency,
        "terms": draft.terms,
    }


def _words(file: Path, value: Json, checks: list[Json]) -> str:
    lines = []
    summary = value.get("agreement")
    if isinstance(summary, dict):
        lines += [
            _what(summary),
            f"vendor    {one_line(summary['vendor_name'])}  {summary['vendor']}",
            f"customer  {summary['customer']}",
            "",
        ]
    for check in checks:
        lines.append(f"{_mark(check):<12} {check['name']}: {one_line(check['words'])}")
        if check["fault"]:
            lines.append(f"{'':<12} {one_line(check['fault'])}")
    lines += _against_words(value.get("against"))
    verdict = "verified" if value["ok"] else "NOT VERIFIED"
    return "\n".join([*lines, "", f"{file}: {verdict}"])


def _against_words(compared: object) -> list[str]:
    if not isinstance(compared, dict):
        return []
    head = f"{compared['file']}: {'verified' if compared['ok'] else 'NOT VERIFIED'}"
    found = compared["differences"]
    if found is None:
        return ["", f"{head}; the two can't be compared, one of them can't be read"]
    if not found:
        return ["", f"{head}; both copies are the same"]
    rows = [
        f"  {one['path']}: {_short(one['here'])} here, {_short(one['there'])} there"
        for one in found
    ]
    return ["", f"{head}; they differ in", *rows]


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(text, MAX_SHOWN)


def _what(summary: Json) -> str:
    """ "1 × Book, 45.70 EUR, terms SD-BASE", and what is done if it isn't a sale."""
    total = money(summary["total"], summary["currency"])
    if summary["business_function"] == "Buy":
        total += " to be paid by the vendor"
    words = f"{summary['quantity']} × {one_line(summary['item_name'])}, {total}"
    if summary["lease_days"] is not None:
        words += f" for {counted(int(str(summary['lease_days'])), 'day')}"
    if summary["deposit"] is not None:
        words += f", deposit {money(summary['deposit'], summary['currency'])}"
    if summary["warranty_months"] is not None:
        words += f", warranty {counted(int(str(summary['warranty_months'])), 'month')}"
    kind = "" if summary["business_function"] == "Sell" else f"{summary['business_function']}: "
    return f"{kind}{words}, terms {summary['terms']}"


def _mark(check: Json) -> str:
    if check["ok"] is None:
        return "-"
    return str(check["evidence"]) if check["ok"] else "WRONG"
