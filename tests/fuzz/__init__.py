"""Every decoder and handler, given what is nearly right: bits turned, cut, spliced, stretched.

`mutation` makes inputs from valid ones and from a number, `target` counts what became of them;
the `*_targets` say what is fed where.
`python -m tests.fuzz --inputs 100000` is the long run, `test_fuzz.py` the one of the suite.
"""
