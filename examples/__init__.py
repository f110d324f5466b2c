"""What to run and read first: a market of real nodes, and small catalogues to fill shops with."""
