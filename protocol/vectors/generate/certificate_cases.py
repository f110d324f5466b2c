"""Cases of certificate.json: a root's word for an operational key."""

from __future__ import annotations

from .canonical import Raw, pack
from .cases import VectorFile
from .primitives import STRANGE_KEYS, fixed, with_foreign_order
from .world import DAY, NOW, OTHER_ROOT, VENDOR, VENDOR_ROOT, Body, altered, certificate

SKEW = 300
LONGEST = 400 * DAY
START = NOW - 30 * DAY

SCHEMA: list[tuple[str, str, Body]] = [
    ("v-2", "version 2", {"v": 2}),
    ("v-missing", "no version", {"v": None}),
    ("v-true", "true is not 1", {"v": True}),
    ("unknown-key", "a key that the table doesn't have", {"name": "Example"}),
    ("root-31", "a root of 31 bytes", {"root": VENDOR_ROOT.public[:31]}),
    ("root-missing", "no root", {"root": None}),
    ("subject-33", "a subject of 33 bytes", {"subject": VENDOR.public + b"\0"}),
    ("subject-str", "the subject as text", {"subject": "a" * 32}),
    ("subject-missing", "no subject", {"subject": None}),
    ("serial-negative", "a negative serial", {"serial": -1}),
    ("serial-2-32", "a serial over 32 bits", {"serial": 2**32}),
    ("serial-str", "a serial as text", {"serial": "0"}),
    ("serial-missing", "no serial", {"serial": None}),
    ("not-before-negative", "a start before 1970", {"notBefore": -1}),
    ("not-before-missing", "no start", {"notBefore": None}),
    ("not-after-missing", "no end", {"notAfter": None}),
    ("not-after-equal", "ends when it starts", {"notAfter": START}),
    ("not-after-earlier", "ends before it starts", {"notAfter": START - 1}),
    ("longer-than-400-days", "a second over 400 days", {"notAfter": START + LONGEST + 1}),
    ("times-2-32", "an end over 32 bits", {"notBefore": 2**32 - DAY, "notAfter": 2**32}),
]


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "certificate",
        "specs/02-envelope-and-keys.md#key-certificate",
        "`verify` reads a canonical certificate map at the time `now`; `root_secret` signs it "
        "again.",
    )
    good = certificate()
    for name, comment, body, now in (
        ("valid", "in the middle of its life", good, NOW),
        ("first-second", "at notBefore", good, START),
        ("start-at-skew", "300 s before notBefore", good, START - SKEW),
        ("last-second", "at notAfter", good, good["notAfter"]),
        ("end-at-skew", "300 s after notAfter", good, good["notAfter"] + SKEW),
        ("400-days", "the longest life", certificate(changes={"notAfter": START + LONGEST}), NOW),
        (
            "one-second",
            "the shortest life",
            certificate(changes={"notBefore": NOW, "notAfter": NOW + 1}),
            NOW,
        ),
        ("serial-last", "the greatest serial", certificate(serial=2**32 - 1), NOW),
        ("self-certified", "a root may name itself", certificate(subject=VENDOR_ROOT.public), NOW),
    ):
        output = {"root_secret": VENDOR_ROOT.seed, "sig": body["sig"]}
        file.ok("verify", name, comment, {"raw": pack(body), "now": now}, output)
    for name, code, comment, now in (
        ("early-301", "certificate.not_yet_valid", "301 s before notBefore", START - SKEW - 1),
        ("early-year", "certificate.not_yet_valid", "a year before", START - 365 * DAY),
        ("late-301", "certificate.expired", "301 s after notAfter", good["notAfter"] + SKEW + 1),
        ("late-year", "certificate.expired", "a year after", good["notAfter"] + 365 * DAY),
    ):
        file.bad("verify", name, code, comment, {"raw": pack(good), "now": now})
    for name, comment, changes in SCHEMA:
        raw = pack(certificate(changes=changes))
        file.bad("verify", name, "certificate.schema", comment, {"raw": raw, "now": NOW})
    _signatures(file, good)
    return file


def _signatures(file: VectorFile, good: Body) -> None:
    sig = good["sig"]
    for name, comment, changes in (
        ("sig-63", "a signature of 63 bytes", {"sig": sig[:63]}),
        ("sig-missing", "no signature", {"sig": None}),
        ("sig-nil", "nil in place of the signature", {"sig": Raw(b"\xc0")}),
    ):
        raw = pack(altered(good, changes))
        file.bad("verify", name, "certificate.schema", comment, {"raw": raw, "now": NOW})
    unsigned = altered(good, {"sig": None})
    cases: list[tuple[str, str, Body]] = [
        ("sig-zero", "zero bytes", {"sig": bytes(64)}),
        ("sig-bit", "one bit turned", {"sig": sig[:9] + bytes([sig[9] ^ 4]) + sig[10:]}),
        ("sig-s-plus-order", "S plus the order of the group", {"sig": with_foreign_order(sig)}),
        (
            "sig-by-subject",
            "signed by the subject",
            {"sig": VENDOR.sign(b"vrm/1 certificate\0" + pack(unsigned))},
        ),
        ("sig-no-prefix", "signed without the prefix", {"sig": VENDOR_ROOT.sign(pack(unsigned))}),
        ("subject-swapped", "another subject after signing", {"subject": fixed("other subject")}),
        ("serial-changed", "another serial after signing", {"serial": 1}),
        ("prolonged", "prolonged after signing", {"notAfter": good["notAfter"] + 1}),
        ("root-swapped", "another root after signing", {"root": OTHER_ROOT.public}),
    ]
    cases += [(f"root-{n}", f"root: {c}", {"root": k}) for n, (k, c) in STRANGE_KEYS.items()]
    for name, comment, changes in cases:
        raw = pack(altered(good, changes))
        file.bad("verify", name, "certificate.signature", comment, {"raw": raw, "now": NOW})
    raw = pack(altered(good, {"serial": 1}))
    late = good["notAfter"] + DAY
    comment = "a wrong signature is reported before the dates"
    file.bad(
        "verify",
        "signature-before-dates",
        "certificate.signature",
        comment,
        {"raw": raw, "now": late},
    )
