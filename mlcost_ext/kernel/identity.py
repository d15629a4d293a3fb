"""Who and where: this kernel's id, its notebook, the cell being run, the Studio user."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

STUDIO_METADATA = "/opt/ml/metadata/resource-metadata.json"
MAX_METADATA_BYTES = 256 * 1024
MAX_TEXT = 512
KERNEL_ID = re.compile(r"kernel-([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\.json$")


def kernel_id(ipython: Any) -> str | None:
    """Give the kernel's id, which Jupyter puts into the name of its connection file."""
    app = getattr(getattr(ipython, "kernel", None), "parent", None)
    match = KERNEL_ID.search(str(getattr(app, "connection_file", "")))
    return match[1].lower() if match else None


def notebook_path(session_name: str | None, root: str | None) -> str | None:
    """Give a notebook as Jupyter shows it.

    Args:
        session_name: What Jupyter Server puts into ``JPY_SESSION_NAME``: the notebook's folder on disk joined with
            its name. Of a console it ends in a label without an extension, which is no notebook.
        root: The server's root folder; `None` where it is not known.

    Returns:
        The path below `root` with forward slashes, else the file name; `None` where there is no notebook.
    """
    path = Path(session_name or "")
    if not path.suffix:
        return None
    if root and path.is_relative_to(root):
        return path.relative_to(root).as_posix()[-MAX_TEXT:]
    return path.name[-MAX_TEXT:]


def this_notebook() -> str | None:
    """Give the notebook this kernel was started for."""
    return notebook_path(os.environ.get("JPY_SESSION_NAME"), os.environ.get("MLCOST_SERVER_ROOT"))


def cell_id(ipython: Any) -> str | None:
    """Give the id of the cell being run, from the message that asked for it; `None` outside a notebook."""
    get_parent = getattr(getattr(ipython, "kernel", None), "get_parent", None)
    parent = get_parent("shell") if get_parent else None
    value = ((parent or {}).get("metadata") or {}).get("cellId")
    return value[:MAX_TEXT] if isinstance(value, str) and value else None


def studio_user() -> str | None:
    """Give the user profile of a private Studio space; `None` elsewhere and where the metadata cannot be read."""
    try:
        with Path(os.environ.get("RESOURCE_METADATA_FILE") or STUDIO_METADATA).open("rb") as file:
            document = json.loads(file.read(MAX_METADATA_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    name = document.get("UserProfileName") if isinstance(document, dict) else None
    return name[:MAX_TEXT] if isinstance(name, str) and name else None
