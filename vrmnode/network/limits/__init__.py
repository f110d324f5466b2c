"""What peers may do, how their conduct is scored, and what is told of it."""
