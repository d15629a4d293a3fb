"""Documents as they go over the wire."""

from __future__ import annotations

import json
from decimal import Decimal

from mlcost_ext.core.documents import ErrorDocument, JobList, KindState
from mlcost_ext.core.wire import to_document
from tests.fakes import NOW, aws_word


def test_a_document_is_json() -> None:
    """Money becomes text, times become UTC with a Z, structures and lists are walked."""
    state = aws_word(mode=None, kinds=[KindState(kind="app", as_of=NOW, is_denied=False)])
    document = to_document([state, Decimal("1.50"), None, {"a": 1}])
    told, *rest = json.loads(json.dumps(document))
    assert (told["status"], told["as_of"], told["mode"]) == ("ok", "2026-11-23T14:00:00Z", None)
    assert told["kinds"] == [{"kind": "app", "as_of": "2026-11-23T14:00:00Z", "is_denied": False}]
    assert rest == ["1.5", None, {"a": 1}]


def test_nested_documents() -> None:
    """An empty page is an empty list and no cursor."""
    assert to_document(JobList(jobs=[], next_cursor=None)) == {"jobs": [], "next_cursor": None}


def test_a_class_is_left_alone() -> None:
    """Only values are documents."""
    assert to_document(ErrorDocument) is ErrorDocument
