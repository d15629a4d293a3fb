"""A process of its own that reads AWS's price list now and then: ``mlcost prices refresh --if-due``. Standard library only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from .surroundings import NEUTRAL_FOLDER, neutral_environment

MOST_SECONDS = 1800.0
"""A list takes a minute or two."""
END_SECONDS = 5.0
CODE = "import sys; from mlcost_ext.cli.main import main; sys.exit(main())"
"""Not ``-m``, which would import from the folder it runs in."""


def is_elsewhere(env: Mapping[str, str]) -> bool:
    """Tell whether AWS is somebody else's server here, such as the practice account, which has no list of AWS's."""
    return bool(env.get("AWS_ENDPOINT_URL")) and not env.get("AWS_ENDPOINT_URL_PRICING")


class PriceRefresher:
    """Start the process, one at a time."""

    def __init__(self, env: Mapping[str, str], home: Path, log: logging.Logger) -> None:
        """Take the server's environment and MLCOST_HOME."""
        self._env = {**neutral_environment(env, keeps_current_folder=False), "MLCOST_HOME": str(home)}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def refresh(self, region_ids: Iterable[str]) -> int | None:
        """Let the lists of regions be read that are older than a day; give the exit status, None where there is no process."""
        if self._process is not None:
            return None
        wanted = [word for region_id in region_ids for word in ("--region", region_id)]
        quiet = asyncio.subprocess.DEVNULL
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", CODE, "--json", "prices", "refresh", "--if-due", *wanted),
                stdin=quiet,
                stdout=quiet,
                stderr=quiet,
                env=self._env,
                cwd=NEUTRAL_FOLDER,
            )
        except (OSError, NotImplementedError) as error:
            self._log.debug("mlcost-ext could not start to refresh prices: %s", type(error).__name__)
            return None
        try:
            return await asyncio.wait_for(process.wait(), MOST_SECONDS)
        except asyncio.TimeoutError:
            return None
        finally:
            await self.stop()

    async def stop(self) -> None:
        """End the process; what it has read it takes up again the next time."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
