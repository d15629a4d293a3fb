"""Search's requests."""

from botocore.session import Session

from mlcost_ext.aws.reader import search
from tests.aws.reader.fakes import SPACE, START


def test_the_changed_jobs_of_a_space():
    """Owner and time, both, by operators of the reference only."""
    expected = {
        "Resource": "TrainingJob",
        "SearchExpression": {
            "Operator": "And",
            "SubExpressions": [
                {
                    "Operator": "Or",
                    "Filters": [
                        {"Name": f"Tags.{SPACE[0]}", "Operator": "Equals", "Value": SPACE[1]},
                        {"Name": "TrainingJobName", "Operator": "In", "Value": "a,b"},
                    ],
                },
                {
                    "Operator": "And",
                    "Filters": [{"Name": "LastModifiedTime", "Operator": "GreaterThanOrEqualTo", "Value": "2026-11-23T14:00:00"}],
                },
            ],
        },
        "SortBy": "LastModifiedTime",
        "SortOrder": "Ascending",
        "MaxResults": 100,
    }
    owner = search.ours([SPACE], ["b", "a"])
    assert search.changed_since(owner, START) == expected


def test_nothing_of_ours_is_nothing_to_search_for():
    """Neither tags nor names: no request."""
    assert search.ours([], []) is None


def test_names_are_joined_within_the_limit_of_a_value():
    """1,024 characters a value, fifteen values, the rest is described one by one."""
    names = [f"{number:04d}-{'x' * 58}" for number in range(1000)]
    values = search.joined(names)
    assert len(values) == search.MAX_NAME_FILTERS
    assert max(map(len, values)) <= search.MAX_VALUE
    assert [name for value in values for name in value.split(",")] == names[: 15 * 16]


def test_every_operator_is_in_botocores_model():
    """A typing error would be refused by AWS only."""
    shape = Session().get_service_model("sagemaker").shape_for("Operator")
    owner = search.ours([SPACE], ["a"])
    for request in (search.running(owner), search.ended_since(owner, START), search.changed_since(owner, START)):
        assert set(operators(request["SearchExpression"])) <= set(shape.enum)


def operators(expression):
    for item in expression.get("Filters", []):
        yield item["Operator"]
    for inner in expression.get("SubExpressions", []):
        yield from operators(inner)
