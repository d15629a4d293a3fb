"""What somebody wants an estimate for: an object of either SageMaker SDK, a request, or options alone, read as a request.

Nothing is launched, uploaded or asked of AWS, and neither SDK is imported: an object is known by the names of its classes.
"""

from .read import read_target
from .target import KINDS, Options, Target

__all__ = ["KINDS", "Options", "Target", "read_target"]
