"""The peers in JavaScript, whose packages come from their own lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "peers" / "js"
NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def set_up() -> Path:
    """Install the packages, unless they are there; the folder with the peers."""
    done, lock = FOLDER / "node_modules" / ".package-lock.json", FOLDER / "package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        print("setting up the peers in JavaScript", file=sys.stderr)
        subprocess.run(NPM, cwd=FOLDER, check=True)
    return FOLDER
