"""Cases of stamp.json: how much work, and whether it was done."""

from __future__ import annotations

from .cases import VectorFile
from .primitives import fixed
from .stamps import STAMPS, envelope_id, leading_zero_bits, required_bits
from .world import Body


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "stamp",
        "specs/02-envelope-and-keys.md#stamp",
        "`required_bits` by kind and body size, `leading_zero_bits` of an id, `check` a stamp "
        "against a difficulty, `grind` the first stamp from `start` on, counting up in "
        "8 bytes, the most significant first.",
    )
    for kind in ("mail", "intent", "vendor_profile", "weather"):
        sizes = (4096, 8192, 16384, 32768, 65536) if kind == "mail" else SIZES
        for size in sizes:
            sized: Body = {"kind": kind, "body_bytes": size}
            comment = f"{kind} of {size} bytes"
            owed = {"bits": required_bits(kind, size)}
            file.ok("required_bits", f"bits-{kind}-{size}", comment, sized, owed)
    for bits in (0, 1, 7, 8, 9, 16, 18, 255, 256):
        raw = (2 ** (256 - bits) - 1).to_bytes(32, "big")
        comment = f"{bits} zero bits, then ones"
        file.ok("leading_zero_bits", f"zeros-{bits}", comment, {"id": raw}, {"bits": bits})
    for bits, start in ((0, 0), (1, 0), (8, 0), (12, 0), (12, 100_000)):
        core = fixed("core to grind")
        stamp = _first(core, bits, start)
        comment = f"the first stamp with {bits} bits from {start} on"
        given: Body = {"core": core, "bits": bits, "start": start}
        output: Body = {"stamp": stamp, "id": envelope_id(core, stamp)}
        file.ok("grind", f"grind-{bits}-from-{start}", comment, given, output)
    _checks(file)
    return file


SIZES = (1, 4095, 4096, 4097, 8192, 8193, 12288, 16384, 16385, 32768, 32769, 65000)


def _first(core: bytes, bits: int, start: int) -> bytes:
    counter = start
    while leading_zero_bits(envelope_id(core, counter.to_bytes(8, "big"))) < bits:
        counter += 1
    return counter.to_bytes(8, "big")


def _checks(file: VectorFile) -> None:
    for bits in range(1, 21):
        core = fixed(f"core {bits}")
        stamp = STAMPS.find(core, bits, exactly=True)
        given = {"core": core, "stamp": stamp, "bits": bits}
        file.ok("check", f"check-{bits}", f"exactly {bits} bits", given)
        for more in (1, 2, 4, 8):
            given = {"core": core, "stamp": stamp, "bits": bits + more}
            comment = f"{bits} bits where {bits + more} are owed"
            file.bad("check", f"check-{bits}-of-{bits + more}", "envelope.stamp", comment, given)
