"""Requests as public notebooks and articles about SageMaker make them, in our own words, and what is to be said of each."""

from __future__ import annotations

from .automl import AUTOML
from .building import PublicRequest
from .endpoints import ENDPOINTS
from .machines import MACHINES
from .models import MODELS
from .processing import PROCESSING
from .scripts import SCRIPTS
from .training import TRAINING
from .transform import TRANSFORM
from .tuning import TUNING

__all__ = ["PUBLIC_REQUESTS", "PublicRequest"]

PUBLIC_REQUESTS: tuple[PublicRequest, ...] = (
    *TRAINING, *SCRIPTS, *TUNING, *PROCESSING, *TRANSFORM, *AUTOML, *ENDPOINTS, *MODELS, *MACHINES,
)  # fmt: skip
