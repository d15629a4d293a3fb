"""What a product is, by AWS's words for it: the usage type, and what stands beside it."""

from __future__ import annotations

from typing import Any

import pytest

from tools.make_price_list import SOLD

from .lists import bare, outcome, product

STUDIO_VOLUME = {
    "volumeType": "General Purpose-Studio-Notebook",
    "platoclassificationtype": "Studio-CodeEditor:VolumeUsage",
    "platoinstancetype": "Studio-JupyterLab:VolumeUsage",
    "component": "Studio",
    "operation": "CreateVolume-Gp3",
}
OFFERED = "Training OnDemand ml.m5.xlarge 0.23 Hours"


@pytest.mark.parametrize("sold", SOLD, ids=lambda sold: sold.plato)
def test_each_component_is_known(sold: Any) -> None:
    """By AWS's spelling in usage type and attributes, with and without the suffix of the instance type."""
    for instance_type in ("ml.m5.xlarge", "ml.p4d.24xlarge", "ml.g6e.2xlarge", "ml.p6-b200.48xlarge", "ml.m7i.metal-24xl"):
        expected = f"{sold.component} {sold.option} {instance_type} 0.23 Hours"
        assert expected == outcome(product(sold.usage, instance_type))
        with_suffix = product(sold.usage, instance_type)
        with_suffix["product"]["attributes"]["instanceType"] += sold.suffix
        assert expected == outcome(with_suffix)
        family = product(sold.usage, instance_type)
        family["product"]["attributes"]["platoinstancename"] = instance_type.split(".")[1]
        assert expected == outcome(family)


@pytest.mark.parametrize(
    ("usage", "plato", "suffix", "expected"),
    [
        ("Studio:KernelGateway-", "Notebook", "-Notebook", "Studio-Notebook OnDemand"),
        ("Studio:KernelGateway-", "Studio", "-JupyterLab", "Studio-Notebook OnDemand"),
        ("Studio:JupyterLab-", "STUDIO-NOTEBOOK", "-jupyterlab", "Studio-JupyterLab OnDemand"),
        ("Studio:CodeEditor-", "Studio-JupyterLab", "-CodeEditor", "Studio-CodeEditor OnDemand"),
        ("Notebk:", "Studio-Notebook", "-Studio", "Notebook OnDemand"),
        ("Notebk:", "Training", "", "contradictory_component"),
        ("Studio:KernelGateway-", "Hosting", "", "contradictory_component"),
        ("DataWrangler:", "Studio", "", "DataWrangler OnDemand"),
        ("DataWrangler:", "Processing_DW", "", "contradictory_component"),
        ("Studio:", "Studio-Notebook", "", "Studio-Notebook OnDemand"),
        ("Studio:", "Studio", "-Notebook", "DataWrangler OnDemand"),
        ("Studio:TensorBoard-", "TensorBoard", "-TensorBoard", "TensorBoard OnDemand"),
        ("Studio:TensorBoard-", "Training", "", "contradictory_component"),
        ("TrSpt:", "Training", "-Training", "SpotTraining Spot"),
        ("Train:", "SpotTraining", "", "Training OnDemand"),
        ("TrainWarmPool:", "Training", "-SpotTraining", "WarmPool OnDemand"),
        ("Train:", "TrainingPlan", "", "contradictory_component"),
        ("AsyncInf:", "Hosting", "-Hosting", "AsyncInf OnDemand"),
        ("Host:", "AsyncInf", "-asyncinf", "Hosting OnDemand"),
        ("Host:", "BatchTransform", "", "contradictory_component"),
        ("Host:", "Hosting", "-Cluster", "contradictory_component"),
        ("Cluster:", "Cluster", "-Cluster", "Cluster OnDemand"),
        ("ReservedCluster:", "Cluster", "-Cluster", "Cluster Reserved"),
        ("ReservedCluster:", "Cluster-Reserved", "-Cluster", "Cluster Reserved"),
        ("Cluster:", "Cluster-Reserved", "", "contradictory_component"),
        ("Cluster:", "NA", "-Cluster-Reserved", "contradictory_component"),
        ("", "Cluster-Reserved", "-Cluster", "Cluster Reserved"),
        ("", "Cluster", "", "Cluster OnDemand"),
        ("RStudio:RSession-", "RStudio:RServer", "-RSession", "RStudio OnDemand"),
        ("RStudio:RServer-", "RStudio:RSession", "-RSession", "other_rstudio"),
        ("RStudio:RSession-", "Studio", "", "contradictory_component"),
        ("Train:", "RStudio:RServer", "", "contradictory_component"),
        ("Retrain:", "Training", "", "unknown_component"),
        ("Processing:", "Processing_DW", "", "contradictory_component"),
    ],
)
def test_the_usage_type_decides_within_a_family(usage: str, plato: str, suffix: str, expected: str) -> None:
    """AWS writes the word of one use for another of its family; a word of another family is a contradiction."""
    attributes = {"platoinstancetype": plato, "instanceType": f"ml.m5.xlarge{suffix}", "operation": "RunInstance"}
    found = outcome(bare(f"USE1-{usage}ml.m5.xlarge" if usage else "", **attributes))
    assert (f"{expected} ml.m5.xlarge 0.23 Hours" if " " in expected else expected) == found


