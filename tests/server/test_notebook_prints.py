"""What a page saves by itself, and what somebody has written."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mlcost_ext.server.notebook_prints import LONG, MOST_NOTEBOOKS, NotebookPrints

STREAM = {"output_type": "stream", "name": "stdout", "text": "step 1\n"}
PICTURE = {"output_type": "display_data", "data": {"image/png": "a" * 3 * LONG}, "metadata": {}}
CELL = {
    "cell_type": "code",
    "id": "a",
    "source": "go()",
    "metadata": {"tags": ["x"]},
    "execution_count": 1,
    "outputs": [STREAM, PICTURE],
}
TEXT = {"cell_type": "markdown", "id": "b", "source": "# Title", "metadata": {}}
NOTEBOOK: dict[str, Any] = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3"}},
    "cells": [CELL, TEXT],
}

Change = Callable[[dict[str, Any]], object]


def saved(*changes: Change, prints: NotebookPrints | None = None) -> bool:
    """Save a notebook, then the same with changes; tell whether that was the page's own doing."""
    prints, content = prints or NotebookPrints(), deepcopy(NOTEBOOK)
    assert not prints.is_only_outputs("a.ipynb", content)
    for change in changes:
        change(content)
    return prints.is_only_outputs("a.ipynb", content)


def outputs(found: dict[str, Any]) -> list[Any]:
    return found["cells"][0]["outputs"]


@pytest.mark.parametrize(
    "change",
    [
        lambda found: outputs(found)[0].update(text="step 1\nstep 2\n"),
        lambda found: outputs(found)[0].update(text="step 2\n"),  # as long as before: cleared and printed anew
        lambda found: outputs(found)[1]["data"].update({"image/png": "a" * 3 * LONG + "b"}),
        lambda found: outputs(found).append(STREAM),
        lambda found: outputs(found).clear(),
        lambda found: found["cells"][0].update(execution_count=2),
        lambda found: (outputs(found).pop(), found["cells"][0]["metadata"].update(execution={"iopub.status.idle": "now"})),
        lambda found: found["metadata"].update(widgets={"state": {"a": {"value": 2}}}),
        lambda found: outputs(found)[0].update(text="\ud800"),  # half a character, as some programs print
    ],
)
def test_only_outputs(change: Change) -> None:
    assert saved(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["cells"][1].update(source="# Title!"),
        lambda found: found["cells"][0].update(source="go(2)"),
        lambda found: found["cells"].reverse(),
        lambda found: found["cells"].pop(),
        lambda found: found["cells"].append({**TEXT, "id": "c"}),
        lambda found: found["cells"][0]["metadata"].update(tags=[]),
        lambda found: found["cells"][1].update(cell_type="raw"),
        lambda found: found["metadata"].update(title="new"),
        lambda found: (outputs(found).clear(), found["cells"][0].update(source="go(2)")),
        lambda found: None,  # nothing has changed: somebody has asked for it
    ],
)
def test_somebody_has_saved_it(change: Change) -> None:
    assert not saved(change)


def test_what_is_no_notebook() -> None:
    prints = NotebookPrints()
    for content in (None, "text", b"", [], {}, {"cells": {}}, {"cells": "no"}):
        assert not prints.is_only_outputs("a.ipynb", content)
        assert not prints.is_only_outputs("a.ipynb", content)
    strange = {"cells": [None, "x", {"source": ["a", 1], "outputs": 3, "metadata": "no"}], "metadata": []}
    assert not prints.is_only_outputs("a.ipynb", strange)
    assert prints.is_only_outputs("a.ipynb", {**strange, "cells": [None, "x", {**strange["cells"][2], "outputs": 4}]})


def test_each_notebook_by_itself_and_only_the_latest() -> None:
    """One that is no longer known counts as saved by somebody, which keeps a machine on rather than stops it."""
    prints, more = NotebookPrints(), deepcopy(NOTEBOOK)
    outputs(more).append(STREAM)
    prints.is_only_outputs("a.ipynb", NOTEBOOK)
    assert not prints.is_only_outputs("b.ipynb", more)
    assert prints.is_only_outputs("a.ipynb", more)
    for number in range(MOST_NOTEBOOKS):
        prints.is_only_outputs(f"{number}.ipynb", NOTEBOOK)
    assert not prints.is_only_outputs("a.ipynb", NOTEBOOK)
