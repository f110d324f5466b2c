"""Before an agreement: questions, counters, and what was declined."""
