"""Put a usable Node.js into this environment where the machine has none, from a PyPI package that ships it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if importlib.util.find_spec("hatchling") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "hatchling>=1.27"], check=True)

from hatch_build import NODE_FROM_PYPI, node_is_usable

if not node_is_usable():
    print("No Node.js >= 20.19 on PATH: installing one into this environment.", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", NODE_FROM_PYPI], check=True)
