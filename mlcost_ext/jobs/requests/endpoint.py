"""Endpoints: CreateEndpoint names a configuration, and only that tells what it costs."""

from __future__ import annotations

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.planned import Planned
from mlcost_ext.jobs.kind import Facts

from .asked import Asked
from .endpoint_config import DATA, planned_endpoint
from .kind import RequestKind
from .wrong import MOST_SHOWN

UNTIL_DELETED = "An endpoint costs until somebody deletes it, called or not."


def read(request: Asked, region_id: str, facts: Facts) -> Planned:
    """Turn a request that carries its configuration, as `EndpointConfig` or as its members, into planned usage.

    Raises:
        UsageError: It carries none, or it is wrong.
    """
    config = request if request.has("ProductionVariants") else request.inner("EndpointConfig")
    if not config.members:
        name = request.text("EndpointConfigName")
        told = f" ({name[:MOST_SHOWN]!r})" if name else ""
        raise UsageError(
            f"A CreateEndpoint request does not say what it costs: only its endpoint configuration does{told}.",
            'Give the request of CreateEndpointConfig, of kind "endpoint-config", or add it as "EndpointConfig".',
        )
    return planned_endpoint("endpoint", config, region_id, facts, (UNTIL_DELETED, DATA))


KIND = RequestKind(
    name="endpoint",
    title="Endpoints",
    operations=("CreateEndpoint",),
    marks=("EndpointName", "EndpointConfig"),
    read=read,
    also=("ProductionVariants", "EndpointConfigName"),
)
