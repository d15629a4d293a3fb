"""MC301: tags that the policy wants, and those that AWS refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.policy import TagRule
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.required_tags import RULE

from .launch_samples import endpoint_config, faults_of, fixed, objections, processing, proposal, training, tuning

TEAM = TagRule(key="team", allowed=("fraud-platform", "credit-risk"))
ENVIRONMENT = TagRule(key="environment", allowed=("dev", "production"), default="dev")
MODEL = TagRule(key="model", patterns=("[a-z][a-z0-9-]*(-v[0-9]+)?", ".{1,20}"))
CENTRE = TagRule(key="cost-centre")
ALL = (TEAM, ENVIRONMENT, MODEL, CENTRE)


def tagged(**tags):
    return training(Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def judged(request, *required, kind="training"):
    return objections(RULE, proposal(request, kind, required_tags=required))


def test_where_nothing_is_wanted_nothing_is_said():
    """That is the built-in policy; and where all is there."""
    assert judged(training()) == ()
    fine = {"team": "credit-risk", "environment": "production", "model": "churn-v3", "cost-centre": "4711"}
    assert judged(tagged(**fine), *ALL) == ()


def test_a_default_is_filled_in_beside_the_tags_that_are_there():
    """The list as a whole."""
    after, _ = fixed(RULE, tagged(team="credit-risk"), fields={"required_tags": (TEAM, ENVIRONMENT)})
    assert after["Tags"] == [{"Key": "team", "Value": "credit-risk"}, {"Key": "environment", "Value": "dev"}]
    for kind, request in (("processing", processing()), ("tuning", tuning()), ("endpoint-config", endpoint_config())):
        fixed(RULE, request, kind, fields={"required_tags": (ENVIRONMENT,)})


def test_what_only_a_person_knows_is_needed():
    """The fix holds what is known, and nothing made up."""
    (found,) = judged(training(), *ALL)
    assert found.message == "The tags team, environment, model and cost-centre are missing."
    assert found.needs == ("Tags.team", "Tags.model", "Tags.cost-centre")
    assert found.fix == {"Tags": [{"Key": "environment", "Value": "dev"}]}
    assert found.hint == (
        "Give team as one of fraud-platform or credit-risk; give model that matches [a-z][a-z0-9-]*(-v[0-9]+)? and .{1,20}; "
        "give cost-centre; the tag environment becomes 'dev' unless you say otherwise."
    )
    (found,) = judged(training(), TEAM)
    assert (found.message, found.fix, found.needs) == ("The tag team is missing.", None, ("Tags.team",))


def test_a_value_that_is_not_allowed_is_for_a_person_to_mend():
    """The nearest one is suggested; a default takes nobody's word away."""
    (found,) = judged(tagged(team="fraud", environment="prod"), TEAM, ENVIRONMENT)
    assert found.message == "The tag team is 'fraud', which is not allowed; the tag environment is 'prod', which is not allowed."
    assert found.needs == ("Tags.team", "Tags.environment")
    assert found.fix is None
    (found,) = judged(tagged(team="Fraud-Platfrom"), TEAM)
    assert found.hint == "Give team as one of fraud-platform or credit-risk (did you mean 'fraud-platform'?)."
    (found,) = judged(tagged(model="Churn"), MODEL)
    assert found.message == "The tag model is 'Churn', which is not allowed."
    assert judged(tagged(model="a-model-with-a-long-name"), MODEL)


def test_an_empty_value_says_nothing():
    """It counts as missing, and its default takes its place."""
    (found,) = judged(tagged(**{"cost-centre": " "}), CENTRE)
    assert found.message == "The tag cost-centre is missing."
    after, _ = fixed(RULE, tagged(environment=""), fields={"required_tags": (ENVIRONMENT,)})
    assert after["Tags"] == [{"Key": "environment", "Value": "dev"}]


def test_a_key_of_another_letter_case_is_asked_about():
    """A default beside it would contradict it; AWS takes both, and so may the policy."""
    (found,) = judged(tagged(Environment="production"), ENVIRONMENT)
    assert (found.message, found.fix, found.needs) == ("The tag environment is missing.", None, ("Tags.environment",))
    assert found.hint == (
        "Give environment as one of dev or production (did you mean the tag Environment, which is 'production'?)."
    )
    (found,) = judged(tagged(TEAM="x", team="y"), TEAM)
    assert "TEAM" not in found.hint
    (found,) = judged(tagged(Environment="production"), ENVIRONMENT, TagRule(key="Environment"))
    assert found.fix is not None


def test_a_default_that_is_not_allowed_is_none():
    """Several layers may contradict each other."""
    (found,) = judged(training(), TagRule(key="team", allowed=("a",), default="b"))
    assert (found.fix, found.needs) == (None, ("Tags.team",))
    (found,) = judged(training(), TagRule(key="team", allowed=()))
    assert found.hint == "Give no team: no value is allowed."


def test_a_pattern_that_is_none_makes_it_unsure():
    """The policy's own check finds it earlier."""
    with pytest.raises(Unsure, match="A pattern for the tag team is no regular expression"):
        judged(tagged(team="a"), TagRule(key="team", patterns=("(",)))


def test_what_aws_refuses_is_told_beforehand():
    """Too many, twice the same, and its own."""
    many = training(Tags=[{"Key": f"k{i}", "Value": "v"} for i in range(50)])
    assert judged(many) == ()
    (found,) = judged(many, ENVIRONMENT)
    assert (found.fix, found.needs) == (None, ())
    more = training(Tags=[*many["Tags"], {"Key": "k50", "Value": "v"}])
    assert [(each.subject, each.message) for each in judged(more)] == [
        ("count", "AWS takes 50 tags at most, and the request has 51.")
    ]
    both = training(Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}, {"Key": "AWS:b", "Value": "3"}])
    assert [each.message for each in judged(both)] == [
        "AWS refuses a tag that is there twice: a.",
        "AWS keeps tags that begin with aws: to itself: AWS:b.",
    ]


@pytest.mark.parametrize("tags", [None, "team", {"team": "a"}, [5, {"Key": 3, "Value": "x"}, {}]])
def test_tags_of_another_form_are_no_tags(tags):
    """The request may hold anything."""
    (found,) = judged({**training(), "Tags": tags}, TEAM)
    assert found.needs == ("Tags.team",)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(["", "x", "y"])), max_size=4, unique_by=lambda t: t[0]
    ),
    st.lists(st.sampled_from(["a", "b", "c"]), unique=True),
)
def test_a_fix_adds_only_what_is_missing(tags, keys):
    """Nobody's tag is changed or lost, AWS takes the list, and nothing with a default is left to say."""
    request = training(Tags=[{"Key": key, "Value": value} for key, value in tags])
    required = [TagRule(key=key, default="x") for key in keys]
    for found in judged(request, *required):
        after = merged(request, found.fix)
        assert faults_of("training", after) == ""
        now = {tag["Key"]: tag["Value"] for tag in after["Tags"]}
        assert now.items() >= {key: value for key, value in tags if value}.items()
        assert judged(after, *required) == ()
