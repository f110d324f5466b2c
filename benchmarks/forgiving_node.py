"""A node as it is shipped, but patient with everybody: how fast are bad messages refused?

`python -m benchmarks.forgiving_node FOLDER`, a folder that `vrm init --no-passphrase` made. A peer
that sends bad messages is held up at once and banned after 20, so a shipped node never has to
refuse thousands.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from vrmnode.network import NetworkConfig
from vrmnode.node import run


def _forgiving(**settings: Any) -> NetworkConfig:
    return replace(NetworkConfig(**settings), ban_after_faults=1e12, gossip_burst=1e12)


if __name__ == "__main__":
    run.NetworkConfig = _forgiving  # type: ignore[assignment, attr-defined]
    sys.exit(run.run_node(Path(sys.argv[1]), ""))
