"""Requests as boto3 takes them."""

from __future__ import annotations

from typing import Any

from mlcost_ext.core.errors import UsageError

from .boto_form import structure_of
from .parts import Found
from .source import Gathered, is_a, is_pipeline_variable, pipeline_name, shown, value_of
from .target import KINDS, SAID

STRUCTURES = (
    "EndpointConfig",
    "ResourceConfig",
    "StoppingCondition",
    "AlgorithmSpecification",
    "ServerlessJobConfig",
    "ProcessingResources",
    "TransformResources",
    "HyperParameterTuningJobConfig",
    "TrainingJobDefinition",
    "AutoMLJobConfig",
    "AutoMLProblemTypeConfig",
    "SpaceSettings",
    "ResourceSpec",
)
LISTS = ("ProductionVariants", "ShadowProductionVariants", "TrainingJobDefinitions", "InputDataConfig", "ProcessingInputs")
ALIKE = {"endpoint-config": "endpoint"}
"""Kinds that are one and the same to the user."""


def read_request(request: object, kind: str | None, gathered: Gathered) -> Found:
    """Read a request.

    Args:
        request: A mapping.
        kind: One of `KINDS`; None: it is to be found from the members.
        gathered: Where notes go.

    Raises:
        UsageError: It fits no kind, or another than `kind`, or one of its members has not the form that it should have.
    """
    from mlcost_ext.jobs.requests import kind_of_request, why_unread  # objects of the SDKs do without it

    variables: list[object] = []
    members = structure_of(request, variables)
    note_variables(variables, gathered)
    check(members)
    check(members.get("EndpointConfig", {}))
    found = kind_of_request(members)
    if found is None and kind is None:
        raise UsageError(
            why_unread(members) or "The request fits none of the kinds that can be estimated.",
            f"Say with {SAID['kind']} which it is: {', '.join(KINDS)}.",
        )
    if found is not None and kind is not None and alike(found) != alike(kind):
        raise UsageError(
            f"The request is one of kind {found}, not of kind {kind}.",
            "Leave the kind out, or give a request that fits it.",
        )
    sure = found or kind or ""
    names_only = not members.keys() & {"ProductionVariants", "EndpointConfig"}
    if sure == "endpoint" and names_only and gathered.options.instance_type is None:
        gathered.note("The request only names its endpoint configuration; that one says what it costs.")
    return sure, members


def note_variables(variables: list[object], gathered: Gathered) -> None:
    """Say with which values a pipeline's variables count."""
    for variable in variables:
        default = value_of(variable, "default_value")
        known = default is not None and not is_pipeline_variable(default)
        what = f"counts with its default value, {shown(default)}" if known else "has no default value, so it is left out"
        name = pipeline_name(variable)
        gathered.note(f"{name[:1].upper()}{name[1:]} {what}.")


def alike(kind: str) -> str:
    """Give the kind's usual name, where it has two."""
    return ALIKE.get(kind, kind)


def check(request: dict[str, Any]) -> None:
    """Look at the form of the members that cost follows from.

    Raises:
        UsageError: One is of another form.
    """
    for name in STRUCTURES:
        if name in request and not is_a(request[name], dict):
            raise UsageError(f"{name} of the request is no mapping.", "Write it as the AWS operation takes it.")
    for name in LISTS:
        items = request.get(name, [])
        if not is_a(items, list) or not all(is_a(item, dict) for item in items):
            raise UsageError(f"{name} of the request is no list of mappings.", "Write it as the AWS operation takes it.")
