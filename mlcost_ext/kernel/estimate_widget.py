"""``%estimate_cost --widget``: a form that asks what if; it estimates anew at each change, and never launches anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from importlib import import_module
from typing import Any

from mlcost_ext.core.errors import MlcostError, UsageError
from mlcost_ext.core.estimate import Estimate, EstimateLine, UnpricedLine
from mlcost_ext.prices.instances import has_local_disk
from mlcost_ext.usecases.estimate_numbers import read_hours

from .estimate import estimated, report, this_estimator
from .estimate_report import EstimateReport
from .targets import Options, Target, read_target

LIKE = {"SpotTraining": "Training"}
"""Components whose types are those of another."""
WITH_SPOT = ("training", "tuning")
COUNTS = ("InstanceCount", "InitialInstanceCount")
MOST_INSTANCES = 10_000
LABELS = {"description_width": "6em"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a form shows first."""

    types: tuple[str, ...]
    """Those with a price there, the target's own among them whether it has one or not."""
    instance_type: str | None
    instance_count: int
    hours: str
    is_spot: bool
    has_spot: bool


def what_if(target: object, options: Options) -> Any:
    """Make the form for a target; it shows the estimate of what it is set to.

    Raises:
        UsageError: ipywidgets is not installed, or the target cannot be estimated.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        raise UsageError("--widget needs ipywidgets.", "Type `pip install ipywidgets` and load the page anew.") from None
    read = read_target(target, options, has_local_disk)
    first = estimated(read, options)
    return form(widgets, target, options, start_of(read, first, options))


def start_of(target: Target, first: Estimate, options: Options) -> Start:
    """Find out what the request says now, and what else can be chosen."""
    lines: list[EstimateLine | UnpricedLine] = [*first.lines, *first.unpriced]
    line = next((each for each in lines if each.instance_type), None)
    own = line.instance_type if line else None
    component = LIKE.get(line.component, line.component) if line else ""
    priced = this_estimator().prices.instance_types(first.region_id, component) if component else []
    return Start(
        types=tuple(sorted({*priced, *([own] if own else [])})),
        instance_type=own,
        instance_count=next((count for count in members(target.request, COUNTS) if type(count) is int and count > 0), 1),
        hours="" if options.hours is None else f"{options.hours:f}",
        is_spot=next(members(target.request, ("EnableManagedSpotTraining",)), None) is True,
        has_spot=target.kind in WITH_SPOT,
    )


def members(value: object, names: tuple[str, ...]) -> Iterator[object]:
    """Give what stands under these names in a request, at any depth, outermost first."""
    if isinstance(value, Mapping):
        yield from (value[name] for name in names if name in value)
        for inner in value.values():
            yield from members(inner, names)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from members(inner, names)


def form(widgets: Any, target: object, options: Options, start: Start) -> Any:
    """Put the form together.

    Args:
        widgets: The module ipywidgets.
        target: What is to be estimated, as the user has it.
        options: What was said beside it.
        start: What the form shows first.
    """
    fields = {
        "instance_type": widgets.Dropdown(options=start.types, value=start.instance_type, description="Instance", style=LABELS),
        "instance_count": widgets.BoundedIntText(
            value=start.instance_count, min=1, max=MOST_INSTANCES, description="Count", style=LABELS
        ),
        "hours": widgets.Text(
            value=start.hours, placeholder="as known", description="Hours", continuous_update=False, style=LABELS
        ),
        "is_spot": widgets.Checkbox(value=start.is_spot, description="Managed Spot", indent=False),
    }
    shown = {name for name in fields if (name != "is_spot" or start.has_spot) and (name != "instance_type" or start.types)}
    result = widgets.HTML()

    def renew(_: object = None) -> None:
        values = {name: fields[name].value for name in shown}
        result.value = answer_to(target, options, values, start)

    for name in shown:
        fields[name].observe(renew, names="value")
    renew()
    return widgets.VBox([*(field for name, field in fields.items() if name in shown), result])


def answer_to(target: object, options: Options, values: Mapping[str, Any], start: Start) -> str:
    """Estimate what a form is set to, and give it as HTML; what is wrong is said in its place."""
    try:
        return estimate_of(target, options, values, start)._repr_html_()
    except MlcostError as error:
        return f'<p role="alert">{escape(error.message)} {escape(error.hint)}</p>'
    except Exception as fault:  # noqa: BLE001 - a form that is silent would show the old figure
        return f'<p role="alert">This cannot be estimated ({escape(type(fault).__name__)}).</p>'


def estimate_of(target: object, options: Options, values: Mapping[str, Any], start: Start) -> EstimateReport:
    """Estimate a target with what the form is set to; what was not changed in it is left to the target.

    Raises:
        MlcostError: It cannot be estimated so.
    """
    hours = str(values["hours"]).strip()
    changed = {
        name: value for name, value in values.items() if name != "hours" and value is not None and value != getattr(start, name)
    }
    return report(target, replace(options, **changed, hours=read_hours(hours, "Hours") if hours else None))
