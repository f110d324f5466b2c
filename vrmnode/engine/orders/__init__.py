"""What follows an agreement: payment, delivery, cancelling, returns, as both sides see it."""
