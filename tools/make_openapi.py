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

from mlcost_ext.core import calibration as cal  # noqa: E402
from mlcost_ext.core import charge_documents as charge  # noqa: E402
from mlcost_ext.core import documents as d  # noqa: E402
from mlcost_ext.core import estimate as est  # noqa: E402
from mlcost_ext.core import finding_documents as finding  # noqa: E402
from mlcost_ext.core import idle_documents as idle  # noqa: E402
from mlcost_ext.core import standing_documents as stand  # noqa: E402
from mlcost_ext.core import wire  # noqa: E402
from mlcost_ext.core.component import COMPONENTS  # noqa: E402
from mlcost_ext.ledger.groupings import GROUPINGS  # noqa: E402

OUT = ROOT / "mlcost_ext" / "server" / "openapi.json"
DOCUMENTS = (
    d.Overview,
    d.JobList,
    d.JobRow,
    stand.StandingList,
    stand.EndpointDetail,
    stand.AppDetail,
    charge.Charges,
    est.Estimate,
    cal.CalibrationView,
    finding.FindingAccepted,
    finding.Savings,
    idle.IdleView,
    idle.Replay,
    d.StopAccepted,
    d.ErrorDocument,
)

MONEY = {"type": "string", "pattern": r"^\d+(\.\d{1,9})?$", "description": "Exact decimal; only screens round."}
UNIT_MONEY = {**MONEY, "pattern": r"^\d+(\.\d{1,60})?$"}
SIGNED_MONEY = {**MONEY, "pattern": r"^-?\d+(\.\d{1,9})?$", "description": "As others, and may be below zero."}
AMOUNTS: dict[Any, dict[str, Any]] = {cal.SignedMoney: SIGNED_MONEY, Decimal: MONEY, wire.UnitMoney: UNIT_MONEY}
JOB_KINDS = ["training", "tuning", "processing", "transform", "automl"]
STOPPED_KINDS = [*JOB_KINDS, "notebook", "schedule"]
KIND = {"name": "kind", "in": "path", "required": True, "schema": {"type": "string", "enum": JOB_KINDS}}
STOPPED = {**KIND, "schema": {"type": "string", "enum": STOPPED_KINDS}}
NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,63}$"}}
APP = {**NAME, "schema": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,256}$"}, "description": "As in the list of apps."}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
REGION = {"name": "region_id", "in": "query", "schema": {"type": "string"}, "description": "Where several regions use the name."}
SCOPE = {
    "name": "scope",
    "in": "query",
    "schema": {"type": "string", "enum": ["mine", "account"], "default": "mine"},
    "description": "account: what others of the account run as well, where that is allowed (scope_account).",
}
QUERY = [
    {"name": "state", "in": "query", "schema": {"type": "string"}, "description": "running, ended, or AWS's own status."},
    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": JOB_KINDS}},
    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["started", "cost", "name"], "default": "started"}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
    {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "next_cursor of the page before."},
    SCOPE,
]
PRICE_QUERY = [
    {"name": "instance_type", "in": "query", "schema": {"type": "string"}, "description": "All types of the component without."},
    {
        "name": "component",
        "in": "query",
        "schema": {"type": "string", "enum": list(COMPONENTS)},
        "description": "Letter case ignored; all that have a price of the type without.",
    },
    {"name": "region", "in": "query", "schema": {"type": "string"}, "description": "The session's own without."},
]
CHARGE_QUERY = [
    {"name": "from", "in": "query", "schema": {"type": "string", "format": "date"}, "description": "This month's first day."},
    {"name": "to", "in": "query", "schema": {"type": "string", "format": "date"}, "description": "The day after; tomorrow's."},
    {
        "name": "group_by",
        "in": "query",
        "schema": {"type": "string"},
        "description": f"Up to four of {', '.join(GROUPINGS)}, with commas between.",
    },
]
ESTIMATED = {
    "required": ["request"],
    "additionalProperties": False,
    "properties": {
        "kind": {"type": ["string", "null"], "description": "Such as training; found from the request's shape without."},
        "region_id": {"type": ["string", "null"], "description": "The session's own without."},
        "request": {"type": "object", "additionalProperties": True, "description": "As the AWS operation takes it."},
        "hours": {
            "type": ["number", "string", "null"],
            "exclusiveMinimum": 0,
            "maximum": 8784,
            "description": "How long it will take, as a number or as decimal text.",
        },
        "input_gb": {
            "type": ["number", "string", "null"],
            "exclusiveMinimum": 0,
            "maximum": 1_000_000_000,
            "description": "How large the data is that one run reads, in GB (10⁹ bytes); as S3 has lately listed it without.",
        },
    },
}
ACCEPTED = {
    "required": ["until", "reason"],
    "properties": {
        "until": {
            "type": "string",
            "format": "date",
            "description": "The last day (UTC, within a year) it is not shown on.",
        },
        "reason": {"type": "string", "minLength": 1, "maxLength": 500},
    },
}
WANTED = {"required": ["wanted"], "properties": {"wanted": {"type": "boolean", "description": "false: no longer."}}}
REPLAYED = {
    "properties": {
        "days": {"type": "integer", "minimum": 1, "maximum": 366, "default": 30, "description": "Up to now."},
        "policy": {"type": ["string", "null"], "maxLength": 1_000_000, "description": "YAML; the one in force without."},
    },
}
EXECUTED = {
    "required": ["kernel_id"],
    "properties": {"kernel_id": {"type": "string", "format": "uuid", "description": "As GET api/kernels has it."}},
}
CONFIRMED = {
    "required": ["confirmation_token"],
    "properties": {"confirmation_token": {"type": "string", "description": "From the GET of the thing; good for five minutes."}},
}
NAMED = {
    "properties": {"confirmed_name": {"type": "string", "description": "With scope=account: the name once more."}},
}


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
        "paths": {**reads(), **acts()},
        "components": {"schemas": schemas()},
    }


