"""What a customer's node decides: the ranking of offers, and which it may accept by itself.

Pure functions over protocol objects; the clock and the policy are arguments.
"""
