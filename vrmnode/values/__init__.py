"""Values that people write and both roles compare: money, times, words, constraints.

Pure; reads mappings from files, flags or JSON and says which field is wrong, and why.
"""