def reads() -> dict[str, Any]:
    return {
        "/overview": {"get": operation("What the status bar and the panel show", "Overview")},
        "/jobs": {"get": operation("Jobs that run or ended within a day, a page at a time", "JobList", parameters=QUERY)},
        "/jobs/{kind}/{name}": {"get": operation("One job", "JobRow", parameters=[KIND, NAME, REGION, SCOPE])},
        "/standing": {"get": operation("Everything that costs until somebody ends it", "StandingList", parameters=[SCOPE])},
        "/endpoints/{name}": {
            "get": operation("An endpoint, and the token to delete it", "EndpointDetail", parameters=[NAME, REGION, SCOPE])
        },
        "/apps/{name}": {
            "get": operation("A Studio app, and the token to stop it", "AppDetail", parameters=[APP, REGION, SCOPE])
        },
        "/prices": {"get": listing("Unit prices of a type, of a component, or of both", "PriceRow", PRICE_QUERY)},
        "/calibration": {"get": operation("How earlier estimates have held; the latest 60 jobs", "CalibrationView")},
        "/charges": {"get": operation("What was charged in some days UTC", "Charges", parameters=CHARGE_QUERY)},
        "/savings": {"get": operation("What fixes of some days avoid; on no bill", "Savings", parameters=CHARGE_QUERY[:2])},
        "/idle": {"get": operation("Whether this machine is idle, since when, and by which evidence", "IdleView")},
        "/openapi.json": {"get": {"summary": "This description", "responses": {"200": {"description": "OpenAPI"}}}},
    }


def acts() -> dict[str, Any]:
    return {
        "/jobs/{kind}/{name}/stop": act("Ask AWS to stop a job, a notebook instance or a schedule", STOPPED, NAMED),
        "/endpoints/{name}/delete": act("Ask AWS to delete an endpoint", None, CONFIRMED),
        "/apps/{name}/stop": act("Ask AWS to delete a Studio app; its space and volume stay", None, CONFIRMED, name=APP),
        "/warm-pools/{name}/release": act("Ask AWS to give kept instances back", None, NAMED),
        "/estimates": {"post": taking(operation("What a launch would cost; AWS is asked nothing", "Estimate"), ESTIMATED)},
        "/findings/{id}/accept": {
            "post": taking(
                operation("Show a finding no more until a day has passed", "FindingAccepted", parameters=[ID]), ACCEPTED
            )
        },
        "/policy/replay": {
            "post": taking(operation("What a policy would have stopped and blocked, by what was recorded", "Replay"), REPLAYED)
        },
        "/findings/{id}/fix": {
            "post": taking(operation("Have the next launch changed, once", "FindingRow", parameters=[ID]), WANTED)
        },
        "/executions": {"post": taking(nothing("In a shared space: who asks runs code in a kernel"), EXECUTED)},
    }


def act(summary: str, kind: dict[str, Any] | None, body: dict[str, Any], *, name: dict[str, Any] = NAME) -> dict[str, Any]:
    found = operation(summary, "StopAccepted", parameters=[*([kind] if kind else []), name, REGION, SCOPE], status="202")
    return {"post": taking(found, body)}


def taking(found: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Add the JSON object that an operation takes."""
    is_required = bool(body.get("required"))
    schema = {"type": "object", **body}
    return {**found, "requestBody": {"required": is_required, "content": {"application/json": {"schema": schema}}}}


def operation(
    summary: str, answer: str, *, parameters: list[dict[str, Any]] | None = None, status: str = "200"
) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {status: content(answer, summary), "default": content("ErrorDocument", "What happened and what to do")},
    }


def nothing(summary: str) -> dict[str, Any]:
    answers = {"204": {"description": "Noted"}, "default": content("ErrorDocument", "What happened and what to do")}
    return {"summary": summary, "parameters": [], "responses": answers}


def listing(summary: str, item: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    found = operation(summary, item, parameters=parameters)
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{item}"}}
    found["responses"]["200"]["content"]["application/json"]["schema"] = items
    return found


def content(name: str, says: str) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for document in DOCUMENTS:
        schema = TypeAdapter(document).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        found.update(schema.pop("$defs", {}))
        found[document.__name__] = schema
    return {name: tidy(whole(with_money(name, schema))) for name, schema in sorted(found.items())}


def whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Say that each field is always written: also one that Python code may leave out."""
    return {**schema, "required": list(schema["properties"])}


def with_money(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Say of each amount that it is an exact decimal string."""
    for field, hint in get_type_hints(class_named(name), include_extras=True).items():
        money = next((found for kind, found in AMOUNTS.items() if hint is kind or kind in get_args(hint)), None)
        if money is not None:
            is_open = type(None) in get_args(hint)
            schema["properties"][field] = {**money, **({"type": ["string", "null"]} if is_open else {})}
    return schema


def class_named(name: str) -> Any:
    return next(getattr(module, name) for module in (d, stand, charge, est, finding, idle, cal, wire) if hasattr(module, name))


def tidy(value: Any) -> Any:
    """Leave out the titles that only repeat a name."""
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: tidy(item) for key, item in value.items() if key != "title" or not isinstance(item, str)}


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
