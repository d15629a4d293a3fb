"""botocore's own description of each service: the one source of what AWS accepts and answers."""

from __future__ import annotations

from functools import cache

import botocore.session
from botocore.model import OperationModel, ServiceModel, StructureShape


@cache
def service_model(service: str) -> ServiceModel:
    """Load the model of a service, such as ``sagemaker``."""
    return botocore.session.get_session().get_service_model(service)


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """Give the model of one operation."""
    return service_model(service).operation_model(operation)


@cache
def member_names(shape_name: str) -> frozenset[str]:
    """List the members of one of SageMaker's structures."""
    shape = service_model("sagemaker").shape_for(shape_name)
    return frozenset(shape.members) if isinstance(shape, StructureShape) else frozenset()
