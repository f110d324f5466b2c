"""Tells luck from a link: what `linkage` finds in one market, it has to find in another, too.

Nodes draw their keys and times anew in each run, so each run asks anew, and luck answers some
questions in a thousand. Twice in a row, and to the same question, it does so once in ten million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.processes.linkage import Finding


def linked_twice(play: Callable[[int], Iterable[Finding]]) -> list[str]:
    """The words for each question that is answered by a link in two markets.

    Args:
        play: the findings in the first market, or in the second, which is played only when
            something links in the first.
    """
    first = {finding.question for finding in play(1) if finding.linked}
    if not first:
        return []
    return [each.words() for each in play(2) if each.linked and each.question in first]
