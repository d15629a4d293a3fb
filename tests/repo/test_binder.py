"""What Binder runs, as far as it can be run without Binder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_start_gives_the_server_the_practice_account_and_no_other(tmp_path: Path) -> None:
    """binder/start hands its command the practice account's surroundings and takes real credentials away."""
    code = (
        "import os, json, boto3; sm = boto3.client('sagemaker');"
        "print(json.dumps([sm.list_training_jobs()['TrainingJobSummaries'][0]['TrainingJobName'], os.environ['AWS_ENDPOINT_URL'],"
        " os.environ.get('AWS_PROFILE'), os.environ['AWS_ACCESS_KEY_ID']]))"
    )
    env = {**os.environ, "AWS_PROFILE": "payroll", "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL", "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(ROOT / "binder" / "start"), sys.executable, "-c", code]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**env, "PYTHONPATH": str(ROOT)}, start_new_session=True
    )
    try:
        assert process.stdout is not None
        name, endpoint, profile, key = json.loads(process.stdout.readline())
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
    assert name
    assert endpoint.startswith("http://127.0.0.1:")
    assert profile is None
    assert key == "AKIAPRACTICEACCOUNT0"


def test_post_build_installs_what_the_demo_needs() -> None:
    """binder/postBuild installs this project with its practice account, and is executable."""
    script = ROOT / "binder" / "postBuild"
    assert "pip install --no-cache-dir '.[sandbox]'" in script.read_text()
    assert os.access(script, os.X_OK)
