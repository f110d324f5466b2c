"""Turns what arrives and what the owner commands into stored state and messages to send.

Runs in the node's one loop but knows neither the loop nor the network: time, randomness and
keys are arguments, and what to do next is returned as effects.
"""
