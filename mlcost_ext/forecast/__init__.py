"""How long a run will take, from runs that have ended; pure: no input or output, no clock, no chance."""

from .forecaster import Forecaster
from .run import Forecast, Run

__all__ = ["Forecast", "Forecaster", "Run"]
