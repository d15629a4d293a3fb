"""The demo's own folder: nothing of the user's Jupyter is read or changed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from mlcost_ext.aws.surroundings import current_folder
from mlcost_ext.sandbox.environment import practice_environment

NOTEBOOKS = ("first-training-job.ipynb", "estimate-before-launch.ipynb", "stopped-before-it-costs.ipynb")
NOTEBOOK = NOTEBOOKS[0]
"""The one to begin with, which messages name."""
POLICY = "policy.yaml"
"""What launches in the demo are judged by; it stands beside the notebooks, to be changed."""
SHIPPED = (*NOTEBOOKS, POLICY)

# A demo started from a terminal of JupyterLab must not inherit that server's own settings.
_TAKEN_AWAY = ("JUPYTER", "JPY_", "MLCOST_", "IPYTHON", "PRACTICE_")
_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "MLCOST_HOME": "mlcost",
}
# It would ask a server elsewhere for news.
_PAGE_CONFIG = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
_SETTINGS_FILE = "mlcost-ext-labextension/plugin.jupyterlab-settings"
# Whoever opens the demo has come to see the panel.
_SETTINGS = {"openAtStart": True}


def lab_environment(base_env: Mapping[str, str], home: Path, *, endpoint_url: str, token: str) -> dict[str, str]:
    """Fill the folder and give the environment JupyterLab runs in."""
    clean = {k: v for k, v in base_env.items() if not k.upper().startswith(_TAKEN_AWAY)}
    folders = {variable: home / name for variable, name in _FOLDERS.items()}
    for folder in folders.values():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_page_config(folders["JUPYTER_CONFIG_DIR"])
    _write_settings(folders["JUPYTERLAB_SETTINGS_DIR"])
    _copy_notebooks(notebook_folder(home))
    return {
        **practice_environment(clean, endpoint_url, home / "aws"),
        **{variable: str(folder) for variable, folder in folders.items()},
        "MLCOST_POLICY": str(notebook_folder(home) / POLICY),
        "JUPYTER_TOKEN": token,  # not on the command line, where every user of the machine sees it
    }


def notebook_folder(home: Path) -> Path:
    """Say where the demo's notebooks are."""
    return home / "notebooks"


def shipped(name: str) -> bytes:
    """Give one of the notebooks, or the policy, as it was installed."""
    return (files("mlcost_ext.sandbox") / "notebooks" / name).read_bytes()


def places_to_keep() -> list[Path]:
    """Give where notebooks can go: the present folder unless it was deleted meanwhile, the user's home, temporary files."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none
    return [folder for folder in (current_folder(), home, Path(tempfile.gettempdir())) if folder is not None]


def keep_changed(home: Path, places: Iterable[Path]) -> Path | None:
    """Copy what was written or changed in the demo's notebooks to a new folder; None: nothing was.

    Args:
        home: The demo's folder.
        places: Where the new folder may be made; the first that takes everything is taken.

    Raises:
        OSError: No place took everything.
    """
    source = notebook_folder(home)
    changed = [path for path in source.rglob("*") if path.is_file() and _is_own_work(path, source)]
    if not changed:
        return None
    copies = (_copy_into(place, changed, source) for place in places)
    fault = OSError("there is no place for them")
    for copy in copies:
        if isinstance(copy, Path):
            return copy
        fault = copy
    raise fault


def _copy_into(place: Path, changed: Iterable[Path], source: Path) -> Path | OSError:
    """Copy all to a new folder in `place`, or leave nothing there and give the reason."""
    target = None
    try:
        target = Path(tempfile.mkdtemp(prefix="mlcost-demo-", dir=place))
        for path in changed:
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    except OSError as error:
        if target is not None:
            shutil.rmtree(target, ignore_errors=True)
        return error
    return target


def _is_own_work(path: Path, folder: Path) -> bool:
    inner = path.relative_to(folder)
    if any(part.startswith(".") for part in inner.parts) or path.is_symlink():
        return False
    return inner.name not in SHIPPED or path.read_bytes() != shipped(inner.name)


def _write_page_config(config: Path) -> None:
    folder = config / "labconfig"
    folder.mkdir(exist_ok=True)
    (folder / "page_config.json").write_text(json.dumps(_PAGE_CONFIG), encoding="utf-8")


def _write_settings(settings: Path) -> None:
    file = settings / _SETTINGS_FILE
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(_SETTINGS), encoding="utf-8")


def _copy_notebooks(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in SHIPPED:
        (folder / name).write_bytes(shipped(name))
