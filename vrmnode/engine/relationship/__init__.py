"""After the agreement: who keeps in touch with whom, what may be written, and what went too far."""