@pytest.mark.parametrize(
    ("usage_type", "expected"),
    [
        ("USE1-Notebk:ml.t3.medium", "Notebook OnDemand ml.t3.medium 0.23 Hours"),
        ("USE1-Studio:KernelGateway-ml.r5.24xlarge", "Studio-Notebook OnDemand ml.r5.24xlarge 0.23 Hours"),
        ("USE1-Hst:ml.m5.xlarge", "Hosting OnDemand ml.m5.xlarge 0.23 Hours"),
        ("Host:ml.m5.xlarge", "Hosting OnDemand ml.m5.xlarge 0.23 Hours"),
        ("USE1-JupyterLab-ml.m5.xlarge", "Studio-JupyterLab OnDemand ml.m5.xlarge 0.23 Hours"),
        ("USE1-UnifiedStudio:JupyterLab-ml.m5.xlarge", "unknown_component"),
        ("USE1-TrainWarmPool:ml.m5.xlarge", "WarmPool OnDemand ml.m5.xlarge 0.23 Hours"),
        ("USE1-TrSpt:ml.m5.xlarge", "SpotTraining Spot ml.m5.xlarge 0.23 Hours"),
        ("ZZZ9-Train:ml.m5.xlarge", "Training OnDemand ml.m5.xlarge 0.23 Hours"),
        ("USE1-RStudio:RServer-ml.m5.xlarge", "other_rstudio"),
        ("USE1-RStudio:RSessionGateway-ml.m5.xlarge", "other_rstudio"),
        ("USE1-Processing_DW:ml.m5.4xlarge", "data_wrangler_job"),
        ("USE1-Processing_Geo:ml.m5.4xlarge", "extra_charge"),
        ("USE1-TrainFree:ml.m5.xlarge", "free"),
        ("USE2-Train:ml.m5.xlarge", "contradictory_region"),
        ("USE1-Train:m5.xlarge", "unknown_usage_type"),
        ("USE1-Retrain:ml.m5.xlarge", "unknown_component"),
        ("USE1-Studio:ml.m5.xlarge", "unknown_component"),
        ("USE1-Host:ml.g7e.2xlarge-hosting", "Hosting OnDemand ml.g7e.2xlarge 0.23 Hours"),
        ("USE1-Host:ml.m7i.metal-24xl-Hosting", "Hosting OnDemand ml.m7i.metal-24xl 0.23 Hours"),
        ("USE1-Cluster:ml.g5.8xlarge-Cluster", "Cluster OnDemand ml.g5.8xlarge 0.23 Hours"),
        ("USE1-Host:ml.g7e.2xlarge-Training", "contradictory_component"),
        ("USE1-Host:ml.g7e.2xlarge-Flex", "unknown_usage_type"),
        ("USE1-Host:ml.g7e.2xlarge-", "unknown_usage_type"),
        ("NA", "no_usage_type"),
        ("USE1-UnifiedStudio:VolumeUsage.gp3", "unknown_component"),
        ("USE1-Studio:StorageIOUsage", "unknown_usage_type"),
        ("USE1-Canvas:Session-Hrs", "unknown_usage_type"),
        ("", "no_usage_type"),
        ("x" * 201, "too_long"),
    ],
)
def test_usage_types(usage_type: str, expected: str) -> None:
    """Words are looked up whole, and nothing is made of a word that nobody knows."""
    assert expected == outcome(bare(usage_type))


