"""Training by scripts: frameworks, distribution, large models, warm pools, groups, plans."""

from __future__ import annotations

from .building import (
    ACCOUNT,
    BUCKET,
    DATA_PARALLEL,
    DAY,
    HOUR,
    HUGGING_FACE,
    IN_DEVELOPMENT,
    NEURON,
    OWN,
    PYTORCH,
    PYTORCH_CPU,
    SCIKIT,
    TENSORFLOW,
    TENSORFLOW_CPU,
    TORCHRUN,
    PublicRequest,
    channel,
    cluster,
    job,
    script,
    spot,
    tag_list,
)  # fmt: skip
from .training import training

PLAN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-plan/p5-in-december"


def preferences(*names: str) -> dict:
    return {"InstanceCount": 1, "VolumeSizeInGB": 50, "InstancePreferences": [{"InstanceType": name} for name in names]}


def groups(*each: tuple[str, str, int]) -> dict:
    told = [{"InstanceGroupName": name, "InstanceType": kind, "InstanceCount": count} for name, kind, count in each]
    return {"VolumeSizeInGB": 100, "InstanceGroups": told}


SCRIPTS: tuple[PublicRequest, ...] = (
    training(
        "digits by PyTorch on one GPU",
        job(PYTORCH, cluster("ml.g4dn.xlarge"), HOUR, HyperParameters=script(epochs="6")),
        "warn MC106", "warn MC106", "warn MC106",
    ),
    training(
        "digits by PyTorch on CPUs",
        job(PYTORCH_CPU, cluster("ml.c5.2xlarge"), HOUR // 3, HyperParameters=script(epochs="6")), "allow", "allow", "allow",
    ),
    training(
        "a container for CPUs on a GPU",
        job(PYTORCH_CPU, cluster("ml.g5.xlarge"), HOUR // 3, HyperParameters=script()), "warn MC105", "warn MC105", "warn MC105",
    ),
    training(
        "PyTorch on two machines by the gloo backend, which its script starts on both",
        job(PYTORCH, cluster("ml.c4.xlarge", 2), HOUR // 4, HyperParameters=script(backend='"gloo"')), "allow", "allow", "allow",
    ),
    training(
        "PyTorch by torchrun on two machines",
        job(PYTORCH, cluster("ml.g5.12xlarge", 2), 2 * HOUR, HyperParameters=script(**TORCHRUN)),
        "warn MC106 MC108", "warn MC106 MC108", "ask MC101 MC106 MC108",
    ),
    training(
        "SageMaker's data parallelism on two p4d",
        job(PYTORCH, cluster("ml.p4d.24xlarge", 2, 200), HyperParameters=script(**DATA_PARALLEL)),
        "warn MC106 MC108", "block MC101 MC104 MC106 MC108", "ask MC101 MC103 MC104 MC106 MC108",
    ),
    training(
        "SageMaker's data parallelism on two p3.16xlarge for two hours",
        job(PYTORCH, cluster("ml.p3.16xlarge", 2, 200), 2 * HOUR, HyperParameters=script(**DATA_PARALLEL)),
        "warn MC106 MC108", "ask MC101 MC106 MC108", "ask MC101 MC106 MC108",
    ),
    training(
        "a sentiment model by Hugging Face on a V100 with the SDK's own day",
        job(HUGGING_FACE, cluster("ml.p3.2xlarge"), HyperParameters=script(model_name='"distilbert-base-uncased"')),
        "warn MC106 MC108", "ask MC101 MC106 MC108", "ask MC101 MC103 MC106 MC108",
    ),
    training(
        "the same for an hour, on Spot",
        job(HUGGING_FACE, cluster("ml.p3.2xlarge"), HyperParameters=script(), **spot(HOUR, 2 * HOUR)), "allow", "allow", "allow",
    ),
    training(
        "fine-tuning of a small language model with LoRA on a g5.2xlarge for five hours",
        job(HUGGING_FACE, cluster("ml.g5.2xlarge", 1, 300), 5 * HOUR, HyperParameters=script(use_peft="true")),
        "warn MC106 MC108", "warn MC106 MC108", "warn MC106",
    ),
    training(
        "fine-tuning with FSDP on one g5.48xlarge for a day",
        job(HUGGING_FACE, cluster("ml.g5.48xlarge", 1, 300), HyperParameters=script(**TORCHRUN)),
        "warn MC106 MC108", "ask MC101 MC106 MC108", "ask MC101 MC103 MC106 MC108",
    ),
    training(
        "fine-tuning on one p4d for two days",
        job(HUGGING_FACE, cluster("ml.p4d.24xlarge", 1, 500), 2 * DAY, HyperParameters=script(**TORCHRUN)),
        "warn MC106 MC108", "block MC101 MC103 MC104 MC106 MC108", "ask MC101 MC103 MC104 MC106 MC108",
    ),
    training(
        "pre-training on four p5 by a plan that is paid already",
        job(PYTORCH, cluster("ml.p5.48xlarge", 4, 500, TrainingPlanArn=PLAN), DAY, HyperParameters=script(**TORCHRUN)),
        "allow", "block MC104", "ask MC103 MC104",
    ),
    training(
        "fine-tuning on Trainium for three hours",
        job(NEURON, cluster("ml.trn1.32xlarge", 1, 512), 3 * HOUR, HyperParameters=script(**TORCHRUN)),
        "warn MC106 MC108", "ask MC101 MC106 MC108", "ask MC101 MC106 MC108",
    ),
    training(
        "a first try on the smallest Trainium",
        job(NEURON, cluster("ml.trn1.2xlarge"), HOUR, HyperParameters=script()), "warn MC106", "warn MC106", "warn MC106",
    ),
    training(
        "digits by TensorFlow's script mode",
        job(TENSORFLOW, cluster("ml.p3.2xlarge"), HOUR, HyperParameters=script()), "warn MC106", "warn MC106", "warn MC106",
    ),
    training(
        "TensorFlow with parameter servers on two machines",
        job(TENSORFLOW_CPU, cluster("ml.c4.xlarge", 2), 900, HyperParameters=script(sagemaker_parameter_server_enabled="true")),
        "allow", "allow", "allow",
    ),
    training(
        "TensorFlow with Horovod on two machines of eight GPUs",
        job(TENSORFLOW, cluster("ml.p3.16xlarge", 2), 2 * HOUR, HyperParameters=script(
            sagemaker_mpi_enabled="true", sagemaker_mpi_num_of_processes_per_host="8")),
        "warn MC106 MC108", "ask MC101 MC106 MC108", "ask MC101 MC106 MC108",
    ),
    training(
        "house prices by scikit-learn",
        job(SCIKIT, cluster("ml.m5.large"), 900, HyperParameters=script()), "allow", "allow", "allow",
    ),
    training(
        "scikit-learn on a GPU",
        job(SCIKIT, cluster("ml.p3.2xlarge"), 900, HyperParameters=script()), "warn MC105", "warn MC105", "warn MC105",
    ),
    training(
        "an own container by the recipe of scikit-learn",
        job(OWN, cluster("ml.c4.2xlarge", 1, 10), 1200), "allow", "allow", "allow",
    ),
    training(
        "a warm pool of half an hour between trials",
        job(PYTORCH, cluster("ml.g5.xlarge", KeepAlivePeriodInSeconds=1800), 1800, HyperParameters=script()),
        "allow", "allow", "allow",
    ),
    training(
        "a warm pool on Spot, which AWS refuses",
        job(PYTORCH, cluster("ml.g5.xlarge", KeepAlivePeriodInSeconds=1800), HyperParameters=script(), **spot(HOUR, HOUR)),
        "warn MC106", "warn MC106", "warn MC106",
    ),
    training(
        "whichever of three GPU types there is",
        job(PYTORCH, preferences("ml.g5.2xlarge", "ml.g6.2xlarge", "ml.g4dn.2xlarge"), 2 * HOUR, HyperParameters=script()),
        "allow", "allow", "allow",
    ),
    training(
        "whichever of two large types there is, one of them denied",
        job(PYTORCH, preferences("ml.g5.48xlarge", "ml.p4d.24xlarge"), HOUR, HyperParameters=script()),
        "warn MC108", "block MC104 MC108", "ask MC101 MC104 MC108",
    ),
    training(
        "CPUs that prepare data for a GPU, in two groups",
        job(TENSORFLOW, groups(("data", "ml.c5.18xlarge", 2), ("gpu", "ml.g5.2xlarge", 1)), HOUR, HyperParameters=script(
            sagemaker_distribution_instance_groups='["gpu"]')),
        "warn MC106 MC108", "warn MC106 MC108", "warn MC106",
    ),
    training(
        "recommenders with data that each machine has a part of",
        job(PYTORCH, cluster("ml.g5.xlarge", 4), 3 * HOUR, HyperParameters=script(), InputDataConfig=[
            channel(S3DataDistributionType="ShardedByS3Key")]),
        "warn MC106 MC108", "warn MC106 MC108", "warn MC106 MC108",
    ),
    training(
        "a JumpStart model's fine-tuning on a g5.12xlarge with the SDK's own day",
        job(HUGGING_FACE, cluster("ml.g5.12xlarge", 1, 256), HyperParameters={"epoch": "5", "instruction_tuned": "True"},
            EnableNetworkIsolation=True),
        "warn MC106 MC108", "ask MC101 MC106 MC108", "ask MC101 MC103 MC106 MC108",
    ),
    training(
        "the SDK's third generation, a script in a channel",
        job(PYTORCH, cluster("ml.g5.xlarge"), HOUR, InputDataConfig=[
            channel("code", f"s3://{BUCKET}/cards/code"), channel("sm_drivers", f"s3://{BUCKET}/cards/drivers"), channel()],
            AlgorithmSpecification={"TrainingImage": PYTORCH, "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/bash"],
                                    "ContainerArguments": ["-c", "chmod +x /opt/ml/input/data/sm_drivers/run.sh"]}),
        "warn MC106", "warn MC106", "warn MC106",
    ),
    training(
        "a remote function on a small machine",
        job(SCIKIT, cluster("ml.m5.xlarge"), DAY, HyperParameters={}, AlgorithmSpecification={
            "TrainingImage": SCIKIT, "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/bash", "job_driver.sh"]},
            Tags=tag_list(IN_DEVELOPMENT)),
        "warn MC106 MC108", "warn MC106 MC108", "warn MC103 MC106",
    ),
    training(
        "a debugger's rule beside a training job",
        job(PYTORCH, cluster("ml.p3.2xlarge"), HOUR, HyperParameters=script(), DebugRuleConfigurations=[{
            "RuleConfigurationName": "overfit", "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 10,
            "RuleEvaluatorImage": "503895931360.dkr.ecr.us-east-1.amazonaws.com/sagemaker-debugger-rules:latest"}]),
        "warn MC106", "warn MC106", "warn MC106",
    ),
    training(
        "stable diffusion on one p3.16xlarge for five hours, tags of another house",
        job(PYTORCH, cluster("ml.p3.16xlarge", 1, 200), 5 * HOUR, HyperParameters=script(**TORCHRUN),
            Tags=tag_list({"owner": "ana"})),
        "warn MC106 MC108", "ask MC101 MC106 MC108 MC301", "ask MC101 MC106 MC108 MC301",
    ),
    training(
        "the newest accelerators for a quarter of an hour",
        job(PYTORCH, cluster("ml.p6-b200.48xlarge"), 900, HyperParameters=script(**TORCHRUN)),
        "warn MC108", "warn MC108", "ask MC101 MC104 MC108",
    ),
)  # fmt: skip
