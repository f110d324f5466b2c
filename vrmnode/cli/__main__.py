"""`python -m vrmnode.cli` is `vrm`."""

from vrmnode.cli.root import main

main()
