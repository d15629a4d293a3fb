"""Write mlcost_ext/server/openapi.json from the documents in mlcost_ext/core/documents.py.

Usage: python tools/make_openapi.py [--check]
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mlcost_ext.core import documents as d  # noqa: E402

OUT = ROOT / "mlcost_ext" / "server" / "openapi.json"
DOCUMENTS = (d.Overview, d.JobList, d.JobRow, d.StopAccepted, d.ErrorDocument)

MONEY = {"type": "string", "pattern": r"^\d+(\.\d{1,9})?$", "description": "Exact decimal; only screens round."}
KIND = {"name": "kind", "in": "path", "required": True, "schema": {"type": "string", "enum": ["training"]}}
NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,63}$"}}
REGION = {"name": "region_id", "in": "query", "schema": {"type": "string"}, "description": "Where several regions use the name."}
QUERY = [
    {"name": "state", "in": "query", "schema": {"type": "string"}, "description": "running, ended, or AWS's own status."},
    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["training"]}},
    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["started", "cost", "name"], "default": "started"}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
    {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "next_cursor of the page before."},
]


def main(check: bool) -> int:
    text = json.dumps(description(), indent=1, ensure_ascii=False) + "\n"
    if check and (not OUT.exists() or OUT.read_text(encoding="utf-8") != text):
        print("mlcost_ext/server/openapi.json is not fresh: run 'make types'.", file=sys.stderr)
        return 1
    if not check:
        OUT.write_text(text, encoding="utf-8")
    return 0


def description() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mlcost-ext",
            "version": "1",
            "description": "Below <base_url>mlcost-ext/. Money is an exact decimal string, or null with its reason; UTC.",
        },
        "paths": {
            "/overview": {"get": operation("What the status bar and the panel show", "Overview")},
            "/jobs": {"get": operation("Jobs that run or ended within a day, a page at a time", "JobList", parameters=QUERY)},
            "/jobs/{kind}/{name}": {"get": operation("One job", "JobRow", parameters=[KIND, NAME, REGION])},
            "/jobs/{kind}/{name}/stop": {
                "post": operation("Ask AWS to stop a job of yours", "StopAccepted", parameters=[KIND, NAME, REGION], status="202")
            },
            "/openapi.json": {"get": {"summary": "This description", "responses": {"200": {"description": "OpenAPI"}}}},
        },
        "components": {"schemas": schemas()},
    }


def operation(
    summary: str, answer: str, *, parameters: list[dict[str, Any]] | None = None, status: str = "200"
) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {status: content(answer, summary), "default": content("ErrorDocument", "What happened and what to do")},
    }


def content(name: str, says: str) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for document in DOCUMENTS:
        schema = TypeAdapter(document).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        found.update(schema.pop("$defs", {}))
        found[document.__name__] = schema
    return {name: tidy(with_money(name, schema)) for name, schema in sorted(found.items())}


def with_money(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Say of each amount that it is an exact decimal string."""
    for field, hint in get_type_hints(getattr(d, name)).items():
        if hint is Decimal:
            schema["properties"][field] = dict(MONEY)
        elif Decimal in get_args(hint):
            schema["properties"][field] = {**MONEY, "type": ["string", "null"]}
    return schema


def tidy(value: Any) -> Any:
    """Leave out the titles that only repeat a name."""
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: tidy(item) for key, item in value.items() if key != "title" or not isinstance(item, str)}


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
