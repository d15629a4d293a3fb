"""Bad days ordered over the control path."""

import pytest

from .conftest import request_for

PATH = "/__practice__/faults"


@pytest.fixture
def order(call):
    def send(token="token", **wish):
        return call.client.post(PATH, json=wish, headers={"X-Practice-Token": token}).status_code

    return send


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", 400),
        ("ThrottlingException", 400),
        ("ExpiredTokenException", 400),
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
    ],
)
def test_refusals(call, order, code, status):
    """One operation is refused, the others go on, until it is cleared."""
    assert order(operation="Search", code=code) == 200
    refused, answer = call("Search", Resource="TrainingJob")
    assert (refused, answer["__type"]) == (status, code)
    assert call("ListTrainingJobs")[0] == 200
    order(clear=True)
    assert call("Search", Resource="TrainingJob")[0] == 200


def test_denied_names_the_action(call, order):
    """A denial names the action that is missing, as AWS does."""
    order(operation="Search", code="AccessDeniedException")
    assert "not authorized to perform: sagemaker:Search because" in call("Search", Resource="TrainingJob")[1]["message"]


def test_motos_operations_too(call, order):
    """An operation that moto answers can be refused as well, or all at once."""
    order(operation="*", code="ExpiredTokenException", message="gone", status=403)
    assert call("ListModels") == (403, {"__type": "ExpiredTokenException", "message": "gone"})


def test_a_few_times(call, order):
    """A bad day may pass by itself."""
    order(operation="ListTrainingJobs", code="ThrottlingException", times=2)
    assert [call("ListTrainingJobs")[0] for _ in range(3)] == [400, 400, 200]


def test_hanging(call, order, front):
    """A slow answer is slow, and otherwise right."""
    slept = []
    front.bad_days.sleep = slept.append
    order(operation="ListTrainingJobs", hang_seconds=30)
    assert call("ListTrainingJobs")[0] == 200
    assert slept == [30]


def test_raw_job(call, order):
    """A job may lack members or have values nobody knows; everything still answers."""
    call("CreateTrainingJob", **request_for())
    overlay = {
        "TrainingJobName": "broken",
        "ResourceConfig": {"InstanceType": "ml.zz9.huge"},
        "TrainingJobStatus": "Dreaming",
        "TrainingStartTime": None,
        "CreationTime": None,
    }
    assert order(raw_job=overlay) == 200
    _, job = call("DescribeTrainingJob", TrainingJobName="broken")
    assert job["ResourceConfig"] == {"InstanceType": "ml.zz9.huge"}
    assert "TrainingStartTime" not in job
    for answer in (call("Search", Resource="TrainingJob"), call("ListTrainingJobs")):
        assert answer[0] == 200
        assert "Dreaming" in str(answer[1])


def test_times_that_are_none(call, order):
    """A job whose times are text does not break lists, filters and orders of the others."""
    call("CreateTrainingJob", **request_for())
    order(raw_job={"TrainingJobName": "odd", "CreationTime": "yesterday", "LastModifiedTime": "2026-11-23T14:00:00Z"})
    recent = {"Filters": [{"Name": "LastModifiedTime", "Operator": "GreaterThan", "Value": "2026-11-23T00:00:00"}]}
    assert len(call("Search", Resource="TrainingJob")[1]["Results"]) == 2
    assert len(call("Search", Resource="TrainingJob", SearchExpression=recent)[1]["Results"]) == 1
    assert len(call("ListTrainingJobs")[1]["TrainingJobSummaries"]) == 2
    assert len(call("ListTrainingJobs", CreationTimeAfter=0)[1]["TrainingJobSummaries"]) == 1


def test_nameless_job(call, order):
    """Even a job without its name and status can be listed."""
    assert order(raw_job={"TrainingJobName": None, "TrainingJobArn": None, "TrainingJobStatus": None}) == 200
    assert call("Search", Resource="TrainingJob")[0] == 200
    assert call("ListTrainingJobs", NameContains="x", SortBy="Name")[0] == 200


def test_explicit_denial(call, order):
    """A denial that a policy spells out says so; letter case of the operation does not matter."""
    order(operation="listtrainingjobs", code="AccessDeniedException", is_explicit=True)
    assert call("ListTrainingJobs")[1]["message"].endswith("with an explicit deny in an identity-based policy")


@pytest.mark.parametrize(("span", "seconds"), [("per_second", 1), ("per_minute", 60)])
def test_throttling_by_rate(call, order, clock, span, seconds):
    """Only the calls beyond so many within a span are refused, and a span later there is room again."""
    order(**{"operation": "*", span: 3})
    assert [call("ListTrainingJobs")[0] for _ in range(5)] == [200, 200, 200, 400, 400]
    assert call("Search", Resource="TrainingJob")[1] == {"__type": "ThrottlingException", "message": "Rate exceeded"}
    clock.forward(seconds)
    assert [call("ListTrainingJobs")[0] for _ in range(4)] == [200, 200, 200, 400]


