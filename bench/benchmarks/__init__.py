"""All benchmarks, in the order they are run."""

from __future__ import annotations

from bench.plan import Benchmark

from .cpu import CPU
from .estimate import ESTIMATE
from .event_loop import EVENT_LOOP
from .first_picture import FIRST_PICTURE
from .forecast import FORECAST
from .gpu_idle import GPU_IDLE
from .guard import GUARD
from .idle_sampling import IDLE_SAMPLING
from .kernel_start import KERNEL_START
from .lab_ready import LAB_READY
from .labextension_size import LABEXTENSION_SIZE
from .ledger import LEDGER, LEDGER_LARGE
from .ledger_intake import LEDGER_INTAKE
from .memory import MEMORY
from .overview import OVERVIEW
from .prices import PRICES
from .server_start import SERVER_START
from .steady import STEADY

BENCHMARKS: tuple[Benchmark, ...] = (
    LABEXTENSION_SIZE,
    OVERVIEW,
    PRICES,
    ESTIMATE,
    FORECAST,
    GPU_IDLE,
    GUARD,
    LEDGER_INTAKE,
    LEDGER,
    LEDGER_LARGE,
    SERVER_START,
    MEMORY,
    KERNEL_START,
    LAB_READY,
    CPU,
    IDLE_SAMPLING,
    EVENT_LOOP,
    FIRST_PICTURE,
    STEADY,
)
