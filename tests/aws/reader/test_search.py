"""Search's requests."""

import pytest
from botocore.session import Session

from mlcost_ext.aws.reader import search
from mlcost_ext.aws.reader.kinds import PROMPT, endpoint, training, tuning
from mlcost_ext.aws.reader.ownership import Owner
from tests.aws.reader.fakes import ARN, SPACE, START

PARENTS = (("TuningJobArn", f"{ARN}:hyper-parameter-tuning-job/t"), ("AutoMLJobArn", f"{ARN}:automl-job/m"))
OWNER = Owner(tags=(SPACE,), names=frozenset(("b", "a")), parents=PARENTS)


def requests_of(kind, owner):
    return [
        search.running(kind, owner),
        search.running(kind, owner, START),
        search.ended_since(kind, owner, START, START),
        search.ended_between(kind, owner, START, START),
        search.changed_since(kind, owner, START),
        search.running_or_changed_since(kind, owner, START),
        search.whole(kind, owner, START),
    ]


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
                        {"Name": "TuningJobArn", "Operator": "In", "Value": PARENTS[0][1]},
                        {"Name": "AutoMLJobArn", "Operator": "In", "Value": PARENTS[1][1]},
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
    assert search.changed_since(training.KIND, OWNER, START) == expected


def test_of_an_account_no_owner_is_asked_for():
    """And there is always something that is."""
    for kind in PROMPT:
        for request in requests_of(kind, Owner(is_everything=True)):
            assert request["SearchExpression"]["SubExpressions"]
            assert "Tags." not in str(request)


def test_each_kind_is_asked_for_by_its_own_words():
    """Resource, name and status."""
    assert search.running(tuning.KIND, OWNER)["Resource"] == "HyperParameterTuningJob"
    assert "HyperParameterTuningJobStatus" in str(search.running(tuning.KIND, OWNER))
    assert "EndpointName" in str(search.whole(endpoint.KIND, OWNER))


def test_names_are_joined_within_the_limit_of_a_value():
    """1,024 characters a value, ten values, the rest is described one by one."""
    names = [f"{number:04d}-{'x' * 58}" for number in range(1000)]
    values = search.joined(names, search.MAX_NAME_FILTERS)
    assert len(values) == search.MAX_NAME_FILTERS
    assert max(map(len, values)) <= search.MAX_VALUE
    assert [name for value in values for name in value.split(",")] == names[: 10 * 16]


def test_a_second_is_taken_whole():
    """A value has no fractions: what lies within the second of the last page's last one is read again."""
    until = search.running(training.KIND, OWNER, START.replace(microsecond=500))["SearchExpression"]["SubExpressions"][-1]
    expected = {"Name": "CreationTime", "Operator": "LessThanOrEqualTo", "Value": "2026-11-23T14:00:01"}
    assert until["Filters"] == [expected]


@pytest.mark.parametrize("kind", PROMPT)
def test_every_operator_and_property_is_in_botocores_model_and_no_limit_is_passed(kind):
    """A typing error would be refused by AWS only; an expression takes twenty elements, and fifty in all."""
    model = Session().get_service_model("sagemaker")
    shape = model.shape_for("SearchRecord").members[kind.search]
    names = [f"{number:04d}-{'x' * 58}" for number in range(1000)]
    many = tuple((key, f"{ARN}/{number}") for key in kind.parents for number in range(50))
    full = Owner(tags=tuple((f"k{n}", "v") for n in range(9)), names=frozenset(names), parents=many)
    own = Owner(tags=OWNER.tags, names=OWNER.names, parents=many[:1])
    for request in requests_of(kind, own) + requests_of(kind, full):
        filters = list(filters_of(request["SearchExpression"]))
        assert len(filters) <= 50
        assert {item["Operator"] for item in filters} <= set(model.shape_for("Operator").enum)
        assert {item["Name"].partition(".")[0] for item in filters} <= set(shape.members)
        assert request["SortBy"] in shape.members


def filters_of(expression):
    assert 0 < len(expression.get("Filters", [])) + len(expression.get("SubExpressions", [])) <= 20
    yield from expression.get("Filters", [])
    for inner in expression.get("SubExpressions", []):
        yield from filters_of(inner)
