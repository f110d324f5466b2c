"""A simulated network played again by real nodes, over real sockets between processes."""
