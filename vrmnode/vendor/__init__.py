"""What a vendor's node decides: which products meet an intent, at what price, on which terms.

Pure functions over protocol objects; the clock, the catalogue and the policy are arguments.
"""
