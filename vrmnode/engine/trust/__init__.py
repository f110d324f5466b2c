"""Which vendors there are, what proves who they are, and whom the owner trusts."""
