"""CloudWatch's metrics of endpoints, in each of the protocols its clients speak."""

import json
from datetime import datetime, timedelta, timezone

import boto3
import botocore.model
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from mlcost_ext.sandbox import cbor, names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.control import order
from mlcost_ext.sandbox.model import operation_model
from mlcost_ext.sandbox.operations import cloudwatch
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.seed_scene import LAST_CALLED_12_DAYS_AGO, LIVE_ENDPOINT, NEVER_CALLED
from mlcost_ext.sandbox.server import make_practice_server

from .asks import config_request, endpoint_request
from .conftest import START
from .model_walk import faults

DAY = 86_400


@pytest.fixture
def called(account):
    """Let an endpoint be called from ten days ago until two days ago, and another all the time."""
    until = START - timedelta(days=2)
    for name, since, end in (("e", START - timedelta(days=10), until), ("busy", START - timedelta(days=400), None)):
        told = {"endpoint": name, "variant": "AllTraffic", "per_day": 240, "since": since.timestamp()}
        order(account, None, {"traffic": {**told, **({"until": end.timestamp()} if end else {})}})
    return account


def query(endpoint="e", variant="AllTraffic", name="Invocations", stat="Sum", period=DAY, namespace="AWS/SageMaker", **more):
    given = {"EndpointName": endpoint, "VariantName": variant}
    dimensions = [{"Name": key, "Value": value} for key, value in given.items() if value]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Id": "q", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}} | more


def ask(account, operation, **params):
    answer = getattr(cloudwatch, operation)(account, params, names.REGION_ID)
    names_of = {"get_metric_data": "GetMetricData", "get_metric_statistics": "GetMetricStatistics", "list_metrics": "ListMetrics"}
    shape = operation_model("cloudwatch", names_of[operation]).output_shape
    assert ParamValidator().validate(answer, shape).generate_report() == ""
    assert list(faults(shape, answer)) == []
    return answer


def data(account, *queries, days=30, **more):
    span = {"StartTime": (START - timedelta(days=days)).timestamp(), "EndTime": START.timestamp()}
    return ask(account, "get_metric_data", MetricDataQueries=list(queries), **span, **more)["MetricDataResults"]


def test_invocations(called):
    """Calls are summed by period; a period without any has no datapoint, and the newest comes first."""
    (result,) = data(called, query())
    assert 6 <= len(result["Values"]) <= 9
    assert result["Timestamps"] == sorted(result["Timestamps"], reverse=True)
    assert START - timedelta(days=3) <= result["Timestamps"][0] < START - timedelta(days=2)
    assert all(20 < value < 400 for value in result["Values"])
    assert result["StatusCode"] == "Complete"
    (upwards,) = data(called, query(), ScanBy="TimestampAscending")
    assert upwards["Values"] == result["Values"][::-1]


def test_by_endpoint_and_variant(called):
    """With the endpoint alone, or any other dimensions, there is nothing."""
    for wrong in (
        query(variant=None),
        query(endpoint=None),
        query(endpoint="nobody"),
        query(variant="other"),
        query(name="Colour"),
        query(namespace="/aws/sagemaker/Endpoints"),
    ):
        (result,) = data(called, wrong)
        assert (result["Values"], result["StatusCode"]) == ([], "Complete")


def test_the_sum_does_not_depend_on_the_period(called):
    """Minutes, hours and days add up to the same, and to the same again."""
    sums = {period: sum(data(called, query(period=period), days=12)[0]["Values"]) for period in (60, 300, 3600, DAY)}
    assert len(set(sums.values())) == 1
    assert sum(data(called, query(stat="SampleCount"), days=12)[0]["Values"]) == sums[60]


def test_old_times_are_kept_more_coarsely(called):
    """What is older than 15 days is kept by five minutes, what is older than 63 by the hour."""
    for days, seconds in ((14, 60), (16, 300), (70, 3600)):
        (result,) = data(called, query(endpoint="busy", period=60), days=days)
        assert all(at.timestamp() % seconds == 0 for at in result["Timestamps"])


