"""The line of %estimate_cost: targets are looked up and never called, and whatever is wrong is named."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.kernel.estimate_line import read_line, split
from mlcost_ext.kernel.expression import evaluate
from mlcost_ext.kernel.targets import Options


class Trap:
    """What must not be called, and has a property that fails."""

    called = 0

    def fit(self) -> None:
        Trap.called += 1

    @property
    def broken(self) -> None:
        raise RuntimeError("no session")


NAMES: dict[str, object] = {
    "estimator": Trap(),
    "requests": {"a b": {"Name": "x"}, "list": [1, {"Name": "y"}]},
    "base": {"InstanceType": "ml.m5.xlarge"},
    "place": SimpleNamespace(inner=SimpleNamespace(request={"Name": "z"})),
    "nothing": None,
    "h": 2.5,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("base", NAMES["base"]),
        ("requests['a b']", {"Name": "x"}),
        ('requests["list"][-1]', {"Name": "y"}),
        ("place.inner.request", {"Name": "z"}),
        ('{"TrainingJobName": "a  --b", **base, "Tags": [{"Key": "k"}], "n": -1, "t": (None, True)}',) * 2,
    ],
)
def test_expressions(text: str, value: Any) -> None:
    """Names, attributes, indices, dicts and lists."""
    known = eval(value, {}, dict(NAMES)) if isinstance(value, str) else value
    assert evaluate(text, NAMES) == known
    assert read_line(f"{text} --hours 1", NAMES).target == known


@pytest.mark.parametrize(
    "text",
    [
        "estimator.fit()",
        "[x for x in requests]",
        "lambda: 1",
        "(x := 1)",
        "base | base",
        "1 + 1",
        "f'{base}'",
        "base if 1 else 2",
        "not h",
    ],
)
def test_what_does_more_than_name_something_is_refused(text: str) -> None:
    """A call could launch something."""
    with pytest.raises(UsageError, match="nothing is called here") as caught:
        evaluate(text, NAMES)
    assert "variable in a line of its own" in caught.value.hint
    assert Trap.called == 0


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("estimater", "There is no variable 'estimater' in this kernel.", "Did you mean estimator?"),
        ("zzz.fit", "There is no variable 'zzz' in this kernel.", "Run the cell that makes it first."),
        ("__import__", "There is no variable '__import__' in this kernel.", "Run the cell"),
        ("ml.g5.xlarge", "ml.g5.xlarge is an instance type, and no variable.", "Say it as --instance ml.g5.xlarge."),
        ("estimator.broken", "'estimator.broken' has no value (RuntimeError: no session).", "cell of its own"),
        ("requests['q']", "'requests['q']' has no value (KeyError: 'q').", "cell of its own"),
        ("two words", "'two words' is no expression of Python.", "Name a variable"),
        ("base\x00", "is no expression of Python.", "Name a variable"),
        ("[" * 300 + "]" * 300, "is no expression of Python.", "Name a variable"),
    ],
)
def test_expressions_without_a_value(text: str, message: str, hint: str) -> None:
    """What is wrong, and what to do."""
    with pytest.raises(UsageError) as caught:
        evaluate(text, NAMES)
    assert message.replace("'requests", '"requests').replace("']'", "']\"") in caught.value.message
    assert hint in caught.value.hint


def test_options() -> None:
    """Each of them, before or behind the target; values as in any magic."""
    line = (
        "--kind=training --instance 'ml.g5.xlarge' base --count 2 --hours {h} --spot --volume-gb $size --region eu-west-1"
        " --input-gb 0.5 --json"
    )
    asked = read_line(line, {**NAMES, "size": 100})
    expected = Options(
        input_bytes=500_000_000,
        kind="training",
        instance_type="ml.g5.xlarge",
        instance_count=2,
        hours=Decimal("2.5"),
        is_spot=True,
        volume_gb=100,
        region_id="eu-west-1",
    )
    assert (asked.target, asked.options, asked.form) == (NAMES["base"], expected, "json")
    assert read_line("base --no-spot --widget", NAMES).options == Options(is_spot=False)
    assert read_line("base --widget", NAMES).form == "widget"
    assert read_line("base", NAMES).form == "report"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "",
            "wants to know what is to be estimated. Name an estimator or a request, as in %estimate_cost estimator",
        ),
        ("--json --hours 3", "%estimate_cost --kind training --instance ml.g5.xlarge --hours 3."),
        ("nothing", "nothing is None, so there is nothing to estimate."),
        ("base --hour 3", "%estimate_cost has no option '--hour'. Say --hours."),
        ("base -n 3", "%estimate_cost has no option '-n'. Say --kind or"),
        ("base --help", "%estimate_cost has no option '--help'."),
        ("base --hours", "--hours wants a value. Write it like --hours 3."),
        ("base --instance --spot", "--instance wants a value. Write it like --instance ml.g5.xlarge."),
        ("base --kind=", "--kind wants a value."),
        ("base --spot=yes", "--spot takes no value. Write --spot alone."),
        ("base --hours 1 --hours 2", "--hours is said twice."),
        ("base --spot --no-spot", "--spot and --no-spot exclude each other."),
        ("base --json --widget", "--widget and --json exclude each other."),
        ("base --hours {zzz}", "There is no variable 'zzz'"),
        ("requests['a b'", "] is missing at the end of the line."),
        ('{"a": "b}', '" is missing at the end of the line.'),
        *(
            (f"base --hours {bad}", f"--hours is '{bad}', which is no time")
            for bad in ("0", "-1", "three", "nan", "inf", "1e400")
        ),
        *((f"base --count {bad}", f"--count is '{bad}', which is no whole") for bad in ("0", "-1", "two", "nan", "1.5", "1e400")),
        *((f"base --volume-gb {bad}", f"--volume-gb is '{bad}', which") for bad in ("0", "-1", "big", "inf", "1e400")),
    ],
)
def test_what_is_wrong_is_named(line: str, said: str) -> None:
    """In one sentence, with what to write instead."""
    with pytest.raises(UsageError) as caught:
        read_line(line, NAMES)
    assert said in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("a  b", ["a", "b"]),
        ("x['a  b'] --c", ["x['a  b']", "--c"]),
        ('{"a": [1, 2], "b": ")"} c', ['{"a": [1, 2], "b": ")"}', "c"]),
        (r'{"a": "\" }"} c', [r'{"a": "\" }"}', "c"]),
        (r'"\\" c', [r'"\\"', "c"]),
        ("", []),
    ],
)
def test_splitting(line: str, tokens: list[str]) -> None:
    """At spaces, but in no quotes and no brackets."""
    assert split(line) == tokens
