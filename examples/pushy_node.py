"""A vendor's node whose owner has taken the check of reach out of the program.

`python -m examples.pushy_node run …` is `vrm run …`, except that it writes notes that the customer
doesn't want. Its customers' nodes refuse them, and its own signature shows what it did.
"""

from __future__ import annotations

import sys

from vrmnode.cli.root import main
from vrmprotocol import reach
from vrmprotocol.reach import Reachable
from vrmprotocol.reach_bodies import Purpose

PROGRAM = (sys.executable, "-m", "examples.pushy_node")


def permit(reach: Reachable, purpose: Purpose) -> None:
    """Let a note be written, whatever the customer has said."""


if __name__ == "__main__":
    reach.check_purpose = permit
    main()
