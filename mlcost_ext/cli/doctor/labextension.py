"""Check that the browser half is there, of our own version and not switched off."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from mlcost_ext._version import __version__

from .check import Result, Status, Surroundings

NAME = "labextension"
EXTENSION = "mlcost-ext-labextension"


def check(here: Surroundings) -> tuple[Result, ...]:
    """Look where JupyterLab looks."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_federated_extensions, get_page_config

    paths = jupyter_path("labextensions")
    broken = first_broken(paths)
    if broken is not None:
        hint = "Install the extension in that folder again, or remove the folder; JupyterLab itself stumbles over it."
        return (_result("fail", f"{broken} is no JSON document.", hint),)
    found = get_federated_extensions(paths).get(EXTENSION)
    if found is None:
        return (_result("fail", f"{EXTENSION} is in none of JupyterLab's extension folders.", here.mend_installation),)
    version, place = str(found.get("version")), str(found.get("ext_path"))
    if version != __version__:
        return (_result("fail", f"Its version is {version}, ours is {__version__} ({place}).", here.mend_installation),)
    settings = here.prefix / "share" / "jupyter" / "lab" / "settings"
    disabled = get_page_config(paths, str(settings)).get("disabledExtensions", [])
    ours = [name for name in disabled if name.split(":")[0] == EXTENSION]
    if ours:
        return (_result("fail", f"JupyterLab has switched {ours[0]} off.", f"jupyter labextension enable {ours[0]}"),)
    return (_result("ok", f"Version {version}, in {place}."),)


def first_broken(paths: Iterable[str]) -> Path | None:
    """Find a description of an extension, of anybody's, that cannot be read; JupyterLab reads them all."""
    found = (path for folder in map(Path, paths) for form in ("*", "@*/*") for path in folder.glob(f"{form}/package.json"))
    return next((path for path in found if not is_json(path)), None)


def is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name=NAME, group="Installation", status=status, message=message, hint=hint)
