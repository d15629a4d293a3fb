"""Put a usable Node.js into this environment where the machine has none, from a PyPI package that ships it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if importlib.util.find_spec("hatchling") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-qq", "hatchling>=1.27"], check=True)

from hatch_build import NODE_FROM_PYPI, is_new_enough

node = shutil.which("node")
if node is None or not is_new_enough(node) or shutil.which("npm") is None:
    print("The PATH leads to no Node.js >= 20.19 with npm: installing one into this environment.", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "install", "-qq", NODE_FROM_PYPI], check=True)
