"""Every operation the front answers, against AWS's own model of it."""

from contextlib import suppress

import pytest
from botocore.validate import ParamValidator

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.model import operation_model
from mlcost_ext.sandbox.operations import OPERATIONS
from mlcost_ext.sandbox.seed import seed_opening, seed_running
from mlcost_ext.sandbox.validate import check_request

from . import asks
from .conftest import START, request_for, spot_request
from .model_walk import faults

ARN = names.sagemaker_arn(names.REGION_ID, "training-job/early")
CODE = {"DomainId": names.DOMAIN_ID, "SpaceName": "sam-code"}
CODE_APP = CODE | {"AppType": "CodeEditor", "AppName": "default"}
SERVERLESS = asks.without_instances("cheap", ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 2})
POOLS = [{"InstanceType": "ml.g5.xlarge", "Priority": 1}, {"InstanceType": "ml.g6.xlarge", "Priority": 2}]
POOLED = asks.without_instances(InstancePools=POOLS, InitialInstanceCount=2)
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}
METRIC = {
    "Namespace": "AWS/SageMaker",
    "MetricName": "Invocations",
    "Dimensions": [{"Name": "EndpointName", "Value": "endpoint"}, {"Name": "VariantName", "Value": "AllTraffic"}],
}
SPAN = {"StartTime": START.timestamp() - 3600, "EndTime": START.timestamp()}

