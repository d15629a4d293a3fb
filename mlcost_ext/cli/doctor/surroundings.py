"""Gather what the checks look at."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from mlcost_ext.config import Settings, load_settings
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.host import Host
from mlcost_ext.hosts import detect
from mlcost_ext.ledger.home import mlcost_home

from .check import Surroundings
from .door import AwsDoor


def surroundings_here() -> Surroundings:
    """Look at this process, its environment and Jupyter's configuration."""
    settings, fault = configured()
    host = host_of(settings)
    return Surroundings(
        env=os.environ,
        prefix=Path(sys.prefix),
        python=sys.executable,
        home=settings.home,
        host=host,
        config_fault=fault,
        now=datetime.now(timezone.utc),
        aws=AwsDoor(host.region_id),
        is_account_shown=settings.scope_account,
    )


def configured() -> tuple[Settings, str | None]:
    """Read jupyter_server_config as the server does; where that fails, give no settings and the reason."""
    from jupyter_core.application import JupyterApp

    home = home_here()
    app = JupyterApp(config_file_name="jupyter_server_config", raise_config_file_errors=True)
    try:
        app.load_config_file()
        return load_settings(app.config, home), None
    except Exception as error:  # noqa: BLE001 - the file is a program of the user's
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        return Settings(home=home), f"Jupyter's configuration cannot be read ({text})."


def home_here() -> Path:
    """Give MLCOST_HOME; one that leads nowhere as it is written, for the check of it to tell."""
    try:
        return mlcost_home()
    except UsageError:
        return Path(os.environ.get("MLCOST_HOME") or "~")


def host_of(settings: Settings) -> Host:
    """Tell the host as the server does, even where the server half cannot be loaded."""
    try:
        from mlcost_ext.wiring import ask_machine, host_here
    except ImportError:  # the check of the server extension names it
        return detect(os.environ)
    return ask_machine(settings, os.environ, host_here(settings, os.environ))
