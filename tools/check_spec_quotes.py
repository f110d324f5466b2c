"""Holds specs and code together: each obligation is quoted, and each quote still stands.

A sentence of `specs/NN-*.md` with MUST or MUST NOT has to be quoted, word for word, in a comment
of the code or the tests:

    # SPEC 01: The reader MUST refuse a map whose keys are not sorted by their bytes, with
    # `encoding.noncanonical`.

A quote goes on over the following comment lines until an empty `#` line, another quote, or code.
Whitespace doesn't count; everything else does. A table cell is one sentence. Code blocks and the
paragraph of spec 00 that explains the key words bind nobody and are left out.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CODE_FOLDERS = ("vrmnode", "protocol", "tests")

_OBLIGATION = re.compile(r"\bMUST\b")
_KEY_WORDS = re.compile(r"\bkey words\b", re.IGNORECASE)
_QUOTE = re.compile(r"SPEC (\d\d): ?(.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*")
# The end of a sentence, but not the dots of these abbreviations.
_SENTENCE_END = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bvs)(?<!\betc)[.!?][\"')\]`*_]*\s+(?=[A-Z`\"'(\[*_0-9])"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text with its whitespace normalised, and the line where it begins."""

    path: str
    line: int
    spec: str
    text: str
    is_cell: bool = False


def normalised(text: str) -> str:
    """The text with every run of whitespace made one space."""
    return " ".join(text.split())


def blocks(path: str, text: str) -> list[Passage]:
    """The paragraphs, list items and table cells of a spec, in their order, code blocks left out.

    `path` ends in `NN-name.md`; the number tells the spec.
    """
    spec = path.rsplit("/", 1)[-1][:2]
    found: list[Passage] = []
    pending: list[str] = []
    start = 0
    fenced = False

    def flush() -> None:
        if pending:
            found.append(Passage(path, start, spec, normalised(" ".join(pending))))
            pending.clear()

    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"^\s*(?:>\s?)+", "", raw)
        if _FENCE.match(line):
            flush()
            fenced = not fenced
        elif fenced:
            continue
        elif line.lstrip().startswith("|"):
            flush()
            found += [Passage(path, number, spec, cell, is_cell=True) for cell in _cells(line)]
        elif not line.strip() or line.startswith("#"):
            flush()
        else:
            item = _ITEM.match(line)
            if item:
                flush()
                line = line[item.end() :]
            if not pending:
                start = number
            pending.append(line)
    flush()
    return found


def _cells(line: str) -> Iterator[str]:
    if _TABLE_RULE.fullmatch(line):
        return
    for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")):
        if cell.strip():
            yield normalised(cell.replace("\\|", "|"))


def sentences(block: str) -> list[str]:
    """The sentences of one block, each with its closing punctuation."""
    ends = [match.end() for match in _SENTENCE_END.finditer(block)]
    return [block[a:b].strip() for a, b in zip([0, *ends], [*ends, len(block)], strict=True)]


def obligations(spec_blocks: Iterable[Passage]) -> list[Passage]:
    """Every sentence with MUST, except in the key words paragraph of spec 00."""
    found = []
    for block in spec_blocks:
        if block.spec == "00" and _KEY_WORDS.search(block.text):
            continue
        parts = [block.text] if block.is_cell else sentences(block.text)
        found += [
            Passage(block.path, block.line, block.spec, part)
            for part in parts
            if _OBLIGATION.search(part)
        ]
    return found


def quotes(path: str, source: str) -> list[Passage]:
    """The `# SPEC NN:` comments of a Python file, each joined over its lines."""
    found: list[Passage] = []
    open_quote: Passage | None = None
    last_line = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, words = token.start[0], token.string.lstrip("#").strip()
        opening = _QUOTE.fullmatch(words)
        if opening:
            if open_quote:
                found.append(open_quote)
            open_quote = Passage(path, line, opening[1], normalised(opening[2]))
        elif open_quote and words and line == last_line + 1:
            joined = normalised(f"{open_quote.text} {words}")
            open_quote = Passage(path, open_quote.line, open_quote.spec, joined)
        elif open_quote:
            found.append(open_quote)
            open_quote = None
        last_line = line
    if open_quote:
        found.append(open_quote)
    return found


def complaints(specs: dict[str, str], code: dict[str, str]) -> list[str]:
    """What is missing, as `file:line: text` lines; empty when specs and code agree.

    Both arguments map a path to the text of the file.
    """
    spec_blocks = [block for path, text in specs.items() for block in blocks(path, text)]
    found = [quote for path, text in code.items() for quote in quotes(path, text)]
    whole: dict[str, str] = {}
    quoted: dict[str, list[str]] = {}
    for block in spec_blocks:
        whole[block.spec] = f"{whole.get(block.spec, '')} {block.text}"
    for quote in found:
        quoted.setdefault(quote.spec, []).append(quote.text)
    unquoted = [
        f"{must.path}:{must.line}: not quoted in code or tests: {must.text}"
        for must in obligations(spec_blocks)
        if not any(must.text in text for text in quoted.get(must.spec, ()))
    ]
    stale = [
        f"{quote.path}:{quote.line}: spec {quote.spec} doesn't say: {quote.text}"
        for quote in found
        if not quote.text or quote.text not in whole.get(quote.spec, "")
    ]
    return unquoted + stale


def _read(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(paths)
    }


def main() -> int:
    """Check the project around this file; the exit status is 1 when something is missing."""
    root = Path(__file__).resolve().parent.parent
    specs = _read(root, root.glob("specs/[0-9][0-9]-*.md"))
    code = _read(root, (p for folder in CODE_FOLDERS for p in root.glob(f"{folder}/**/*.py")))
    found = complaints(specs, code)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    print(f"spec quotes: {len(specs)} specs, {len(code)} files, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
