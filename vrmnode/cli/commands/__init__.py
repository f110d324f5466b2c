"""The commands of `vrm`, one module each group; imported only when called."""
