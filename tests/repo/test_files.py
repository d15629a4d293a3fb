"""The repository's own manners: sizes, docstrings, and nothing that belongs to one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import ROOT

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
SOURCES = (".py", ".ts", ".tsx", ".css", ".mjs", ".js")
GENERATED = ("types.ts",)
PURE = ("core", "forecast", "guardrails", "jobs", "policy", "usecases")
MACHINE_PATH = re.compile(r"(?<![\w.$/}-])/(?:wor" + r"k|roo" + r"t|opt/py" + r"pi)/")
REGISTRY = re.compile(
    r"registry\.npm" + r"js\.org|files\.python" + r"hosted\.org|registry\.yarn" + r"pkg|index" + r"-url\s*=|\"resol" + r"ved\""
)


def text_of(path: Path) -> str:
    """Read a text; what is no text is empty."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Give name and length of each function, without its decorators."""
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def pure_modules() -> list[Path]:
    return sorted(path for room in PURE for path in (ROOT / "mlcost_ext" / room).rglob("*.py"))


def test_no_file_is_too_long(tracked: list[Path]) -> None:
    """Four hundred lines at most."""
    sources = [path for path in tracked if path.suffix in SOURCES and path.name not in GENERATED]
    assert len(sources) > 50
    assert [f"{p.relative_to(ROOT)}: {n}" for p in sources if (n := len(text_of(p).splitlines())) > MAX_FILE_LINES] == []


def test_no_function_is_too_long(tracked: list[Path]) -> None:
    """Sixty lines at most."""
    found = [(path, name, lines) for path in tracked if path.suffix == ".py" for name, lines in functions(path)]
    assert [f"{p.relative_to(ROOT)} {name}: {n}" for p, name, n in found if n > MAX_FUNCTION_LINES] == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["paths", "registries"])
def test_nothing_belongs_to_one_machine(tracked: list[Path], pattern: re.Pattern[str]) -> None:
    """No folder of somebody's machine, no package registry: everybody has their own."""
    found = [f"{p.relative_to(ROOT)}: {hit[0]}" for p in tracked for hit in pattern.finditer(text_of(p))]
    assert found == []


@pytest.mark.parametrize("path", pure_modules(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_pure_modules_say_what_they_are(path: Path) -> None:
    """Each has a docstring that ends its first sentence, and so has each of its public classes."""
    tree = ast.parse(text_of(path))
    undocumented = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not ast.get_docstring(node)]
    assert undocumented == []
    first = (ast.get_docstring(tree) or "").splitlines()[0]
    assert first[-1] in ".:"


def test_each_pure_module_is_tried() -> None:
    """The tree of tests has a place for each room."""
    assert [room for room in PURE if not list((ROOT / "tests" / room).glob("test_*.py"))] == []