@pytest.mark.parametrize(
    ("name", "namespace", "low", "high"),
    [
        ("ModelLatency", "AWS/SageMaker", 30_000, 60_000),
        ("OverheadLatency", "AWS/SageMaker", 1_000, 3_000),
        ("CPUUtilization", "/aws/sagemaker/Endpoints", 1, 10),
        ("MemoryUtilization", "/aws/sagemaker/Endpoints", 10, 40),
    ],
)
def test_other_metrics(called, call, clock, name, namespace, low, high):
    """Latencies are there for calls, the machine's load while the endpoint is in service."""
    call("CreateEndpointConfig", **config_request())
    call("CreateEndpoint", **endpoint_request("busy"))
    clock.forward(7200)
    start, end = (START - timedelta(hours=1)).timestamp(), clock.now.timestamp()
    wanted = query(endpoint="busy", name=name, namespace=namespace, stat="Average", period=3600)
    answer = ask(called, "get_metric_data", MetricDataQueries=[wanted], StartTime=start, EndTime=end)
    (result,) = answer["MetricDataResults"]
    assert len(result["Values"]) == (3 if namespace == "AWS/SageMaker" else 2)
    assert all(low < value < high for value in result["Values"])
    (nobody,) = data(called, query(name=name, namespace=namespace, endpoint="nobody"))
    assert nobody["Values"] == []


def test_pages_of_data(called):
    """More datapoints than fit on a page come with the next one, none twice."""
    span = {"StartTime": (START - timedelta(days=9)).timestamp(), "EndTime": START.timestamp()}
    queries = [query(), {**query(endpoint="busy"), "Id": "other"}, {**query(), "Id": "hidden", "ReturnData": False}]
    whole = {result["Id"]: result["Values"] for result in data(called, *queries, days=9)}
    assert set(whole) == {"q", "other"}
    seen, token, statuses = {"q": [], "other": []}, {}, []
    while True:
        answer = ask(called, "get_metric_data", MetricDataQueries=queries, MaxDatapoints=5, **span, **token)
        for result in answer["MetricDataResults"]:
            seen[result["Id"]] += result["Values"]
            statuses.append(result["StatusCode"])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == whole
    assert {"PartialData", "Complete"} == set(statuses)


def test_statistics(called):
    """GetMetricStatistics gives each statistic that was asked for, with its unit."""
    dimensions = query()["MetricStat"]["Metric"]["Dimensions"]
    params = {"Namespace": "AWS/SageMaker", "Dimensions": dimensions, "Period": DAY}
    span = {"StartTime": (START - timedelta(days=9)).timestamp(), "EndTime": START.timestamp()}
    asked = {"Statistics": ["Sum", "Maximum", "Minimum"], "MetricName": "Invocations"}
    answer = ask(called, "get_metric_statistics", **params, **span, **asked)
    assert answer["Label"] == "Invocations"
    assert {(point["Maximum"], point["Minimum"], point["Unit"]) for point in answer["Datapoints"]} == {(1.0, 1.0, "None")}
    assert sum(point["Sum"] for point in answer["Datapoints"]) == sum(data(called, query(), days=9)[0]["Values"])
    latency = ask(called, "get_metric_statistics", **params, **span, MetricName="ModelLatency", ExtendedStatistics=["p90"])
    assert 30_000 < latency["Datapoints"][0]["ExtendedStatistics"]["p90"] < 60_000
    for other in ({"Unit": "Seconds"}, {"Dimensions": dimensions[:1]}):
        assert ask(called, "get_metric_statistics", **{**params, **span, **asked, **other})["Datapoints"] == []


