"""The generator of the vectors: the same bytes each time, and nothing of the library in it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.protocol.vectors import FOLDER, files

GENERATOR = FOLDER / "generate"
ALLOWED = {"cryptography", "generate"} | set(sys.stdlib_module_names)


def test_regeneration_changes_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [sys.executable, "-m", "generate", str(tmp_path)],
        cwd=FOLDER,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in files()]
    for path in files():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_imports_nothing_of_the_library() -> None:
    for path in GENERATOR.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, f"{path.name} leaves its folder"
                continue
            else:
                continue
            foreign = {name.partition(".")[0] for name in names} - ALLOWED
            assert not foreign, f"{path.name} imports {foreign}"


def test_no_import_by_name() -> None:
    for path in GENERATOR.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "importlib" not in text, path.name
        assert "__import__" not in text, path.name
