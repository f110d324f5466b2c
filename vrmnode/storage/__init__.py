"""The node's SQLite store: envelopes, deals, event log, outbox, catalogue.

What it has acknowledged survives a crash; one transaction holds a state and what follows from it.
"""