def test_listed(called, call, clock):
    """Metrics that had data within two weeks are listed, or within three hours where asked."""
    call("CreateEndpointConfig", **config_request())
    call("CreateEndpoint", **endpoint_request("busy"))
    clock.forward(60)
    listed = ask(called, "list_metrics", Namespace="AWS/SageMaker", MetricName="Invocations")["Metrics"]
    assert [metric["Dimensions"][0]["Value"] for metric in listed] == ["busy", "e"]
    recent = ask(called, "list_metrics", Namespace="AWS/SageMaker", RecentlyActive="PT3H")["Metrics"]
    assert {metric["Dimensions"][0]["Value"] for metric in recent} == {"busy"}
    wanted = [{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName"}]
    assert len(ask(called, "list_metrics", Namespace="AWS/SageMaker", Dimensions=wanted)["Metrics"]) == 3
    assert ask(called, "list_metrics", Namespace="AWS/SageMaker", Dimensions=[{"Name": "Host"}])["Metrics"] == []
    machine = ask(called, "list_metrics", Namespace="/aws/sagemaker/Endpoints")["Metrics"]
    assert [metric["MetricName"] for metric in machine] == ["CPUUtilization", "MemoryUtilization"]


def test_pages_of_the_list(account, monkeypatch):
    """A long list comes in pages."""
    monkeypatch.setattr(cloudwatch, "_PAGE", 2)
    for name in "abc":
        order(account, None, {"traffic": {"endpoint": name, "variant": "v", "per_day": 500}})
    first = ask(account, "list_metrics", Namespace="AWS/SageMaker", MetricName="Invocations")
    rest = ask(account, "list_metrics", Namespace="AWS/SageMaker", MetricName="Invocations", NextToken=first["NextToken"])
    assert [len(first["Metrics"]), len(rest["Metrics"]), "NextToken" in rest] == [2, 1, False]


@pytest.fixture(scope="module")
def server():
    account = Account()
    seed_opening(account)
    server = make_practice_server(account)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["json", "query", "smithy-rpc-v2-cbor"])
def client(server, request, monkeypatch):
    """Give a real client of each protocol: that of this botocore, of older ones, and of those between."""
    order_of = (request.param, "json", "query")
    monkeypatch.setattr(botocore.model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", order_of)
    keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client("cloudwatch", endpoint_url=server.url, region_name=names.REGION_ID, config=config, **keys)
    assert client.meta.service_model.resolved_protocol == request.param
    return client


def test_real_clients(client):
    """Each real client reads when the endpoints of the opening scene were called last."""
    now = datetime.now(timezone.utc)
    queries = [
        {**query(name), "Id": f"q{number}"} for number, name in enumerate((LIVE_ENDPOINT, NEVER_CALLED, LAST_CALLED_12_DAYS_AGO))
    ]
    answer = client.get_metric_data(MetricDataQueries=queries, StartTime=now - timedelta(days=30), EndTime=now)
    live, never, staging = answer["MetricDataResults"]
    assert now - live["Timestamps"][0] < timedelta(days=1, minutes=6)
    assert never["Values"] == []
    assert timedelta(days=12) <= now - staging["Timestamps"][0] < timedelta(days=14)
    assert len(live["Values"]) >= 29
    told = client.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=query(LIVE_ENDPOINT)["MetricStat"]["Metric"]["Dimensions"],
        StartTime=now - timedelta(days=1),
        EndTime=now,
        Period=DAY,
        Statistics=["Sum"],
    )["Datapoints"]
    assert sum(point["Sum"] for point in told) > 0
    assert client.list_metrics(Namespace="AWS/SageMaker", MetricName="Invocations")["Metrics"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            {"StartTime": datetime(2026, 12, 1, tzinfo=timezone.utc), "EndTime": datetime(2026, 11, 1, tzinfo=timezone.utc)},
            "ValidationError",
        ),
        ({"NextToken": "nonsense"}, "InvalidNextToken"),
        ({"MetricDataQueries": [query(), {"Id": "m", "Expression": "SUM(METRICS())"}]}, "ValidationError"),
        ({"MetricDataQueries": [query(period=90)]}, "ValidationError"),
    ],
)
def test_wrong_questions(client, change, code):
    """What CloudWatch refuses is refused, in the client's protocol."""
    now = datetime.now(timezone.utc)
    params = {"MetricDataQueries": [query()], "StartTime": now - timedelta(days=1), "EndTime": now}
    with pytest.raises(ClientError) as refused:
        client.get_metric_data(**params | change)
    assert refused.value.response["Error"]["Code"] == code


def test_too_many_datapoints(called):
    """GetMetricStatistics gives 1,440 datapoints at most, and wants to know which statistics."""
    span = {"StartTime": (START - timedelta(days=2)).timestamp(), "EndTime": START.timestamp()}
    params = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Period": 60}
    for more, code in (({"Statistics": ["Sum"]}, "InvalidParameterCombination"), ({"Period": DAY}, "MissingParameter")):
        with pytest.raises(Exception, match=r"datapoints|At least") as refused:
            ask(called, "get_metric_statistics", **params | span | more)
        assert refused.value.code == code


