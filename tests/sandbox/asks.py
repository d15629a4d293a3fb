"""Small, valid requests of every kind, and what shortens their lives."""

from .conftest import request_for

ROLE = "arn:aws:iam::111122223333:role/practice"
SPACE = {"DomainId": "d-practice0001", "SpaceName": "alex-notebooks"}
PROFILE = {"DomainId": "d-practice0001", "UserProfileName": "alex"}
FAILS = [{"Key": "PRACTICE_FAILURE_REASON", "Value": "It was not to be"}]


def wish(seconds, **more):
    return {"PRACTICE_RUN_SECONDS": str(seconds), **more}


def warm_request(name="warm", keep=600, seconds=60, **resources):
    """Make a training request that keeps its instances."""
    config = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": keep}
    return request_for(name, ResourceConfig=config | resources, Environment=wish(seconds))


def processing_request(name="prepare", seconds=60, **more):
    cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 20}
    return {
        "ProcessingJobName": name,
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {"ImageUri": "image"},
        "RoleArn": ROLE,
        "Environment": wish(seconds),
    } | more


def transform_request(name="score", seconds=60, **more):
    return {
        "TransformJobName": name,
        "ModelName": "model",
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        "Environment": wish(seconds),
    } | more


def definition(seconds=100, **more):
    return {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "StaticHyperParameters": {"epochs": "3"},
        "Environment": wish(seconds),
    } | more


def tuning_request(name="sweep", count=4, parallel=2, limits=None, **more):
    ranges = {
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "9"}],
        "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.01", "MaxValue": "0.3"}],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": count, "MaxParallelTrainingJobs": parallel} | (limits or {}),
            "ParameterRanges": ranges,
        },
        "TrainingJobDefinition": definition(),
        "Tags": [{"Key": "team", "Value": "credit"}],
    } | more


def automl_request(name="auto", **criteria):
    return {
        "AutoMLJobName": name,
        "InputDataConfig": [
            {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}},
                "TargetAttributeName": "label",
            }
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "AutoMLJobConfig": {"CompletionCriteria": criteria, "Mode": "HYPERPARAMETER_TUNING"},
        "RoleArn": ROLE,
        "Tags": [{"Key": "team", "Value": "credit"}],
    }


def automl_v2_request(name="auto-v2", problem=None, **more):
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
    return {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "AutoMLProblemTypeConfig": problem
        or {"TextClassificationJobConfig": {"ContentColumn": "text", "TargetLabelColumn": "label"}},
        "RoleArn": ROLE,
    } | more


def variant(name="AllTraffic", **more):
    return {"VariantName": name, "ModelName": "model", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 2} | more


def without_instances(name="AllTraffic", **more):
    return {"VariantName": name, "ModelName": "model"} | more


def config_request(name="config", variants=None, **more):
    return {"EndpointConfigName": name, "ProductionVariants": variants or [variant()]} | more


def components_config(name="components", least=1, most=4, **more):
    """Make a configuration whose models come as inference components."""
    scaling = {"Status": "ENABLED", "MinInstanceCount": least, "MaxInstanceCount": most}
    one = {"VariantName": "main", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1, "ManagedInstanceScaling": scaling}
    return config_request(name, [one], ExecutionRoleArn=ROLE) | more


def endpoint_request(name="endpoint", config="config", **more):
    return {"EndpointName": name, "EndpointConfigName": config} | more


def component_request(name="component", copies=1, **more):
    needs = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}
    return {
        "InferenceComponentName": name,
        "EndpointName": "endpoint",
        "Specification": {"Container": {"Image": "image"}, "ComputeResourceRequirements": needs},
        "RuntimeConfig": {"CopyCount": copies},
    } | more


def schedule_request(name="watch", expression="cron(0 * ? * * *)", seconds=300, **config):
    """Make a request for a schedule of hourly runs."""
    job = {
        "MonitoringInputs": [{"EndpointInput": {"EndpointName": "endpoint", "LocalPath": "/opt/ml/in"}}],
        "MonitoringOutputConfig": {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://bucket/out", "LocalPath": "/opt/ml/out"}}]},
        "MonitoringResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 20}},
        "MonitoringAppSpecification": {"ImageUri": "image"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
        "Environment": wish(seconds),
        "RoleArn": ROLE,
    }
    timing = {} if expression is None else {"ScheduleConfig": {"ScheduleExpression": expression}}
    return {
        "MonitoringScheduleName": name,
        "MonitoringScheduleConfig": {"MonitoringJobDefinition": job, "MonitoringType": "DataQuality", **timing} | config,
    }


def notebook_request(name="desk", **more):
    return {"NotebookInstanceName": name, "InstanceType": "ml.t3.medium", "RoleArn": ROLE} | more


def domain_request(name="team", **more):
    settings = {"AuthMode": "IAM", "DefaultUserSettings": {"ExecutionRole": ROLE}}
    return {"DomainName": name, "VpcId": "vpc-1", "SubnetIds": ["subnet-1"]} | settings | more


def space_request(name="sam-code", app_type="CodeEditor", sharing="Private", **settings):
    return {
        "DomainId": "d-practice0001",
        "SpaceName": name,
        "SpaceSettings": {"AppType": app_type} | settings,
        "OwnershipSettings": {"OwnerUserProfileName": "alex"},
        "SpaceSharingSettings": {"SharingType": sharing},
    }


def app_request(space="sam-code", app_type="CodeEditor", instance_type="ml.m5.large", **more):
    return {
        "DomainId": "d-practice0001",
        "SpaceName": space,
        "AppType": app_type,
        "AppName": "default",
        "ResourceSpec": {"InstanceType": instance_type},
    } | more
