"""Documents as they go over the wire."""

from __future__ import annotations

import json
from decimal import Decimal

from mlcost_ext.core.documents import AwsState, ErrorDocument, JobList, to_document
from tests.fakes import NOW


def test_a_document_is_json() -> None:
    """Money becomes text, times become UTC with a Z, structures and lists are walked."""
    state = AwsState(status="ok", as_of=NOW, mode=None, calls_total=3)
    document = to_document([state, Decimal("1.50"), None, {"a": 1}])
    expected = [{"status": "ok", "as_of": "2026-11-23T14:00:00Z", "mode": None, "calls_total": 3}, "1.5", None, {"a": 1}]
    assert json.loads(json.dumps(document)) == expected


def test_nested_documents() -> None:
    """An empty page is an empty list and no cursor."""
    assert to_document(JobList(jobs=[], next_cursor=None)) == {"jobs": [], "next_cursor": None}


def test_a_class_is_left_alone() -> None:
    """Only values are documents."""
    assert to_document(ErrorDocument) is ErrorDocument
