"""How much a browser loads of us."""

from __future__ import annotations

import gzip

from bench.arms import MLCOST
from bench.plan import Benchmark, Plan
from bench.result import Result

LIMIT_KB = 60.0
STATIC = "share/jupyter/labextensions/mlcost-ext-labextension/static"


def run(plan: Plan) -> list[Result]:
    """Compress every script of the installed labextension, its styles among them."""
    del plan
    files = sorted((MLCOST.folder / STATIC).glob("*.js"))
    sizes = {file.name: len(gzip.compress(file.read_bytes(), compresslevel=6)) / 1024 for file in files}
    if not sizes:
        raise RuntimeError("the labextension is not installed")
    title = f"labextension, {len(sizes)} scripts, each gzipped"
    return [Result(name="labextension_gzip", title=title, unit="KB", value=sum(sizes.values()), limit=LIMIT_KB)]


LABEXTENSION_SIZE = Benchmark(name="labextension_size", title="Size of the labextension", minutes=0.1, run=run)
