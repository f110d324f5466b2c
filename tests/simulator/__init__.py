"""A network in memory and virtual time: real gossip, sync and stem, seeded delays and faults.

`world` has the clock and the wires, `node` one node around the real services, `graph` who dials
whom, `report` what is measured. Everything follows from one number: a run with the same seed takes
the same steps, whatever machine it runs on (`World.trace` is a digest of them all).
"""
