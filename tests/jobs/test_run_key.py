"""What makes two runs alike: told in the same way by a request and by AWS's description of the job."""

import pytest

from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.runs import RunDigests
from mlcost_ext.jobs.run_key import bucket_and_key, digests_of, document_of, key_of, steady, told_digests

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.0.1-gpu-py310"


def channel(address, name="training"):
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": address}}}


def training_request(**changes):
    base = {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
        "InputDataConfig": [channel("s3://bucket/data/train")],
        "HyperParameters": {
            "sagemaker_submit_directory": '"s3://bucket/job-2026-11-23-14-00-00-123/source/sourcedir.tar.gz"',
            "sagemaker_program": '"train.py"',
            "secret": "hunter2",
        },
    }
    return {**base, **changes}


def test_a_training_job():
    """Image, script, data and instances, without what changes from run to run, and without any other hyperparameter."""
    key = key_of("training", training_request())
    assert key == RunKey(
        image=IMAGE,
        script="s3://bucket/job-#/source/sourcedir.tar.gz#train.py",
        data="s3://bucket/data/train",
        prefix="s3://bucket/data/train",
        instance_type="ml.g5.xlarge",
        instance_count=2,
    )
    assert "hunter2" not in str(key)


def test_two_runs_of_the_same_script_have_the_same_key():
    """The job's name is in the archive's address."""
    later = training_request()
    later["HyperParameters"]["sagemaker_submit_directory"] = '"s3://bucket/job-2026-11-24-09-12-44-004/source/sourcedir.tar.gz"'
    assert key_of("training", later) == key_of("training", training_request())
    other = training_request()
    other["HyperParameters"]["sagemaker_program"] = '"evaluate.py"'
    assert key_of("training", other).script != key_of("training", later).script


@pytest.mark.parametrize(
    ("change", "script"),
    [
        ({"HyperParameters": {}}, None),
        ({"HyperParameters": {}, "InputDataConfig": [channel("s3://b/x/code", "code"), channel("s3://b/y")]}, "s3://b/x/code"),
        (
            {
                "HyperParameters": None,
                "AlgorithmSpecification": {"AlgorithmName": "a", "ContainerEntrypoint": ["python", "t.py"]},
            },
            "python t.py",
        ),
        ({"HyperParameters": "nonsense", "AlgorithmSpecification": {"ContainerEntrypoint": "python"}}, None),
    ],
)
def test_where_the_script_stands(change, script):
    """In the SDK's hyperparameters, in a channel of code, or in the container's entry point."""
    assert key_of("training", training_request(**change)).script == script


def test_the_first_channel_that_is_no_code_is_the_data():
    """Or a file system's folder."""
    channels = [
        channel("s3://b/code", "code"),
        {"ChannelName": "x", "DataSource": {"FileSystemDataSource": {"DirectoryPath": "/fsx"}}},
    ]
    assert key_of("training", training_request(InputDataConfig=channels)).data == "/fsx"


@pytest.mark.parametrize(
    ("address", "kind", "prefix"),
    [
        ("s3://bucket/in/2026/11/23", "S3Prefix", "s3://bucket/in/2026/11/23"),
        ("s3://bucket", "S3Prefix", "s3://bucket"),
        ("s3://bucket/list.manifest", "ManifestFile", None),
        ("s3://bucket/list.manifest", "AugmentedManifestFile", None),
        ("s3://bucket/x", None, None),
        ("s3://arn:aws:s3:us-east-1:111122223333:accesspoint/a/x", "S3Prefix", None),
        ("https://bucket/x", "S3Prefix", None),
        ("s3://bucket/" + "x" * 1012, "S3Prefix", None),
    ],
)
def test_the_prefix_stays_as_it_is_written(address, kind, prefix):
    """All below it is the input; of a manifest, an access point or what may have been cut there is none."""
    source = {"S3DataType": kind, "S3Uri": address}
    channels = [channel("s3://b/code", "code"), {"ChannelName": "x", "DataSource": {"S3DataSource": source}}, channel("s3://b/c")]
    assert key_of("training", training_request(InputDataConfig=channels)).prefix == prefix
    inputs = [{"InputName": "code", "S3Input": {"S3Uri": "s3://b/c"}}, {"InputName": "d", "S3Input": source}]
    assert key_of("processing", {"ProcessingInputs": inputs}).prefix == prefix
    assert key_of("transform", {"TransformInput": {"DataSource": {"S3DataSource": source}}}).prefix == prefix