# What there is, in the order it is made.
MADE = [
    ("CreateTrainingJob", request_for("early")),
    ("CreateTrainingJob", spot_request("early-spot")),
    ("CreateTrainingJob", asks.warm_request("warm", keep=60)),
    ("CreateTrainingJob", request_for("doomed", Environment=asks.wish(20, PRACTICE_FAILURE_REASON="AlgorithmError: no"))),
    ("CreateHyperParameterTuningJob", asks.tuning_request()),
    ("CreateProcessingJob", asks.processing_request()),
    ("CreateTransformJob", asks.transform_request()),
    ("CreateAutoMLJob", asks.automl_request(MaxCandidates=2)),
    ("CreateAutoMLJobV2", asks.automl_v2_request()),
    ("CreateEndpointConfig", asks.config_request()),
    ("CreateEndpointConfig", asks.config_request("async", [POOLED], AsyncInferenceConfig=ASYNC)),
    ("CreateEndpointConfig", asks.config_request("mixed", [SERVERLESS], ShadowProductionVariants=[asks.variant("shadow")])),
    ("CreateEndpointConfig", asks.components_config(least=0)),
    ("CreateEndpoint", asks.endpoint_request()),
    ("CreateEndpoint", asks.endpoint_request("async", "async")),
    ("CreateEndpoint", asks.endpoint_request("mixed", "mixed")),
    ("CreateEndpoint", asks.endpoint_request("failed", Tags=asks.FAILS)),
    ("CreateEndpoint", asks.endpoint_request("host", "components")),
    ("CreateMonitoringSchedule", asks.schedule_request()),
    ("CreateNotebookInstance", asks.notebook_request(LifecycleConfigName="setup", SecurityGroupIds=["sg-1"])),
    ("CreateDomain", asks.domain_request()),
    ("CreateUserProfile", asks.PROFILE | {"UserProfileName": "sam"}),
    ("CreateSpace", asks.space_request()),
    ("CreateApp", asks.PROFILE | {"AppType": "JupyterServer", "AppName": "default"}),
    ("CreateModel", {"ModelName": "model", "ExecutionRoleArn": names.ROLE_ARN, "PrimaryContainer": {"Image": "image"}}),
]
# What only becomes possible after a while.
LATER = [
    ("CreateInferenceComponent", asks.component_request(EndpointName="host")),
    ("CreateApp", asks.app_request()),
]
TUNING, ENDPOINT = {"HyperParameterTuningJobName": "sweep"}, {"EndpointName": "endpoint"}
READS = {
    "DescribeTrainingJob": [{"TrainingJobName": name} for name in ("early", "early-spot", "warm", "doomed")],
    "ListTrainingJobs": [{}, {"MaxResults": 2, "SortBy": "Status"}],
    "DescribeHyperParameterTuningJob": [TUNING],
    "ListHyperParameterTuningJobs": [{}],
    "ListTrainingJobsForHyperParameterTuningJob": [TUNING],
    "DescribeProcessingJob": [{"ProcessingJobName": "prepare"}],
    "ListProcessingJobs": [{}, {"MaxResults": 1}],
    "DescribeTransformJob": [{"TransformJobName": "score"}],
    "ListTransformJobs": [{}],
    "DescribeAutoMLJob": [{"AutoMLJobName": "auto"}],
    "DescribeAutoMLJobV2": [{"AutoMLJobName": "auto"}, {"AutoMLJobName": "auto-v2"}],
    "ListAutoMLJobs": [{}],
    "DescribeEndpointConfig": [{"EndpointConfigName": name} for name in ("config", "async", "mixed", "components")],
    "ListEndpointConfigs": [{}],
    "DescribeModel": [{"ModelName": "model"}],
    "ListModels": [{}],
    "DescribeEndpoint": [{"EndpointName": name} for name in ("endpoint", "async", "mixed", "failed", "host")],
    "ListEndpoints": [{}],
    "DescribeInferenceComponent": [{"InferenceComponentName": "component"}],
    "ListInferenceComponents": [{}],
    "DescribeMonitoringSchedule": [{"MonitoringScheduleName": "watch"}],
    "ListMonitoringSchedules": [{}],
    "DescribeNotebookInstance": [{"NotebookInstanceName": "desk"}],
    "ListNotebookInstances": [{}],
    "DescribeDomain": [{"DomainId": names.DOMAIN_ID}],
    "ListDomains": [{}],
    "DescribeUserProfile": [asks.PROFILE],
    "ListUserProfiles": [{}],
    "DescribeSpace": [asks.SPACE, CODE],
    "ListSpaces": [{}, {"SpaceNameContains": "nobody"}],
    "DescribeApp": [asks.SPACE | {"AppType": "JupyterLab", "AppName": "default"}, CODE_APP],
    "ListApps": [{}, {"SpaceNameEquals": "nobody"}],
    "Search": [
        {"Resource": "TrainingJob", "MaxResults": 100},
        {"Resource": "HyperParameterTuningJob"},
        {"Resource": "Endpoint", "MaxResults": 2},
    ],
    "ListTags": [{"ResourceArn": ARN}, {"ResourceArn": names.SPACE_ARN}],
    "SimulatePrincipalPolicy": [{"PolicySourceArn": names.ROLE_ARN, "ActionNames": ["s3:GetObject"]}],
    "GetCallerIdentity": [{}],
    "GetMetricData": [
        SPAN | {"MetricDataQueries": [{"Id": "a", "MetricStat": {"Metric": METRIC, "Period": 300, "Stat": "Sum"}}]},
    ],
    "GetMetricStatistics": [SPAN | METRIC | {"Period": 300, "Statistics": ["Sum"]}],
    "ListMetrics": [{"Namespace": "AWS/SageMaker"}],
}
OF_ONE_THING = {"ListTags", "ListMetrics", "ListTrainingJobsForHyperParameterTuningJob"}
CHANGES = {
    "UpdateTrainingJob": {"TrainingJobName": "warm", "ResourceConfig": {"KeepAlivePeriodInSeconds": 0}},
    "StopTrainingJob": {"TrainingJobName": "early"},
    "StopHyperParameterTuningJob": TUNING,
    "StopProcessingJob": {"ProcessingJobName": "prepare"},
    "StopTransformJob": {"TransformJobName": "score"},
    "StopAutoMLJob": {"AutoMLJobName": "auto"},
    "UpdateEndpointWeightsAndCapacities": {
        "EndpointName": "async",
        "DesiredWeightsAndCapacities": [{"VariantName": "AllTraffic", "DesiredInstanceCount": 0}],
    },
    "UpdateEndpoint": ENDPOINT | {"EndpointConfigName": "mixed"},
    "UpdateInferenceComponent": {"InferenceComponentName": "component", "RuntimeConfig": {"CopyCount": 5}},
    "UpdateInferenceComponentRuntimeConfig": {
        "InferenceComponentName": "component",
        "DesiredRuntimeConfig": {"CopyCount": 2},
    },
    "DeleteInferenceComponent": {"InferenceComponentName": "component"},
    "DeleteEndpoint": {"EndpointName": "failed"},
    "DeleteEndpointConfig": {"EndpointConfigName": "components"},
    "DeleteModel": {"ModelName": "model"},
    "StopMonitoringSchedule": {"MonitoringScheduleName": "watch"},
    "StartMonitoringSchedule": {"MonitoringScheduleName": "watch"},
    "DeleteMonitoringSchedule": {"MonitoringScheduleName": "watch"},
    "StopNotebookInstance": {"NotebookInstanceName": "desk"},
    "StartNotebookInstance": {"NotebookInstanceName": "desk"},
    "UpdateNotebookInstance": {"NotebookInstanceName": "desk", "InstanceType": "ml.m5.xlarge"},
    "DeleteNotebookInstance": {"NotebookInstanceName": "desk"},
    "UpdateDomain": {"DomainId": names.DOMAIN_ID, "AppNetworkAccessType": "VpcOnly"},
    "DeleteDomain": {"DomainId": names.DOMAIN_ID},
    "UpdateUserProfile": asks.PROFILE,
    "DeleteUserProfile": asks.PROFILE | {"UserProfileName": "sam"},
    "UpdateSpace": CODE | {"SpaceDisplayName": "Code"},
    "DeleteApp": CODE_APP,
    "DeleteSpace": CODE,
    "DeleteTrainingJob": {"TrainingJobName": "doomed"},
    "DeleteProcessingJob": {"ProcessingJobName": "prepare"},
    "DeleteHyperParameterTuningJob": TUNING,
    "AddTags": {"ResourceArn": ARN, "Tags": [{"Key": "stage", "Value": "dev"}]},
    "DeleteTags": {"ResourceArn": ARN, "TagKeys": ["stage"]},
}
SERVICES = {name: service for service, name in OPERATIONS}


