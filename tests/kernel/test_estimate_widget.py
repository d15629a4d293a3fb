"""%estimate_cost --widget: a form that estimates anew at each change, and what is said where there are no widgets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.kernel import estimate as module
from mlcost_ext.kernel import estimate_widget
from mlcost_ext.kernel.estimate_widget import Start, members, start_of, what_if
from mlcost_ext.kernel.targets import Options, read_target
from mlcost_ext.prices.instances import has_local_disk
from tests.usecases.estimate_samples import MARKUP

from .test_estimate import REQUEST

OPTIONS = Options(region_id="us-east-1")


@pytest.fixture(autouse=True)
def nowhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no prices but those that are shipped."""
    monkeypatch.setenv("MLCOST_HOME", str(home))
    monkeypatch.delenv("MLCOST_SERVER_ID", raising=False)
    module.estimator_in.cache_clear()


def start(request: Any, options: Options = OPTIONS) -> Start:
    target = read_target(request, options, has_local_disk)
    return start_of(target, module.estimated(target, options), options)


def test_without_ipywidgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the line to type."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(UsageError) as caught:
        what_if(REQUEST, OPTIONS)
    assert caught.value.message == "--widget needs ipywidgets."
    assert "pip install ipywidgets" in caught.value.hint


def test_the_form_begins_with_the_request() -> None:
    """Its own type, count and Spot; the types are those with a price there."""
    found = start({**REQUEST, "ResourceConfig": {**REQUEST["ResourceConfig"], "InstanceCount": 3}})
    assert (found.instance_type, found.instance_count, found.hours, found.is_spot, found.has_spot) == (
        "ml.m5.xlarge",
        3,
        "",
        False,
        True,
    )
    assert {"ml.m5.xlarge", "ml.g5.xlarge"} < set(found.types)
    assert list(found.types) == sorted(found.types)


def test_a_type_nobody_knows_is_among_them() -> None:
    """So that the form can show what was asked for."""
    resources = {**REQUEST["ResourceConfig"], "InstanceType": "ml.m5.xlargee"}
    found = start({**REQUEST, "ResourceConfig": resources})
    assert found.instance_type in found.types


def test_spot_has_the_types_of_training() -> None:
    """Nobody lists it by itself."""
    request = deepcopy(REQUEST) | {"EnableManagedSpotTraining": True}
    request["StoppingCondition"]["MaxWaitTimeInSeconds"] = 9000
    found = start(request)
    assert found.is_spot is True
    assert "ml.g5.xlarge" in found.types


def test_hours_that_were_said() -> None:
    """They stand in the form."""
    assert start(REQUEST, Options(region_id="us-east-1", hours=module.read_hours("1.50", "--hours"))).hours == "1.50"


def test_members_at_any_depth() -> None:
    """Outermost first."""
    assert list(members({"a": [{"n": 1}], "n": 2, "b": {"c": ({"n": 3},)}}, ("n",))) == [2, 1, 3]
    assert list(members("text", ("n",))) == []


Values = dict[str, Any]
FIRST: Values = {"instance_type": "ml.m5.xlarge", "instance_count": 1, "hours": "", "is_spot": False}


def answer(**changes: Any) -> str:
    return estimate_widget.answer_to(REQUEST, OPTIONS, FIRST | changes, start(REQUEST))


def test_each_change_counts() -> None:
    """Type, count, hours and Spot; without a change it is the request itself."""
    assert answer() == module.report(REQUEST, OPTIONS)._repr_html_()
    html = answer(instance_type="ml.m5.2xlarge", instance_count=2, hours="1.5")
    assert "on ml.m5.2xlarge in us-east-1" in html
    assert ">3 h<" in html
    assert "1 h 30 min" in html
    assert "Spot" in answer(is_spot=True, hours="1")


@pytest.mark.parametrize("hours", ["0", "three", "<b>", "1e400"])
def test_what_is_wrong_is_said_in_the_form(hours: str) -> None:
    """In place of the figures, escaped."""
    html = answer(hours=hours)
    assert html.startswith('<p role="alert">Hours is ')
    assert "<b>" not in html


def test_a_fault_of_ours_is_said_in_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that kept its old figure would be wrong."""

    def fail(*_: object) -> Any:
        raise ZeroDivisionError(MARKUP)

    known = start(REQUEST)
    monkeypatch.setattr(estimate_widget, "report", fail)
    html = estimate_widget.answer_to(REQUEST, OPTIONS, FIRST, known)
    assert html == '<p role="alert">This cannot be estimated (ZeroDivisionError).</p>'


@pytest.fixture
def shown() -> Callable[..., dict[str, Any]]:
    """Give a function that makes a form and gives its parts by their labels."""
    widgets = pytest.importorskip("ipywidgets", reason="ipywidgets is not installed here")

    def make(target: object, options: Options = OPTIONS) -> dict[str, Any]:
        form = what_if(target, options)
        assert isinstance(form, widgets.VBox)
        return {each.description or "result": each for each in form.children}

    return make


def test_the_form(shown: Callable[..., dict[str, Any]]) -> None:
    """A change in it changes what it shows."""
    parts = shown(REQUEST)
    assert list(parts) == ["Instance", "Count", "Hours", "Managed Spot", "result"]
    first = parts["result"].value
    assert first == module.report(REQUEST, OPTIONS)._repr_html_()
    parts["Instance"].value = "ml.g5.xlarge"
    parts["Count"].value = 2
    parts["Hours"].value = "2"
    assert "on ml.g5.xlarge" in parts["result"].value
    assert ">4 h<" in parts["result"].value
    parts["Hours"].value = "soon"
    assert 'role="alert"' in parts["result"].value
    parts["Hours"].value = ""
    parts["Instance"].value, parts["Count"].value = "ml.m5.xlarge", 1
    assert parts["result"].value == first


def test_the_form_of_what_has_no_spot(shown: Callable[..., dict[str, Any]]) -> None:
    """An endpoint has no box for it."""
    parts = shown(None, Options(kind="endpoint", instance_type="ml.m5.xlarge", region_id="us-east-1"))
    assert "Managed Spot" not in parts
    assert "an hour" in parts["result"].value
