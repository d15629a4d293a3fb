"""The callback after an import: once, whoever imports, and never by a mere question."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mlcost_ext.kernel.finder import PostImportFinder

NAME = "mlcost_probe_package"


@pytest.fixture
def seen() -> list[ModuleType]:
    """Collect what the finder calls back with."""
    return []


@pytest.fixture
def finder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: list[ModuleType]) -> Iterator[PostImportFinder]:
    """Give a finder for a package that can be imported and is not yet."""
    package = tmp_path / NAME
    package.mkdir()
    (package / "__init__.py").write_text("VALUE = 1\n")
    (package / "inner.py").write_text("VALUE = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    finder = PostImportFinder(NAME, seen.append)
    yield finder
    finder.cancel()
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def _plain() -> object:
    return importlib.import_module(NAME)


def _inner() -> object:
    return importlib.import_module(f"{NAME}.inner")


def _asked_before() -> object:
    spec = importlib.util.find_spec(NAME)
    assert spec is not None
    assert spec.origin is not None
    return importlib.import_module(NAME)


def _sixteen_threads() -> object:
    threads = [threading.Thread(target=_inner) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return None


@pytest.mark.parametrize("import_", [_plain, _inner, _asked_before, _sixteen_threads])
def test_calls_back_once_after_the_import(
    finder: PostImportFinder, seen: list[ModuleType], import_: Callable[[], object]
) -> None:
    """The module is whole, holds no trace of us, and the finder is gone."""
    finder.start()
    assert seen == []
    import_()
    (module,) = seen
    assert module is sys.modules[NAME]
    assert module.VALUE == 1
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__
    assert finder not in sys.meta_path


def test_calls_back_at_once_where_the_module_is_there(finder: PostImportFinder, seen: list[ModuleType]) -> None:
    """The module is known: no waiting, and no finder left."""
    module = importlib.import_module(NAME)
    finder.start()
    assert seen == [module]
    assert finder not in sys.meta_path


def test_question_neither_imports_nor_calls_back(finder: PostImportFinder, seen: list[ModuleType]) -> None:
    """Libraries ask find_spec whether a package is there; its loader still answers as itself."""
    finder.start()
    spec = importlib.util.find_spec(NAME)
    assert spec is not None
    assert spec.loader is not None
    assert spec.loader.get_source(NAME) == "VALUE = 1\n"  # type: ignore[attr-defined]
    assert (NAME in sys.modules, seen, finder in sys.meta_path) == (False, [], True)


def test_cancelled_finder_is_gone(finder: PostImportFinder, seen: list[ModuleType]) -> None:
    """Even a loader that was handed out before stays silent."""
    finder.start()
    spec = importlib.util.find_spec(NAME)
    finder.cancel()
    assert finder not in sys.meta_path
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert seen == []


def test_failed_import_is_as_usual_and_is_waited_for_again(
    finder: PostImportFinder, seen: list[ModuleType], tmp_path: Path
) -> None:
    """A package that breaks while it is imported calls back when it is mended."""
    finder.start()
    (tmp_path / NAME / "__init__.py").write_text("import no_such_module_at_all\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        _plain()
    assert (seen, finder in sys.meta_path) == ([], True)
    (tmp_path / NAME / "__init__.py").write_text("VALUE = 1\n# longer, so that no cached code fits\n")
    importlib.invalidate_caches()
    _plain()
    assert len(seen) == 1


def test_missing_module_is_an_import_error_as_usual(seen: list[ModuleType]) -> None:
    """A name that nobody finds is not ours to explain."""
    finder = PostImportFinder("mlcost_no_such_package", seen.append)
    finder.start()
    try:
        with pytest.raises(ModuleNotFoundError, match="mlcost_no_such_package"):
            importlib.import_module("mlcost_no_such_package")
    finally:
        finder.cancel()


def test_two_finders_for_one_module_both_learn_of_it(finder: PostImportFinder, seen: list[ModuleType]) -> None:
    """Another library's finder of the same kind does not take the callback away."""
    other: list[ModuleType] = []
    second = PostImportFinder(NAME, other.append)
    finder.start()
    second.start()
    _plain()
    assert (len(seen), len(other)) == (1, 1)
