"""How long prices take to load, to look up and to refresh, and the memory they need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.arms import MLCOST, ROOT, newest_wheel
from bench.plan import Benchmark, Plan
from bench.result import Result, single

REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")
SKUS = 30_000
LOAD_LIMIT_MS, MEMORY_LIMIT_MB, LOOK_UP_LIMIT_US = 20.0, 10.0, 20.0
REFRESH_LIMIT_SECONDS, REFRESH_LIMIT_MB = 30.0, 200.0
WHEEL_LIMIT_KB = 1024.0
DATA = "mlcost_ext/prices/"
REFRESH = "import sys; from mlcost_ext.cli.main import main; sys.exit(main())"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-key", "AWS_EC2_METADATA_DISABLED": "true"}


def run(plan: Plan) -> list[Result]:
    """Load and look up as shipped; refresh three regions; load and look up from what that has left."""
    folder = plan.folder / "prices"
    shipped = [reading(folder / "shipped", "shipped-snapshot") for _ in range(plan.pairs)]
    with price_service() as url:
        refreshed = [refresh(folder / f"refreshed-{number}", url) for number in range(plan.rounds)]
    kept = [reading(folder / "refreshed-0", "aws-price-list") for _ in range(plan.pairs)]
    return [
        *look_ups("prices", "as shipped", shipped),
        *look_ups("prices_list", f"AWS's list of {SKUS:,} SKUs", kept),
        single(
            "prices_refresh",
            f"refresh of {len(REGIONS)} regions, {SKUS:,} SKUs each",
            "s",
            [seconds for seconds, _ in refreshed],
            REFRESH_LIMIT_SECONDS,
        ),
        single("prices_refresh_memory", "its largest resident set", "MB", [mb for _, mb in refreshed], REFRESH_LIMIT_MB),
        Result(name="prices_wheel", title="all of prices/ in the wheel", unit="KB", value=packed_kb(), limit=WHEEL_LIMIT_KB),
    ]


def look_ups(name: str, what: str, readings: list[dict[str, Any]]) -> list[Result]:
    """Hold the readings of one kind against the limits."""
    limits = {
        "load_ms": ("first price of a region", "ms", LOAD_LIMIT_MS),
        "memory_mb": ("memory for it", "MB", MEMORY_LIMIT_MB),
        "first_us": ("look-up, each key for the first time", "µs", LOOK_UP_LIMIT_US),
        "again_us": ("look-up, again", "µs", LOOK_UP_LIMIT_US),
    }
    return [
        single(f"{name}_{figure}", f"{title}, {what}", unit, [each[figure] for each in readings], limit)
        for figure, (title, unit, limit) in limits.items()
    ]


def reading(home: Path, source: str) -> dict[str, Any]:
    """Let a fresh process of our environment read prices once; they must come from where they are said to."""
    home.mkdir(parents=True, exist_ok=True)
    command = [MLCOST.python, str(ROOT / "bench" / "price_reading.py"), str(home)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=home).stdout)
    if found["source"] != source:
        raise RuntimeError(f"prices come from {found['source']} instead of {source}")
    return found


@contextmanager
def price_service() -> Iterator[str]:
    """Serve generated lists, by a process of its own and of low priority; give its address."""
    command = [sys.executable, "-m", "bench.price_service", str(SKUS), *REGIONS]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def refresh(home: Path, url: str) -> tuple[float, float]:
    """Refresh all regions by the command line; give the seconds, and the largest resident set in MB."""
    home.mkdir(parents=True, exist_ok=True)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MLCOST_"))}
    environment = {**plain, **KEYS, "AWS_ENDPOINT_URL_PRICING": url, "MLCOST_HOME": str(home)}
    words = [word for region in REGIONS for word in ("--region", region)]
    began = time.monotonic()
    process = subprocess.Popen(
        [MLCOST.python, "-c", REFRESH, "--json", "prices", "refresh", *words],
        env=environment,
        cwd=home,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"the refresh ended with {process.returncode}")
    return seconds, used.ru_maxrss / 1024


def packed_kb() -> float:
    """Give the size of our prices in the wheel."""
    with zipfile.ZipFile(newest_wheel()) as wheel:
        return sum(entry.compress_size for entry in wheel.infolist() if entry.filename.startswith(DATA)) / 1024


PRICES = Benchmark(name="prices", title="Prices: loading, looking up, refreshing", minutes=4, run=run)
