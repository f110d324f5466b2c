"""Personal data: kept sealed, committed to in agreements, disclosed stage by stage."""
