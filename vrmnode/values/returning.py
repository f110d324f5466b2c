"""How far deals of a returning customer count: for the API, the command and the shop's policy."""

MOST_COUNTED = 100
"""Finished deals of one customer that count at most."""
