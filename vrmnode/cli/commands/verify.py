"""`vrm deal verify`: an agreement file checked without a node, and without a network."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.failures import FAILED, NOT_FOUND, CommandError
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import counted, money

MAX_FILE_BYTES = 1024 * 1024


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@shared_options
def verify(file: Path) -> None:
    """Verify an agreement file offline.

    Says what the signatures prove, and what the parties only assert. Exit code 1 if anything is
    wrong, with its name. Needs no running node.

    \b
    Example:
      vrm deal verify book.vrm
    """
    raw = _read(file)
    from vrmprotocol.agreement_report import verify_file

    report = verify_file(raw)
    checks: list[dict[str, object]] = [
        {"name": c.name, "ok": c.ok, "evidence": c.evidence, "words": c.words, "code": c.code}
        for c in report.checks
    ]
    value: dict[str, object] = {"file": str(file), "ok": report.ok, "checks": checks}
    if report.draft is not None:
        value["agreement"] = _summary(report.draft)
    session().result(value, lambda: _words(file, value, checks))
    if not report.ok:
        wrong = "; ".join(f"{c.name}: {c.words}" for c in report.failed)
        code = next((c.code for c in report.failed if c.code), "agreement.invalid")
        raise CommandError(
            FAILED,
            code,
            f"{file} does not verify: {wrong}",
            "ask the other party for its copy; both hold the same bytes",
        )


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise CommandError(NOT_FOUND, "file.read", f"{file}: no such file") from None
    except OSError as error:
        detail = f"{file}: expected a readable file, came: {error.strerror}"
        raise CommandError(FAILED, "file.read", detail) from None
    if len(raw) > MAX_FILE_BYTES:
        detail = f"{file}: expected an agreement of at most {MAX_FILE_BYTES} bytes, came more"
        raise CommandError(FAILED, "file.too_large", detail)
    return raw


def _summary(draft: object) -> dict[str, object]:
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
        "quantity": draft.eligible_quantity,
        "total": price.total,
        "currency": price.price_currency,
        "terms": draft.terms,
    }


def _words(file: Path, value: dict[str, object], checks: list[dict[str, object]]) -> str:
    lines = []
    summary = value.get("agreement")
    if isinstance(summary, dict):
        lines += [
            _what(summary),
            f"vendor    {summary['vendor_name']}  {summary['vendor']}",
            f"customer  {summary['customer']}",
            "",
        ]
    lines += [f"{_mark(check):<12} {check['name']}: {check['words']}" for check in checks]
    verdict = "verified" if value["ok"] else "NOT VERIFIED"
    return "\n".join([*lines, "", f"{file}: {verdict}"])


def _what(summary: dict[str, object]) -> str:
    """ "1 × Book, 45.70 EUR, terms SD-BASE", and what is done if it isn't a sale."""
    total = money(summary["total"], summary["currency"])
    if summary["business_function"] == "Buy":
        total += " to be paid by the vendor"
    words = f"{summary['quantity']} × {summary['item_name']}, {total}"
    if summary["lease_days"] is not None:
        words += f" for {counted(int(str(summary['lease_days'])), 'day')}"
    if summary["deposit"] is not None:
        words += f", deposit {money(summary['deposit'], summary['currency'])}"
    kind = "" if summary["business_function"] == "Sell" else f"{summary['business_function']}: "
    return f"{kind}{words}, terms {summary['terms']}"


def _mark(check: dict[str, object]) -> str:
    if check["ok"] is None:
        return "-"
    return str(check["evidence"]) if check["ok"] else "WRONG"
