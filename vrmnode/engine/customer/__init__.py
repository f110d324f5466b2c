"""What a customer does: intents, the offers they get, what is accepted, and own things."""
