"""Check that the launches of the kernels that run now are noted."""

from __future__ import annotations

from mlcost_ext.cli.overview_file import overview_files
from mlcost_ext.core.errors import UsageError

from .check import Result, Status, Surroundings


def check(here: Surroundings) -> tuple[Result, ...]:
    """Read what the Jupyter servers that run have noticed."""
    try:
        servers = [file for file in overview_files(here.home, here.now) if not file.is_stale]
    except UsageError as error:
        return (_result("warn", f"Nothing is known of running kernels: {error.message}", error.hint),)
    if not servers:
        return (_result("info", "No Jupyter server with mlcost-ext runs now, so nothing is known of running kernels."),)
    rows = [row for file in servers for row in file.rows("data_quality") if row.get("code") == "kernels_unguarded"]
    if not rows:
        return (_result("ok", "The Jupyter server that runs notes the launches of all its Python kernels."),)
    return tuple(_result("warn", str(row.get("message")), str(row.get("hint"))) for row in rows)


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="kernels_now", group="Kernels", status=status, message=message, hint=hint)
