"""Hostile peers, each in a process of its own: what `benchmarks.attacks` lets loose on a node.

`attacker` is how one connects and writes; `connections`, `layers`, `gossip` and `services` have the
attacks.
"""
