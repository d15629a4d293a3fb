"""An endpoint whose deployment is under way: Search does not tell the instances that come."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.kinds import endpoint as endpoints
from tests.aws.reader.fakes import SPACE, START, Reader, make, put

PENDING = {
    "EndpointConfigName": "d",
    "ProductionVariants": [{"VariantName": "a", "InstanceType": "ml.g5.xlarge", "CurrentInstanceCount": 2, "DesiredWeight": 1}],
    "StartTime": START,
}
GROWN = {"ProductionVariants": [{"VariantName": "a", "InstanceType": "ml.g5.xlarge", "CurrentInstanceCount": 3}]}


def endpoint(status, **members):
    variants = [{"VariantName": "a", "CurrentInstanceCount": 2, "VariantStatus": [{"Status": "Baking", "StatusMessage": "m"}]}]
    return make("endpoint", "e", status=status, created=START, ProductionVariants=variants, **members)


def described(reader, seconds):
    """Go on for so long, and count the descriptions that were asked for."""
    before = reader.aws.operations().count("DescribeEndpoint")
    reader.run(seconds)
    return reader.aws.operations().count("DescribeEndpoint") - before


@pytest.mark.parametrize("status", ["Updating", "RollingBack"])
def test_it_is_described_with_each_change_and_every_two_minutes(status):
    """The new fleet grows without a word in Search; when it is over, Search's record is enough again."""
    reader = Reader()
    put(reader, endpoint("InService"))
    reader.turn()
    assert described(reader, 120) == 0
    put(reader, endpoint(status, modified=reader.clock.wall(), PendingDeploymentSummary=PENDING))
    assert described(reader, 100) == 1
    grown = {**PENDING, "ProductionVariants": [{**PENDING["ProductionVariants"][0], "CurrentInstanceCount": 3}]}
    put(reader, endpoint(status, modified=reader.clock.wall() - timedelta(seconds=100), PendingDeploymentSummary=grown))
    assert 1 <= described(reader, 200) <= 2
    told = reader.sink.take("endpoint")[-1]
    assert (told["EndpointStatus"], told["PendingDeploymentSummary"], told["Tags"]) == (status, GROWN, dict([SPACE]))
    assert told["ProductionVariants"][0]["VariantStatus"] == [{"Status": "Baking"}]
    put(reader, endpoint("InService", modified=reader.clock.wall()))
    assert described(reader, 120) == 0
    assert "PendingDeploymentSummary" not in reader.sink.take("endpoint")[-1]


@pytest.mark.parametrize(("status", "expected"), [("InService", True), ("Creating", True), ("Updating", False), (None, True)])
def test_what_search_tells_whole(status, expected):
    """All but the second fleet of a deployment."""
    assert endpoints.KIND.is_whole({"EndpointStatus": status}) is expected
