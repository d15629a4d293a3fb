"""What reading a target loads: nothing that is slow, and neither SDK."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.fakes import ROOT

FORBIDDEN = ("sagemaker", "sagemaker_core", "botocore", "boto3", "numpy", "pydantic", "pandas", "IPython", "tornado")
CODE = """
import json, sys
import mlcost_ext.kernel
before = set(sys.modules)
from mlcost_ext.kernel.targets import Options, read_target
read_target(None, Options(instance_type="ml.m5.xlarge"), lambda name: False)
print(json.dumps([sorted(name for name in sys.modules), sorted(set(sys.modules) - before)]))
"""


def test_nothing_slow_is_loaded() -> None:
    """Of our own package no more than the errors and the package itself."""
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, new = json.loads(done.stdout)
    assert [name for name in loaded if name.partition(".")[0] in FORBIDDEN] == []
    own = [name for name in new if name.startswith("mlcost_ext.") and not name.startswith("mlcost_ext.kernel.targets")]
    assert own == ["mlcost_ext.core", "mlcost_ext.core.errors"]
