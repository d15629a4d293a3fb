"""Endpoints with what belongs to them: configuration, inference components, last use."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.feeds.last_use import portions
from tests.aws.reader.fakes import START, Reader, deny, fault, make, put

VARIANTS = [
    {"VariantName": "a", "CurrentInstanceCount": 2, "DesiredInstanceCount": 2, "DeployedImages": [{"SpecifiedImage": "i"}]}
]
CONFIG = {
    "ProductionVariants": [
        {"VariantName": "a", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 2, "ModelName": "m", "VolumeSizeInGB": 30}
    ],
    "AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://secret"}},
}
FOR_COMPONENTS = {"ProductionVariants": [{"VariantName": "a", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}]}
TOLD = {
    "ProductionVariants": [
        {"VariantName": "a", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 2, "VolumeSizeInGB": 30},
    ],
    "IsAsync": True,
}


def endpoint(name="e", *, config="c", **members):
    return make("endpoint", name, EndpointConfigName=config, ProductionVariants=VARIANTS, **members)


def component(name, endpoint="e", *, status="InService", modified=START, copies=1):
    return {
        "InferenceComponentName": name,
        "EndpointName": endpoint,
        "VariantName": "a",
        "InferenceComponentStatus": status,
        "LastModifiedTime": modified,
        "Specification": {"ComputeResourceRequirements": {"NumberOfCpuCoresRequired": 0.5, "MinMemoryRequiredInMb": 1024}},
        "RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": copies},
    }


def reader_of(*endpoints, config=CONFIG, **configs):
    reader = Reader()
    put(reader, *endpoints)
    reader.aws.configs = {"c": config, **configs}
    return reader


def last(reader, name="e"):
    """Give the endpoint as it was handed on last."""
    return [item for item in reader.sink.take("endpoint") if item["EndpointName"] == name][-1]


def test_an_endpoint_comes_at_once_and_then_with_its_configuration():
    """Which never changes, and is described once, for however many endpoints."""
    reader = reader_of(endpoint("e"), endpoint("f"))
    reader.turn()
    items = reader.sink.take("endpoint")
    assert "EndpointConfig" not in items[0]
    assert items[0]["ProductionVariants"] == [{"VariantName": "a", "CurrentInstanceCount": 2, "DesiredInstanceCount": 2}]
    assert [item["EndpointConfig"] for item in items[-2:]] == [TOLD, TOLD]
    assert items[-1]["InferenceComponents"] == []
    put(reader, endpoint("e", status="Updating", created=START, modified=START + timedelta(seconds=30)))
    reader.run(600)
    assert reader.aws.operations().count("DescribeEndpointConfig") == 1
    assert last(reader)["EndpointConfig"] == TOLD


@pytest.mark.parametrize(
    "changes",
    [
        {"created": START + timedelta(hours=1), "modified": START + timedelta(hours=1)},
        {"config": "d", "modified": START + timedelta(hours=1)},
    ],
)
def test_a_configuration_is_described_anew_where_its_name_may_be_used_anew(changes):
    """A notebook that is run again deletes and makes both under the same names; an update has another configuration."""
    other = {"ProductionVariants": [{"VariantName": "a", "InstanceType": "ml.m5.xlarge", "ModelName": "m"}]}
    reader = reader_of(endpoint("e"), d=other)
    reader.run(3600)
    reader.aws.configs["c"] = other
    put(reader, endpoint("e", **changes))
    reader.run(60)
    assert last(reader)["EndpointConfig"]["ProductionVariants"][0]["InstanceType"] == "ml.m5.xlarge"


def test_what_may_not_be_described_is_none_and_said():
    """It is no problem of the endpoints themselves, and is asked for again after five minutes."""
    reader = reader_of(endpoint("e"))
    deny(reader, "DescribeEndpointConfig", "ListInferenceComponents", "GetMetricData")
    reader.run(60)
    told = last(reader)
    assert (told["EndpointConfig"], told["InferenceComponents"], told["LastUse"]) == (None, None, None)
    status = reader.sink.status
    assert (status["problem"], status["first_picture"]) == (None, True)
    message = status["kind_problems"]["endpoint"]["message"]
    for operation in ("sagemaker:DescribeEndpointConfig", "sagemaker:ListInferenceComponents", "cloudwatch:GetMetricData"):
        assert operation in message
    reader.aws.faults = {}
    reader.run(1200)
    told = last(reader)
    assert told["EndpointConfig"] == TOLD
    assert told["LastUse"]["variants"] == {"a": None}
    assert reader.sink.status["kind_problems"] == {}


def test_inference_components_are_listed_and_described_when_they_change():
    """Only where a variant is made for them."""
    reader = reader_of(endpoint("e"), config=FOR_COMPONENTS)
    reader.aws.components = {"x": component("x"), "y": component("y"), "z": component("z", "somebody-elses")}
    reader.run(30)
    told = last(reader)["InferenceComponents"]
    assert [each["InferenceComponentName"] for each in told] == ["x", "y"]
    assert told[0]["Specification"]["ComputeResourceRequirements"] == {
        "NumberOfCpuCoresRequired": 0.5,
        "MinMemoryRequiredInMb": 1024,
    }
    assert reader.aws.operations().count("DescribeInferenceComponent") == 2
    reader.aws.components["x"] = component("x", modified=reader.clock.wall(), copies=4)
    del reader.aws.components["y"]
    reader.run(300)
    told = last(reader)["InferenceComponents"]
    assert [(each["InferenceComponentName"], each["RuntimeConfig"]["CurrentCopyCount"]) for each in told] == [("x", 4)]
    assert reader.aws.operations().count("DescribeInferenceComponent") == 3


def test_where_no_variant_is_made_for_components_none_are_listed():
    """It would be two calls in ten minutes for nothing."""
    reader = reader_of(endpoint("e"))
    reader.run(600)
    assert "ListInferenceComponents" not in reader.aws.operations()


def test_a_component_that_may_not_be_described_makes_them_unknown():
    """Never an empty list."""
    reader = reader_of(endpoint("e"), config=FOR_COMPONENTS)
    reader.aws.components = {"x": component("x")}
    deny(reader, "DescribeInferenceComponent")
    reader.run(60)
    assert last(reader)["InferenceComponents"] is None


def test_an_endpoint_that_is_gone_takes_all_of_it_along():
    """Nothing of it is kept or asked for."""
    reader = reader_of(endpoint("e"), config=FOR_COMPONENTS)
    reader.aws.components = {"x": component("x")}
    reader.run(30)
    del reader.aws.things["endpoint"]["e"]
    reader.run(30)
    assert reader.sink.gone == ["e"]
    endpoints = reader.region().endpoints
    assert (endpoints.bases, endpoints.configs, endpoints.components, endpoints.last_use) == ({}, {}, {}, {})
    assert "ListInferenceComponents" not in reader.run(600, kind=None)


# -- last use -------------------------------------------------------------------------------


def test_the_last_use_of_each_variant_is_asked_of_cloudwatch():
    """A month back, by the hour, endpoint and variant named both; who was never called is told so."""
    reader = reader_of(endpoint("used"), endpoint("forgotten"))
    reader.aws.invocations = {("used", "a"): START - timedelta(days=3, minutes=20)}
    reader.turn()
    items = {item["EndpointName"]: item for item in reader.sink.take("endpoint")}
    looked_back_to = "2026-10-24T14:00:00Z"
    assert items["used"]["LastUse"] == {"looked_back_to": looked_back_to, "variants": {"a": "2026-11-20T14:00:00Z"}}
    assert items["forgotten"]["LastUse"] == {"looked_back_to": looked_back_to, "variants": {"a": None}}
    (asked,) = [params for operation, params in reader.aws.calls if operation == "GetMetricData"]
    dimensions = asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"]
    assert [each["Name"] for each in dimensions] == ["EndpointName", "VariantName"]


def test_it_is_asked_again_every_quarter_of_an_hour_for_what_is_new():
    """By five minutes; the look back stays as far as it was."""
    reader = reader_of(endpoint("e"))
    reader.run(60)
    reader.aws.invocations = {("e", "a"): START + timedelta(minutes=7)}
    reader.run(1000)
    told = last(reader)["LastUse"]
    assert told == {"looked_back_to": "2026-10-24T14:00:00Z", "variants": {"a": "2026-11-23T14:10:00Z"}}
    assert reader.aws.operations().count("GetMetricData") == 2


def test_nothing_is_later_than_now():
    """The hour in which there was a call may not be over."""
    reader = reader_of(endpoint("e"))
    reader.clock.forward(300)
    reader.aws.invocations = {("e", "a"): START + timedelta(seconds=200)}
    reader.turn()
    assert last(reader)["LastUse"]["variants"] == {"a": "2026-11-23T14:05:00Z"}


def test_cloudwatch_that_does_not_answer_slows_nothing_down():
    """It is said for endpoints, and tried less and less."""
    reader = reader_of(endpoint("e"))
    reader.aws.faults["GetMetricData"] = fault("network_unreachable")
    reader.run(600)
    status = reader.sink.status
    assert status["problem"] is None
    assert status["as_of"] >= "2026-11-23T14:09:30Z"
    assert status["kind_problems"]["endpoint"]["code"] == "network_unreachable"
    assert "LastUse" not in last(reader)
    assert reader.aws.operations().count("GetMetricData") <= 8
    reader.aws.faults = {}
    reader.run(1200)
    assert last(reader)["LastUse"]["variants"] == {"a": None}


@pytest.mark.parametrize("failed", [{"StatusCode": "InternalError"}, {"StatusCode": "Forbidden"}, None])
def test_a_variant_for_which_cloudwatch_fails_is_not_called_unused(failed):
    """It answers all the same, for the others; the one is asked for again after five minutes, a month back."""
    reader = reader_of(endpoint("fails"), endpoint("works"))
    metrics, is_failing = reader.aws.get_metric_data, True
    reader.aws.invocations = {("fails", "a"): START - timedelta(days=3, minutes=20)}

    def answer(params):
        results = metrics(params)["MetricDataResults"]
        broken = [n for n, each in enumerate(params["MetricDataQueries"]) if "fails" in str(each)] if is_failing else []
        for number in broken:
            results[number] = None if failed is None else {"Id": results[number]["Id"], "Timestamps": [], "Values": [], **failed}
        return {"MetricDataResults": [each for each in results if each is not None]}

    reader.aws.get_metric_data = answer
    reader.run(60)
    items = {item["EndpointName"]: item for item in reader.sink.take("endpoint")}
    assert "LastUse" not in items["fails"]
    assert items["works"]["LastUse"]["variants"] == {"a": None}
    assert reader.aws.operations().count("GetMetricData") == 1
    is_failing = False
    reader.run(400)
    items = {item["EndpointName"]: item for item in reader.sink.take("endpoint")}
    assert items["fails"]["LastUse"]["variants"] == {"a": "2026-11-20T14:00:00Z"}


def test_what_cloudwatch_has_told_stays_where_it_fails_later():
    """And the calls of the time it failed for are asked for the next time."""
    reader = reader_of(endpoint("e"))
    reader.run(60)
    metrics = reader.aws.get_metric_data
    reader.aws.get_metric_data = lambda params: {"MetricDataResults": [{"Id": "v0", "StatusCode": "InternalError"}]}
    reader.aws.invocations = {("e", "a"): START + timedelta(minutes=7)}
    reader.run(1000)
    assert last(reader)["LastUse"]["variants"] == {"a": None}
    reader.aws.get_metric_data = metrics
    reader.run(400)
    assert last(reader)["LastUse"]["variants"] == {"a": "2026-11-23T14:10:00Z"}


def test_many_variants_are_asked_for_in_portions():
    """A hundred and forty a call, a month back."""
    reader = Reader()
    put(reader, *(endpoint(f"e-{number:03d}") for number in range(300)))
    reader.aws.configs = {"c": CONFIG}
    reader.run(120)
    asked = [len(params["MetricDataQueries"]) for operation, params in reader.aws.calls if operation == "GetMetricData"]
    assert sum(asked) == 300
    assert max(asked) <= 140
    assert [list(part) for part in portions([1, 2, 3], 2)] == [[1, 2], [3]]


# -- troubles of what belongs to them -------------------------------------------------------


def test_a_configuration_that_aws_fails_to_give_is_asked_for_again():
    """Two minutes later; the endpoint itself is fresh."""
    reader = reader_of(endpoint("e"))
    reader.aws.faults["DescribeEndpointConfig"] = fault("aws_error")
    reader.run(60)
    assert last(reader)["EndpointConfig"] is None
    reader.aws.faults = {}
    reader.run(200)
    assert last(reader)["EndpointConfig"] == TOLD
    assert reader.sink.status["problem"] is None


def test_a_configuration_that_is_gone_is_not_asked_for_again():
    """It may be deleted while the endpoint lives."""
    reader = reader_of(endpoint("e", config="deleted"))
    reader.run(900)
    assert last(reader)["EndpointConfig"] is None
    assert reader.aws.operations().count("DescribeEndpointConfig") == 1


def test_of_many_components_only_the_changed_ones_are_listed():
    """And all of them now and then, to miss what is gone."""
    reader = reader_of(endpoint("e"), config=FOR_COMPONENTS)
    earlier = START - timedelta(hours=1)
    reader.aws.components = {f"x-{n:03d}": component(f"x-{n:03d}", "others", modified=earlier) for n in range(400)}
    reader.aws.components["mine"] = component("mine", modified=earlier)
    reader.run(60)
    before = len(reader.aws.calls)
    reader.aws.components["new"] = component("new", modified=reader.clock.wall())
    reader.run(280)
    assert [operation for operation, _ in reader.aws.calls[before:]].count("ListInferenceComponents") <= 2
    assert [each["InferenceComponentName"] for each in last(reader)["InferenceComponents"]] == ["mine", "new"]
    del reader.aws.components["mine"]
    reader.run(2400)
    assert [each["InferenceComponentName"] for each in last(reader)["InferenceComponents"]] == ["new"]


@pytest.mark.parametrize(("age_seconds", "asked"), [(10, 0), (3600, 1)])
def test_cloudwatch_is_asked_for_an_endpoint_of_just_now_with_the_others_in_their_turn(age_seconds, asked):
    """That it was not called yet says little; one that was there before may have been called long ago."""
    reader = reader_of(endpoint("first"))
    reader.run(300)
    reader.aws.calls.clear()
    now = reader.clock.wall()
    put(reader, {**endpoint("second"), "CreationTime": now - timedelta(seconds=age_seconds), "LastModifiedTime": now})
    reader.run(120)
    assert min(1, reader.aws.operations().count("GetMetricData")) == asked
    reader.run(900)
    named = [str(params) for operation, params in reader.aws.calls if operation == "GetMetricData"]
    assert any("second" in text for text in named)
