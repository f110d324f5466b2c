"""The project's own build and house checks; no part of the node."""
