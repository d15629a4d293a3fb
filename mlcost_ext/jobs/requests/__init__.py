"""Requests: what boto3 is about to ask AWS for becomes planned usage; nothing is asked of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.planned import Planned
from mlcost_ext.jobs.kind import Facts

from . import app, automl, endpoint, endpoint_config, notebook, processing, space, training, transform, tuning, wrong
from .asked import Asked
from .kind import RequestKind
from .unread import named_operation, spelt_otherwise

__all__ = ["REQUEST_KINDS", "RequestKind", "kind_of_request", "read_request", "request_kind_named", "why_unread"]

REQUEST_KINDS: tuple[RequestKind, ...] = (
    training.KIND,
    tuning.KIND,
    processing.KIND,
    transform.KIND,
    automl.KIND,
    endpoint.KIND,
    endpoint_config.KIND,
    notebook.KIND,
    app.KIND,
    space.KIND,
)
"""Of a request with marks of two kinds the first one has it: an app of a space is an app, and variants with an EndpointName
are an endpoint."""


def request_kind_named(name: str) -> RequestKind | None:
    """Give the kind of request called `name`; None: nobody here knows it."""
    return next((kind for kind in REQUEST_KINDS if kind.name == name), None)


def kind_of_request(request: Mapping[str, Any]) -> str | None:
    """Tell from its members what a request asks for, in a notebook, a terminal and a server alike; None: nothing known here."""
    return next((kind.name for kind in REQUEST_KINDS if any(mark in request for mark in kind.marks)), None)


def why_unread(request: Mapping[str, Any]) -> str | None:
    """Say why nobody here reads a request that is of no kind: its operation, or its spelling; None: nothing tells."""
    marks = [mark for kind in REQUEST_KINDS for mark in kind.marks]
    return named_operation(request) or spelt_otherwise(request, marks)


def read_request(kind: str, request: Mapping[str, Any], region_id: str, facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Args:
        kind: Such as ``training``; one of `REQUEST_KINDS`.
        request: As boto3 takes it: the arguments of ``create_training_job``, or of what else the kind names.
        region_id: Where it will be sent.
        facts: What instance types have.

    Raises:
        UsageError: There is no such kind, or the request is wrong.
    """
    found = request_kind_named(kind)
    if found is None:
        names = ", ".join(known.name for known in REQUEST_KINDS)
        raise UsageError(f"There is no kind of request called {wrong.shown(kind)}.", f"Write one of {names}.")
    members = _structure(request, found)
    other = kind_of_request(members)
    if other is not None and other != kind and not any(mark in members for mark in (*found.marks, *found.also)):
        raise UsageError(f"This is a request of kind {other}, not of kind {kind}.", f'Write "kind": "{other}".')
    return found.read(Asked(members=members), region_id, facts)


def _structure(request: Any, kind: RequestKind) -> Mapping[str, Any]:
    if isinstance(request, Mapping):
        return request
    hint = f"Give the arguments of {kind.operations[0]}, such as {wrong.first_members(kind.marks[0])}."
    raise UsageError(f"The request is {wrong.shown(request)}, where a structure belongs.", hint)
