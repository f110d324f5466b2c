"""An agreement as it leaves the node: its file, linked data, or a credential.

Implements the writer's side of `specs/12-evidence.md`. All of them are made of the file, so none
shows what was disclosed in the deal.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.mail import mailroom
from vrmnode.engine.references import find_deal
from vrmnode.storage import deals
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmprotocol import agreement, agreement_graph, credential

Json = dict[str, object]

FORMATS = {"vrm": agreement.FILE_SUFFIX, "json-ld": ".jsonld", "vc": credential.SUFFIX}


def deal_export(tx: Connection, reference: str, form: str = "vrm") -> Json:
    """The agreement file, the same bytes on both sides, or what it says as linked data.

    Raises:
        ServiceError: `deal.not_agreed`, `export.format`.
        LocalError: `export.unknown_terms`, `export.unknown_currency`.
    """
    row, raw = _agreed(tx, reference)
    if form == "json-ld":
        raw = agreement_graph.linked_data(raw, agreement.read_file(raw))
    elif form != "vrm":
        raise invalid("export.format", f"expected vrm or json-ld, came {form!r}")
    return _file(row, raw, form)


def issue(ctx: Context, params: Mapping[str, object]) -> Json:
    """A credential of a deal's agreement, by the key with which this node signed it.

    Raises:
        ServiceError: `deal.not_agreed`, `deal.no_keys`.
        LocalError: `export.unknown_terms`, `export.unknown_currency`.
    """
    row, raw = _agreed(ctx.tx, str(params.get("deal") or ""))
    if row.role == deals.CUSTOMER:
        key = mailroom.pseudonym_key(ctx, row)
    else:
        subject = agreement.read_file(raw).draft.vendor.certificate.subject
        found = ctx.identity.vendor_key_of(subject, ctx.now)
        if found is None:
            raise conflict("deal.no_keys", "expected the key that signed the agreement, it is gone")
        key = found
    return _file(row, credential.make(raw, key), "vc")


def _agreed(tx: Connection, reference: str) -> tuple[Deal, bytes]:
    row = deals.get(tx, find_deal(tx, reference))
    if row is None or row.document is None:
        state = "none" if row is None else row.state
        raise conflict("deal.not_agreed", f"expected an agreed deal, came one that is {state}")
    return row, row.document


def _file(row: Deal, raw: bytes, form: str) -> Json:
    name = f"deal-{row.deal.hex()[:12]}{FORMATS[form]}"
    return {"file": base64.b64encode(raw).decode(), "name": name}