def test_other_metrics_are_motos(server):
    """Any other metric is moto's, whichever way it is asked for."""
    keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": "x"}
    client = boto3.client("cloudwatch", endpoint_url=server.url, region_name=names.REGION_ID, **keys)
    client.put_metric_data(Namespace="mine", MetricData=[{"MetricName": "x", "Value": 3.0}])
    now = datetime.now(timezone.utc)
    span = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1)}
    assert client.list_metrics(Namespace="mine")["Metrics"][0]["MetricName"] == "x"
    mine = {"Namespace": "mine", "MetricName": "x"}
    (point,) = client.get_metric_statistics(**mine, Period=60, Statistics=["Sum"], **span)["Datapoints"]
    stat = {"Metric": mine, "Period": 60, "Stat": "Sum"}
    (result,) = client.get_metric_data(MetricDataQueries=[{"Id": "a", "MetricStat": stat}], **span)["MetricDataResults"]
    assert (point["Sum"], result["Values"]) == (3.0, [3.0])


VALUES = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (1_000_000_000_000, "1b000000e8d4a51000"),
    (-500, "3901f3"),
    (True, "f5"),
    (False, "f4"),
    (None, "f6"),
    (1.1, "fb3ff199999999999a"),
    ("ü", "62c3bc"),
    (b"\x01", "4101"),
    ([1, [2, 3]], "8201820203"),
    ({"a": 1, "b": [2]}, "a26161016162" + "8102"),
]


@pytest.mark.parametrize(("value", "written"), VALUES)
def test_cbor(value, written):
    """Values are written and read as RFC 8949's own examples have them."""
    assert cbor.encode(value).hex() == written
    assert cbor.decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("9f0102ff", [1, 2]),
        ("bf616101ff", {"a": 1}),
        ("7f61616162ff", "ab"),
        ("5f41014102ff", b"\x01\x02"),
        ("f93c00", 1.0),
        ("fa47c35000", 100_000.0),
        ("c1fb41d452d9e0000000", 1363896192.0),
        ("f7", None),
    ],
)
def test_cbor_read(written, value):
    """Other ways to write the same are read as well; times are seconds, as in JSON."""
    assert cbor.decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    "written", ["", "18", "61", "ff", "1c", "1f", "f8ff", "0000", "9f", "61ff", "5f01ff", "bb7fffffffffffffff"]
)
def test_no_cbor(written):
    """Anything else is refused."""
    with pytest.raises(ValueError):
        cbor.decode(bytes.fromhex(written))


def test_times_in_cbor():
    """Times are tagged, to the millisecond."""
    assert cbor.decode(cbor.encode(START + timedelta(milliseconds=5))) == START.timestamp() + 0.005
    with pytest.raises(ValueError, match="too large"):
        cbor.encode(1 << 64)


@pytest.mark.parametrize(
    ("headers", "path", "body"),
    [
        ({"smithy-protocol": "rpc-v2-cbor"}, "/service/GraniteServiceVersion20100801/operation/GetMetricData", b"\xff"),
        ({"smithy-protocol": "rpc-v2-cbor"}, "/service/GraniteServiceVersion20100801/operation/GetMetricData", b"\x01"),
        ({"X-Amz-Target": "GraniteServiceVersion20100801.GetMetricData"}, "/", b"["),
    ],
)
def test_no_request(call, headers, path, body):
    """A body that is none is refused in the protocol it was sent in."""
    scope = "AWS4-HMAC-SHA256 Credential=AKIAPRACTICEACCOUNT0/20261123/us-east-1/monitoring/aws4_request"
    answer = call.client.post(path, data=body, headers={"Authorization": scope, **headers})
    told = json.loads(answer.data) if "X-Amz-Target" in headers else cbor.decode(answer.data)
    assert (answer.status_code, told["__type"]) == (400, "SerializationException")


def test_no_form(call):
    """A form whose values are none is refused."""
    scope = "AWS4-HMAC-SHA256 Credential=AKIAPRACTICEACCOUNT0/20261123/us-east-1/monitoring/aws4_request"
    form = {"Action": "GetMetricData", "StartTime": "yesterday"}
    answer = call.client.post("/", data=form, headers={"Authorization": scope})
    assert (answer.status_code, "MalformedInput" in answer.text) == (400, True)
