"""Write every vector file: `python -m generate`, or `python -m generate FOLDER` elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

from .files import FILES
from .stamps import STAMPS

VECTORS = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Build all files in memory, then write them into `folder`."""
    for file in [build() for build in FILES]:
        (folder / f"{file.name}.json").write_text(file.text(), encoding="utf-8")
        valid = sum(case["expect"] == "ok" for case in file.cases)
        sys.stdout.write(f"{file.name}: {valid} valid, {len(file.cases) - valid} invalid\n")
    if folder == VECTORS:
        STAMPS.save()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS)
