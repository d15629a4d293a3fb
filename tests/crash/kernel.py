"""A real kernel that launches training jobs by boto3 without end, guarded as in production, until it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from jupyter_client.manager import KernelManager

from mlcost_ext.sandbox import names
from tests.fakes import ROOT
from tests.kernel.conftest import LAUNCH, START_KERNEL, STARTUP_FILE, put

START_SECONDS = 120.0
LAUNCHING = """
def launch_for_ever(told, prefix):
    import itertools, os, threading
    import botocore.exceptions
    side = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    def launch(thread):
        client = boto3.session.Session().client("sagemaker")
        for number in itertools.count():
            name = f"{prefix}-{thread}-{number}"
            client.create_training_job(**request(name))
            os.write(side, f"{name}\\n".encode())
            os.fsync(side)
            if number % 10 == 9:  # what AWS refuses is noted too
                try:
                    client.create_training_job(**request(name))
                except botocore.exceptions.ClientError:
                    pass
    threads = [threading.Thread(target=launch, args=(thread,), daemon=True) for thread in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
"""A cell; it tells what has been launched in a file of its own, only after the call has returned."""


class LaunchingKernel:
    """One kernel and its only cell."""

    def __init__(self, folder: Path, environment: dict[str, str], told: Path) -> None:
        """Start it, but do not wait for it."""
        self.kernel_id, self._told = str(uuid.uuid4()), told
        self._manager = KernelManager(kernel_name="python3")
        spec = self._manager.kernel_spec
        assert spec is not None
        spec.argv = [sys.executable, "-c", START_KERNEL, str(folder / "prefix"), "-f", "{connection_file}"]
        self._manager.connection_file = str(folder / f"kernel-{self.kernel_id}.json")
        self._manager.start_kernel(env=environment, cwd=str(folder), stderr=subprocess.DEVNULL)

    def launch(self) -> None:
        """Let it launch for ever, and wait for its first."""
        client = self._manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=START_SECONDS)
            client.execute(f"{LAUNCH}\n{LAUNCHING}\nlaunch_for_ever({str(self._told)!r}, {self._told.stem!r})")
            ends = time.monotonic() + START_SECONDS
            while not (self._told.exists() and self._told.stat().st_size):
                if time.monotonic() > ends:
                    raise RuntimeError(f"the kernel {self.kernel_id} launches nothing")
                time.sleep(0.01)
        finally:
            client.stop_channels()

    def kill(self) -> None:
        """Kill it at once, and clear away what it leaves to Jupyter."""
        provisioner = self._manager.provisioner
        os.kill(getattr(provisioner, "pid"), signal.SIGKILL)  # noqa: B009  (of a local kernel's only)
        self._manager.shutdown_kernel(now=True)


def kernel_environment(folder: Path, home: Path, server_id: str, endpoint_url: str) -> dict[str, str]:
    """Give what kernels of a server are started with, and put the startup file where they look for it."""
    put(folder / "prefix/etc/ipython/startup/50-mlcost.py", STARTUP_FILE.read_text())
    put(folder / "metadata.json", '{"UserProfileName": "ana"}')
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": str(ROOT),
        "MLCOST_HOME": str(home),
        "MLCOST_SERVER_ID": server_id,
        "MLCOST_SERVER_ROOT": "/srv/notebooks",
        "JPY_SESSION_NAME": "/srv/notebooks/fraud/train.ipynb",
        "RESOURCE_METADATA_FILE": str(folder / "metadata.json"),
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": names.ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": names.SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": names.REGION_ID,
        "AWS_CONFIG_FILE": str(folder / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