@pytest.mark.parametrize(
    ("usage_type", "unit", "amount", "attributes", "expected"),
    [
        ("USE1-Host:VolumeUsage.gp2", "GB-Mo", "0.14", {}, "Storage-Hosting OnDemand - 0.14 GB-Mo"),
        ("USE1-Studio:VolumeUsage.gp3", "GB-Mo", "0.112", {}, "Storage-Studio-JupyterLab OnDemand - 0.112 GB-Mo"),
        ("USE1-TrSpt:VolumeUsage.gp2", "GB-Mo", "0.14", {}, "Storage-SpotTraining OnDemand - 0.14 GB-Mo"),
        ("USE1-Host:VolumeUsage.gp2", "GB-Mo", "0.14", {"volumeType": "General Purpose-Training"}, "contradictory_component"),
        ("USE1-Studio:VolumeUsage.gp3", "GB-Mo", "0.112", STUDIO_VOLUME, "Storage-Studio-JupyterLab OnDemand - 0.112 GB-Mo"),
        (
            "USE1-Studio:VolumeUsage.gp3",
            "GB-Mo",
            "0.112",
            {**STUDIO_VOLUME, "volumeType": "General Purpose-Hosting"},
            "contradictory_component",
        ),
        ("USE1-Host:VolumeUsage.gp2", "Hrs", "0.14", {}, "unknown_unit"),
        ("USE1-Host:VolumeUsage.io1", "GB-Mo", "0.14", {}, "unknown_usage_type"),
        ("USE1-Hst:Data-Bytes-Out", "GB", "0.016", {"group": "Hosting:OUT"}, "Data-Hosting OnDemand - 0.016 GB"),
        ("USE1-Hst:Data-Bytes-In", "GB", "0.016", {"group": "Training:IN"}, "contradictory_component"),
        ("USE1-ServerlessInf:Mem-4GB", "seconds", "0.00008", {}, "Serverless OnDemand - 0.00002 GB-Seconds"),
        ("USE1-ServerlessInf:Mem-3GB", "seconds", "0.00005", {}, "not_by_the_gb"),
        ("USE1-ServerlessInf:Mem-0GB", "seconds", "0.00005", {}, "unknown_usage_type"),
        ("USE1-ServerlessInf:Mem-4GB", "GB-Second", "0.00002", {}, "Serverless OnDemand - 0.00002 GB-Seconds"),
        ("USE1-ServerlessInf:Mem-4GB", "requests", "0.00002", {}, "unknown_unit"),
        (
            "USE1-ServerlessInf-ProvisionedConcurrency:Usage-2GB",
            "seconds",
            "0.00001",
            {"group": "ServerlessProvisionedConcurrency-Usage"},
            "Serverless Provisioned - 0.000005 GB-Seconds",
        ),
        ("USE1-ServerlessInf-ProvisionedConcurrency:Usage-2GB", "seconds", "0.00001", {}, "ambiguous_group"),
        ("USE1-ServerlessInf-ProvisionedConcurrency:Mem-2GB", "seconds", "0.00001", {}, "provisioned_duration"),
    ],
)
def test_what_has_no_instance_type(usage_type: str, unit: str, amount: str, attributes: dict[str, str], expected: str) -> None:
    """Volumes, data and memory by the gigabyte, where it is certain whose they are."""
    assert expected == outcome(bare(usage_type, unit, amount, **attributes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"instanceName": "ml.m5.large"}, "contradictory_type"),
        ({"instanceName": "m5.xlarge"}, OFFERED),
        ({"platoinstancename": "ml.m5.large"}, "contradictory_type"),
        ({"platoinstancename": "ml.m5.xlarge"}, OFFERED),
        ({"platoinstancename": "m5.xlarge"}, OFFERED),
        ({"platoinstancename": "m5"}, OFFERED),
        ({"platoinstancename": "ml.m5"}, OFFERED),
        ({"platoinstancename": "m5d"}, "contradictory_type"),
        ({"platoinstancename": "ml.g4dn"}, "contradictory_type"),
        ({"platoinstancename": "Standard"}, OFFERED),
        ({"platoinstancename": "n/a"}, OFFERED),
        ({"instanceType": "ml.m5.xlargex"}, "contradictory_type"),
        ({"instanceType": "ml.m5.xlarge-Hosting"}, "contradictory_component"),
        ({"instanceType": "ml.m5.xlarge-tRAINING"}, OFFERED),
        ({"instanceType": "ml.m5.xlarge-Anything"}, OFFERED),
        ({"instanceType": "ml.m5.xlarge-24xl"}, "contradictory_type"),
        ({"platoinstancetype": "Processing"}, "contradictory_component"),
        ({"platoinstancetype": "Processing_Geo"}, "contradictory_component"),
        ({"platoinstancetype": "Training_Geo"}, "unknown_component"),
        ({"platoinstancetype": "SpotTraining"}, OFFERED),
        ({"component": "SpotTraining"}, OFFERED),
        ({"component": "Hosting"}, "contradictory_component"),
        ({"component": "Processing_Geo"}, "contradictory_component"),
        ({"component": "Nobody knows"}, OFFERED),
        ({"component": "ML Instance"}, OFFERED),
        ({"operation": "CreateVolume-Gp2"}, "operation"),
        ({"operation": "RunInstances"}, "operation"),
        ({"operation": "N/a"}, OFFERED),
        ({"operation": ""}, OFFERED),
        ({"platoinstancetype": "Training-FreeTier"}, "free"),
        ({"regionCode": "eu-west-1"}, "contradictory_region"),
        ({"regionCode": "us-east-1-bos-1a"}, "no_region"),
        ({"regionCode": 7}, "junk"),
        ({"locationType": "AWS Local Zone"}, "other_location"),
        ({"servicecode": "AmazonEC2"}, "contradictory_service"),
        ({"instanceType": "na", "instanceName": "n/A", "component": "", "platoinstancetype": "Na"}, OFFERED),
        ({"locationType": "n/a"}, OFFERED),
        ({"gpuMemory": ["320 HBM"]}, OFFERED),
        ({"usagetype": "n/a"}, OFFERED),
        ({"usagetype": "", "instanceName": "NA", "instanceType": "ml.m5.xlarge-training"}, OFFERED),
        ({"usagetype": "", "instanceType": "ml.m5.large"}, "contradictory_type"),
        ({"usagetype": "", "instanceName": "", "instanceType": ""}, "no_usage_type"),
        ({"usagetype": "", "platoinstancetype": ""}, "no_usage_type"),
        ({"usagetype": "", "platoinstancetype": "Processing_DW"}, "data_wrangler_job"),
        ({"usagetype": "", "component": "Hosting"}, "contradictory_component"),
        ({"usagetype": "USE1-ml.m5.xlarge"}, OFFERED),
        ({"usagetype": "USE1-ml.m5.xlarge", "platoinstancetype": ""}, "unknown_component"),
    ],
)
def test_attributes_that_contradict_each_other(changes: dict[str, Any], expected: str) -> None:
    """Nothing is guessed; what says nothing, or does not matter, changes nothing."""
    document = product()
    document["product"]["attributes"].update(changes)
    assert expected == outcome(document)
