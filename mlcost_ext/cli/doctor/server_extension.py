"""Check that the server half is switched on and can be loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .check import Result, Surroundings

NAME = "server_extension"
MODULE = "mlcost_ext"


def check(here: Surroundings) -> tuple[Result, ...]:
    """Read what `jupyter server extension list` reads, and import what it would import."""
    if here.config_fault:
        return (_fail(here.config_fault, "Mend that file; Jupyter itself reads it too."),)
    enabled = listed()
    if enabled is None:
        return (_fail("Jupyter does not know the server extension.", here.mend_installation),)
    if not enabled:
        return (_fail("The server extension is switched off.", f"jupyter server extension enable {MODULE}"),)
    fault = import_fault()
    if fault:
        return (_fail(f"The server extension cannot be loaded ({fault}).", f"{here.python} -m pip install --upgrade mlcost-ext"),)
    return (Result(name=NAME, group="Installation", status="ok", message="Enabled, and it can be loaded."),)


def listed() -> bool | None:
    """Tell whether Jupyter's configuration switches us on; None: it does not name us."""
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())
    section = manager.get("jupyter_server_config").get("ServerApp", {})
    found = section.get("jpserver_extensions", {}).get(MODULE)
    return None if found is None else bool(found)


def import_fault() -> str | None:
    try:
        import_module(f"{MODULE}.server.app")
        import_module(f"{MODULE}.wiring")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from loading is what we are here to tell
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None


def _fail(message: str, hint: str) -> Result:
    return Result(name=NAME, group="Installation", status="fail", message=message, hint=hint)