def test_by_chance(call, order):
    """A bad day may befall some calls only, the same ones in every run."""
    order(operation="*", code="InternalFailure", chance=0.3)
    first = [call("ListTrainingJobs")[0] for _ in range(40)]
    assert 4 <= first.count(500) <= 20
    assert first.count(200) == 40 - first.count(500)


def test_several_at_once(call, order, front):
    """Slow and refused, cut and rare: bad days add up."""
    slept = []
    front.bad_days.sleep = slept.append
    order(operation="Search", hang_seconds=5)
    order(operation="*", hang_seconds=2)
    order(operation="Search", code="ServiceUnavailable")
    assert call("Search", Resource="TrainingJob")[0] == 503
    assert call("ListTrainingJobs")[0] == 200
    assert slept == [5, 2, 2]


@pytest.mark.parametrize("operation", ["ListTrainingJobs", "ListModels"])
def test_spoiled_answers(call, order, operation):
    """Answers of ours and of moto's are cut, mangled or replaced by a page of HTML."""
    whole = call.raw(operation, {}).data
    for spoil, status, is_shown in (
        ("cut_short", 200, lambda body: body == whole[: len(whole) // 2]),
        ("garbage", 200, lambda body: body[:1] == b"\x00"),
        ("html", 502, lambda body: b"<h1>502 Bad Gateway</h1>" in body),
    ):
        order(operation=operation, spoil=spoil, times=1, **({"status": 502} if spoil == "html" else {}))
        answer = call.raw(operation, {})
        assert (answer.status_code, is_shown(answer.data)) == (status, True)
        assert answer.content_length == len(answer.data)
    assert call.raw(operation, {}).data == whole


def test_cut_with_the_whole_length(call, order):
    """A cut answer may still claim its whole length, so that the client waits for the rest."""
    order(operation="ListTrainingJobs", spoil="cut")
    answer = call.raw("ListTrainingJobs", {})
    assert answer.content_length == 2 * len(answer.data)


def test_wrong_type(call, order):
    """Members named by their path, or any one, have another type than they should."""
    call("CreateTrainingJob", **request_for())
    order(operation="Search", spoil="wrong_type", path="Results.*.TrainingJob.ResourceConfig", times=1)
    assert call("Search", Resource="TrainingJob")[1]["Results"][0]["TrainingJob"]["ResourceConfig"] == "not what it was"
    order(operation="Search", spoil="wrong_type", path="Results.0.TrainingJob.CreationTime", times=1)
    assert call("Search", Resource="TrainingJob")[1]["Results"][0]["TrainingJob"]["CreationTime"] == ["not", "a", "number"]
    sound = call("Search", Resource="TrainingJob")[1]
    order(operation="*", spoil="wrong_type")
    spoilt = [call("Search", Resource="TrainingJob")[1] for _ in range(5)]
    assert all(answer != sound for answer in spoilt)


def test_wrong_type_of_what_is_not_json(call, order):
    """Bodies of other protocols stay what they are."""
    order(operation="*", spoil="wrong_type")
    scope = "AWS4-HMAC-SHA256 Credential=AKIAPRACTICEACCOUNT0/20261123/us-east-1/sts/aws4_request"
    answer = call.client.post("/", data={"Action": "GetCallerIdentity"}, headers={"Authorization": scope})
    assert "<Account>111122223333</Account>" in answer.text


def test_reset(call, order):
    """An answer that never comes: over a real socket the connection is reset."""
    order(operation="ListTrainingJobs", spoil="reset")
    with pytest.raises(ConnectionResetError):
        call("ListTrainingJobs")


def test_clock_skew(call, order, account, clock):
    """AWS's clock is ahead or behind: jobs are created by it, and requests signed by another are refused."""
    call("CreateTrainingJob", **request_for("before"))
    order(clock_offset_seconds=3600)
    call("CreateTrainingJob", **request_for("ahead"))
    order(clock_offset_seconds=-3600)
    assert call("DescribeTrainingJob", TrainingJobName="ahead")[0] == 400
    call("CreateTrainingJob", **request_for("behind"))
    order(clear=True)
    _, answer = call("ListTrainingJobs")
    created = {job["TrainingJobName"]: job["CreationTime"] - clock.now.timestamp() for job in answer["TrainingJobSummaries"]}
    assert created == {"behind": -3600, "before": 0}
    clock.forward(3600)
    assert call("DescribeTrainingJob", TrainingJobName="ahead")[0] == 200
    assert account.clock() == clock.now


@pytest.mark.parametrize(("service", "code"), [("sts", "SignatureDoesNotMatch"), ("s3", "RequestTimeTooSkewed")])
def test_skewed_signature_of_other_services(call, service, code):
    """Each family of services has its own code for a signature of another time."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKIAPRACTICEACCOUNT0/20201123/us-east-1/{service}/aws4_request"
    headers = {"Authorization": scope, "X-Amz-Date": "20201123T000000Z"}
    answer = call.client.post("/", data={"Action": "GetCallerIdentity"}, headers=headers)
    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (403, True)


def test_signature_of_no_time(call):
    """A request that does not say when it was signed, or says nonsense, is not refused for it."""
    assert call.raw("ListTrainingJobs", {}, headers={"X-Amz-Date": "yesterday"}).status_code == 200


def test_lagging_index(call, order, clock):
    """Search shows what was true some time ago; Describe and ListTrainingJobs show what is."""
    call("CreateTrainingJob", **request_for("old"))
    call("CreateTrainingJob", **request_for("tagged"))
    clock.forward(60)
    order(index_lag_seconds=30)
    call("CreateTrainingJob", **request_for("new"))
    call("StopTrainingJob", TrainingJobName="old")
    call(
        "DeleteTags", ResourceArn="arn:aws:sagemaker:us-east-1:111122223333:training-job/tagged", TagKeys=["sagemaker:space-arn"]
    )

    def seen():
        _, answer = call("Search", Resource="TrainingJob", SortBy="TrainingJobName", SortOrder="Ascending")
        return [
            (job["TrainingJobName"], job["SecondaryStatus"], len(job["Tags"]))
            for job in (r["TrainingJob"] for r in answer["Results"])
        ]

    assert seen() == [("old", "Training", 3), ("tagged", "Training", 3)]
    assert call("DescribeTrainingJob", TrainingJobName="old")[1]["TrainingJobStatus"] == "Stopping"
    assert len(call("ListTrainingJobs")[1]["TrainingJobSummaries"]) == 3
    clock.forward(29)
    assert len(seen()) == 2
    clock.forward(1)
    assert seen() == [("new", "Starting", 3), ("old", "Stopping", 3), ("tagged", "Training", 2)]
    call("CreateTrainingJob", **request_for("newest"))
    order(clear=True)
    assert [name for name, _, _ in seen()] == ["new", "newest", "old", "tagged"]


def test_lagging_index_of_what_is_gone(call, order, clock, account):
    """What is deleted stays in the index for as long as that is late."""
    order(raw_thing={"kind": "endpoint", "name": "e", "description": {"EndpointName": "e", "CreationTime": 1}})
    clock.forward(20)
    order(index_lag_seconds=10)
    endpoints = account.table("endpoint", "us-east-1")
    assert endpoints.get("e", clock.now)
    endpoints.remove("e")
    assert len(call("Search", Resource="Endpoint")[1]["Results"]) == 1
    clock.forward(10)
    assert call("Search", Resource="Endpoint")[1]["Results"] == []


def test_lag_of_a_kind_that_comes_later(call, order, clock):
    """The index is late for every kind, also where nothing was of it before."""
    order(index_lag_seconds=10)
    call("CreateTrainingJob", "eu-west-1", **request_for())
    assert call("Search", "eu-west-1", Resource="TrainingJob")[1]["Results"] == []
    clock.forward(10)
    assert len(call("Search", "eu-west-1", Resource="TrainingJob")[1]["Results"]) == 1


def test_raw_thing(call, order):
    """A thing of any kind may be described in any way."""
    described = {"HyperParameterTuningJobName": "odd", "HyperParameterTuningJobStatus": "Dreaming"}
    assert order(raw_thing={"kind": "tuning", "name": "odd", "description": described, "tags": {"a": "b"}}) == 200
    _, answer = call("Search", Resource="HyperParameterTuningJob")
    assert answer["Results"] == [{"HyperParameterTuningJob": {**described, "Tags": [{"Key": "a", "Value": "b"}]}}]


def test_token_is_needed(call, order):
    """Nobody orders a bad day without the token, nor with nonsense."""
    assert order(token="guess", operation="*", code="AccessDeniedException") == 403
    assert order(colour="red") == 400
    assert order(operation="*", spoil="sour") == 400
    assert order(report="costs") == 400
    assert order(clock_offset_seconds="soon") == 400
    assert order(raw_thing={"kind": "endpoint"}) == 400
    assert call.client.get(PATH, headers={"X-Practice-Token": "token"}).status_code == 405
    wrong = call.client.post(PATH, data="[", headers={"X-Practice-Token": "token"})
    assert wrong.status_code == 400
    assert call("ListTrainingJobs")[0] == 200
