"""Feedback: said after an agreement, read from others, answered."""
