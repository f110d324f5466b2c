"""Real nodes on machines of their own, whose cables are cut and whose addresses change."""