def test_the_prefix_is_that_of_the_channel_that_is_compared():
    """Where that is a folder of a file system, the size of another channel would say nothing."""
    folder = {"ChannelName": "x", "DataSource": {"FileSystemDataSource": {"DirectoryPath": "/fsx"}}}
    assert key_of("training", training_request(InputDataConfig=[folder, channel("s3://b/c")])).prefix is None


def test_bucket_and_key():
    """A bucket alone has no beginning of keys."""
    assert bucket_and_key("s3://bucket/a/b#c") == ("bucket", "a/b#c")
    assert bucket_and_key("s3://bucket") == ("bucket", "")
    assert bucket_and_key("https://bucket/a") is None


def test_a_processing_job():
    """Its script is an input called code."""
    source = {
        "AppSpecification": {"ImageUri": IMAGE},
        "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}},
        "ProcessingInputs": [
            {"InputName": "code", "S3Input": {"S3Uri": "s3://b/job-2026-11-23-14-00-00-123/input/code/run.py"}},
            {"InputName": "data", "S3Input": {"S3Uri": "s3://b/raw"}},
        ],
    }
    assert key_of("processing", source) == RunKey(
        image=IMAGE, script="s3://b/job-#/input/code/run.py", data="s3://b/raw", instance_type="ml.m5.xlarge", instance_count=1
    )


def test_a_transform_job():
    """What it runs is its model, by whose name it differs from run to run."""
    source = {
        "ModelName": "churn-2026-11-23-14-00-00-123",
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        "TransformInput": {"DataSource": {"S3DataSource": {"S3Uri": "s3://b/in/2026/11/23"}}},
    }
    found = key_of("transform", source)
    assert (found.image, found.data) == ("churn-#", "s3://b/in/#/11/23")


@pytest.mark.parametrize("kind", ["training", "processing", "transform", "endpoint", "nonsense"])
@pytest.mark.parametrize(
    "source", [{}, {"AlgorithmSpecification": [], "InputDataConfig": "x", "ProcessingInputs": 3, "ModelName": 1}]
)
def test_what_is_not_there_is_not_known(kind, source):
    """Whatever stands in its place."""
    assert key_of(kind, source) == RunKey()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s3://b/pytorch-training-2026-11-23-14-00-00-123/x", "s3://b/pytorch-training-#/x"),
        ("s3://b/a/3f2504e0-4f89-11d3-9a0c-0305e82c3301/x", "s3://b/a/#/x"),
        ("s3://b/d=2026-11-23T05:00:00Z", "s3://b/d=#"),
        ("s3://data/v2/train", "s3://data/v2/train"),
        (None, None),
    ],
)
def test_what_changes_from_run_to_run_is_taken_out(text, found):
    """And what tells one from another stays."""
    assert steady(text) == found


def test_a_key_goes_from_the_reader_to_the_server_as_digests():
    """Of what is known; equal texts have equal digests, and no text can be read from them."""
    key = key_of("training", training_request())
    document = document_of(key)
    assert set(document) == {"Image", "Script", "Data"}
    assert all(len(value) == 16 and int(value, 16) >= 0 for value in document.values())
    assert told_digests({"RunKey": document}) == digests_of(key)
    assert document_of(RunKey(image="a")).keys() == {"Image"}
    assert told_digests({"RunKey": {"Image": "a"}}) == RunDigests(image="a", script=None, data=None)
    assert told_digests({}) is None
