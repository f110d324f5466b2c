"""The version of this distribution; the same as in pyproject.toml, which a test checks.

A constant, because reading the installed metadata takes longer than a whole `vrm status`.
"""

VERSION = "0.1.0"
