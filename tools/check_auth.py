"""Fail where a verb of any handler lacks `@authenticated` or `@authorized`, or a polled one counts as activity.

Usage: python tools/check_auth.py [FOLDER]   (default: mlcost_ext/server)
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

VERBS = {"get", "head", "post", "put", "patch", "delete", "options", "open"}
NEEDED = {"authenticated", "authorized"}
SERVER = Path(__file__).resolve().parent.parent / "mlcost_ext" / "server"


def names_of(decorators: list[ast.expr]) -> set[str]:
    """Give the last part of each decorator's name, called or not."""
    bare = [d.func if isinstance(d, ast.Call) else d for d in decorators]
    return {d.attr if isinstance(d, ast.Attribute) else d.id for d in bare if isinstance(d, (ast.Attribute, ast.Name))}


def looks_like_handler(node: ast.ClassDef) -> bool:
    bases = names_of(node.bases)
    return any("Handler" in base or "WebSocket" in base for base in bases)


def faults_of(node: ast.ClassDef) -> Iterator[str]:
    """Give what is wrong with one handler class."""
    for item in node.body:
        if not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) or item.name not in VERBS:
            continue
        missing = NEEDED - names_of(item.decorator_list)
        if missing:
            yield f"{node.name}.{item.name} lacks @{' and @'.join(sorted(missing))}"
        if item.name in ("get", "head") and tracks_activity(node):
            yield f"{node.name}.{item.name} counts as activity"


def tracks_activity(node: ast.ClassDef) -> bool:
    """Tell whether the class switches the counting of its requests on again, or comes from a class that never switched it off."""
    ours = "MlcostHandler" in names_of(node.bases)
    for item in node.body:
        if isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "_track_activity" for t in item.targets):
            return not (isinstance(item.value, ast.Constant) and item.value.value is False)
    return not ours


def check(folder: Path) -> tuple[int, list[str]]:
    """Give how many handlers there are, and every fault with its file."""
    handlers, faults = 0, []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and looks_like_handler(node):
                handlers += 1
                faults += [f"{path.name}: {fault}" for fault in faults_of(node)]
    return handlers, faults


def main(folder: Path) -> int:
    handlers, faults = check(folder)
    if faults:
        print("\n".join(faults), file=sys.stderr)
    else:
        print(f"{handlers} handlers, every verb authenticated and authorised")
    return 1 if faults or not handlers else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SERVER))
