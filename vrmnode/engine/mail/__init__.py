"""Letters between the parties of a deal: sealed, kept, sent again until acknowledged, opened."""
