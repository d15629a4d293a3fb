"""Run by the environment that is measured: how long prices take to load and to look up, and the memory they need."""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from pathlib import Path

from mlcost_ext.core.price import PriceKey, price_key
from mlcost_ext.prices import PriceBook

REGION = "us-east-1"
COMPONENTS = ("Training", "Processing", "Hosting", "Studio-JupyterLab", "EC2")
MICRO, MILLI = 1e6, 1e3
LOOK_UPS = 20_000


def pss_mb() -> float:
    """Give this process's proportional set size."""
    gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main(home: Path) -> None:
    """Load, look everything up for the first time, then look up at random; write the figures as JSON."""
    PriceKey(region_id=REGION, component="Training", instance_type=None)
    before, began = pss_mb(), time.perf_counter()
    book = PriceBook(home)
    found = book.unit_price(price_key(REGION, "Training", "ml.g5.xlarge"))
    load_ms = (time.perf_counter() - began) * MILLI
    memory_mb = pss_mb() - before
    types = {component: book.instance_types(REGION, component) for component in COMPONENTS}
    fresh = PriceBook(home)
    fresh.unit_price(price_key(REGION, "Training", "ml.g5.xlarge"))
    keys = [price_key(REGION, component, kind) for component in COMPONENTS for kind in types[component]]
    first_us = seconds_for(fresh, keys) / len(keys) * MICRO
    again = random.Random(1).choices(keys, k=LOOK_UPS)
    again_us = seconds_for(fresh, again) / len(again) * MICRO
    figures = {"load_ms": load_ms, "memory_mb": memory_mb, "first_us": first_us, "again_us": again_us}
    json.dump({**figures, "keys": len(keys), "source": found.price_source if found else None}, sys.stdout)


def seconds_for(book: PriceBook, keys: list[PriceKey]) -> float:
    """Look all of them up; give the seconds it took."""
    began = time.perf_counter()
    for key in keys:
        book.unit_price(key)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]))
