"""Endpoints, with their configurations and the inference components on them."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind, Source

MAX_COMPONENTS = 300
DEPLOYING = ("Updating", "RollingBack")

_SERVERLESS: cut.Cuts = {"MemorySizeInMB": cut.whole, "MaxConcurrency": cut.whole, "ProvisionedConcurrency": cut.whole}
_SCALING: cut.Cuts = {"Status": cut.text, "MinInstanceCount": cut.whole, "MaxInstanceCount": cut.whole}
_POOL: cut.Cuts = {"InstanceType": cut.text, "CurrentInstanceCount": cut.whole}
_RESERVATION: cut.Cuts = {"MlReservationArn": cut.arn}
_STAGE: cut.Cuts = {"Status": cut.text}
_VARIANT: cut.Cuts = {
    "VariantName": cut.text,
    "CurrentInstanceCount": cut.whole,
    "DesiredInstanceCount": cut.whole,
    "InstancePools": cut.parts(_POOL, cut.MAX_ITEMS),
    "VariantStatus": cut.parts(_STAGE, cut.MAX_ITEMS),
    "CapacityReservationConfig": cut.part(_RESERVATION),
    "CurrentServerlessConfig": cut.part(_SERVERLESS),
    "DesiredServerlessConfig": cut.part(_SERVERLESS),
    "ManagedInstanceScaling": cut.part(_SCALING),
}
_CONFIG_VARIANT: cut.Cuts = {
    "VariantName": cut.text,
    "InstanceType": cut.text,
    "InitialInstanceCount": cut.whole,
    "InstancePools": cut.parts({"InstanceType": cut.text}, cut.MAX_ITEMS),
    "VolumeSizeInGB": cut.whole,
    "ServerlessConfig": cut.part(_SERVERLESS),
    "ManagedInstanceScaling": cut.part(_SCALING),
    "CapacityReservationConfig": cut.part(_RESERVATION),
}
_PENDING_VARIANT: cut.Cuts = {
    "VariantName": cut.text,
    "InstanceType": cut.text,
    "CurrentInstanceCount": cut.whole,
    "InstancePools": cut.parts(_POOL, cut.MAX_ITEMS),
}
_PENDING: cut.Cuts = {
    "ProductionVariants": cut.parts(_PENDING_VARIANT, cut.MAX_ITEMS),
    "ShadowProductionVariants": cut.parts(_PENDING_VARIANT, cut.MAX_ITEMS),
}
CONFIG: cut.Cuts = {
    "ProductionVariants": cut.parts(_CONFIG_VARIANT, cut.MAX_ITEMS),
    "ShadowProductionVariants": cut.parts(_CONFIG_VARIANT, cut.MAX_ITEMS),
}
"""Of DescribeEndpointConfig."""
_REQUIREMENTS: cut.Cuts = {
    "NumberOfCpuCoresRequired": cut.number,
    "NumberOfAcceleratorDevicesRequired": cut.number,
    "MinMemoryRequiredInMb": cut.whole,
}
COMPONENT: cut.Cuts = {
    "InferenceComponentName": cut.text,
    "VariantName": cut.text,
    "InferenceComponentStatus": cut.text,
    "Specification": cut.part({"ComputeResourceRequirements": cut.part(_REQUIREMENTS)}),
    "RuntimeConfig": cut.part({"DesiredCopyCount": cut.whole, "CurrentCopyCount": cut.whole}),
}
"""Of DescribeInferenceComponent."""


def has_one_fleet(source: Source) -> bool:
    """Say whether it has no deployment under way, whose instances only DescribeEndpoint tells."""
    return source.get("EndpointStatus") not in DEPLOYING


KIND = Kind(
    kind="endpoint",
    name_key="EndpointName",
    status_key="EndpointStatus",
    arn_key="EndpointArn",
    is_job=False,
    search="Endpoint",
    listing="ListEndpoints",
    listed="Endpoints",
    describe="DescribeEndpoint",
    delete="DeleteEndpoint",
    is_whole=has_one_fleet,
    cuts={
        "EndpointName": cut.text,
        "EndpointArn": cut.arn,
        "EndpointConfigName": cut.text,
        "EndpointStatus": cut.text,
        "CreationTime": cut.time,
        "LastModifiedTime": cut.time,
        "ProductionVariants": cut.parts(_VARIANT, cut.MAX_ITEMS),
        "ShadowProductionVariants": cut.parts(_VARIANT, cut.MAX_ITEMS),
        "PendingDeploymentSummary": cut.part(_PENDING),
        "AsyncInferenceConfig": cut.part({}),
        "FailureReason": cut.reason,
    },
)
