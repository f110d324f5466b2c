"""What a vendor does: profile, catalogue, answers to intents, and the inbox of its people."""
