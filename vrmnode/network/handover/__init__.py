"""Envelopes handed over outside gossip: submitted one by one, or by comparing sets."""