def test_round_is_whole():
    """The round below leaves no operation out."""
    assert {name for name, _ in MADE + LATER} | set(READS) | set(CHANGES) == set(SERVICES)


def checked(account, name, params):
    """Perform an operation and hold request and answer against the model."""
    service = SERVICES[name]
    if service == "sagemaker":
        check_request(operation_model(service, name), params)
    answer = OPERATIONS[service, name](account, params, names.REGION_ID)
    shape = operation_model(service, name).output_shape
    if shape is None:
        assert answer is None, name
        return
    assert ParamValidator().validate(answer, shape).generate_report() == "", name
    assert list(faults(shape, answer)) == [], name


def read_everything(account):
    """Read whatever is there; only what is not yet, or no more, may be refused."""
    for name, rounds in READS.items():
        for params in rounds:
            with suppress(Fault):
                checked(account, name, params)


@pytest.fixture
def everything(account):
    """Make something of everything."""
    for name, params in MADE:
        checked(account, name, params)
    return account


@pytest.mark.parametrize("seconds", [0, 5, 8, 26, 60, 107, 120, 300, 5000])
def test_answers_fit_the_model(everything, clock, seconds):
    """Members, types, enums, patterns and bounds of every answer are AWS's, at any time of a thing's life."""
    clock.forward(seconds)
    read_everything(everything)


@pytest.mark.parametrize("seconds", [0, 700, 40_000])
def test_the_opening_fits_the_model(account, clock, seconds):
    """So does whatever an account opens with."""
    seed_opening(account)
    seed_running(account, 5)
    clock.forward(seconds)
    for name, rounds in READS.items():
        if name.startswith(("List", "Search")) and name not in OF_ONE_THING:
            for params in rounds:
                checked(account, name, params | {"MaxResults": 100})


@pytest.mark.parametrize("name", CHANGES)
def test_changes_fit_the_model(everything, clock, name):
    """The same after every change, while it is under way and afterwards."""
    clock.forward(30)
    for later, params in LATER:
        checked(everything, later, params)
    clock.forward(31)
    before = {
        "StartMonitoringSchedule": "StopMonitoringSchedule",
        "DeleteSpace": "DeleteApp",
        "DeleteProcessingJob": "StopProcessingJob",
        "DeleteHyperParameterTuningJob": "StopHyperParameterTuningJob",
    }
    stopped = {"StartNotebookInstance", "UpdateNotebookInstance", "DeleteNotebookInstance"}
    first = "StopNotebookInstance" if name in stopped else before.get(name)
    if first is not None:
        checked(everything, first, CHANGES[first])
        clock.forward(10)
    if name == "DeleteDomain":
        with pytest.raises(Fault):
            checked(everything, name, CHANGES[name])
        return
    checked(everything, name, CHANGES[name])
    for seconds in (0, 1, 4, 20, 700):
        clock.forward(seconds)
        read_everything(everything)


def test_the_walker_finds_faults():
    """The walker itself sees a wrong status, a malformed ARN, an unknown and a missing member."""
    shape = operation_model("sagemaker", "ListTrainingJobs").output_shape
    summary = {"TrainingJobName": "-a", "TrainingJobArn": "arn", "TrainingJobStatus": "Fine", "Colour": "red"}
    found = list(faults(shape, {"TrainingJobSummaries": [summary]}))
    assert len(found) == 5
