"""Studio's recovery mode."""

from __future__ import annotations

import pytest

from mlcost_ext.hosts import detect

from .test_studio import METADATA, env_of


@pytest.mark.parametrize("value", ["true", "True", "1", "yes", "anything"])
def test_recovery_mode(tmp_path, value: str) -> None:
    """Nothing of ours is wanted, whatever the files say."""
    host = detect(env_of(tmp_path, METADATA, SAGEMAKER_RECOVERY_MODE=value))
    assert (host.kind, host.does_nothing, host.studio_app) == ("studio", True, None)


@pytest.mark.parametrize("value", ["", "false", "False", "0", "no", " "])
def test_no_recovery_mode(tmp_path, value: str) -> None:
    """AWS's own programs take an unset variable for false."""
    host = detect(env_of(tmp_path, METADATA, SAGEMAKER_RECOVERY_MODE=value))
    assert (host.kind, host.does_nothing) == ("studio", False)
