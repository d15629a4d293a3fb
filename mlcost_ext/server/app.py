"""The server extension: loads with Jupyter Server, answers REST, tells the browser by Jupyter events."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp

from mlcost_ext import __version__
from mlcost_ext.config import MlcostExt, is_disabled
from mlcost_ext.core.errors import MlcostError
from mlcost_ext.ledger.server_id import claim_server_id
from mlcost_ext.wiring import does_nothing_here, server_adapters

from .handlers import handlers
from .jupyter_parts import parts_of
from .live import Live
from .making import make_live

EVENTS = Path(__file__).parent.parent / "events"


class MlcostExtApp(ExtensionApp):
    """Show what this session and its jobs cost."""

    name = "mlcost_ext"
    description = "Cost guardrails for machine learning on AWS, shown in the notebook."
    extension_url = "/mlcost-ext"
    load_other_extensions = True
    classes = [MlcostExt]  # noqa: RUF012
    live: Live | None = None

    def initialize_handlers(self) -> None:
        """Add our paths, our events and the word to the front end; nothing at all when switched off, or in recovery mode."""
        if is_disabled():
            self.log.info("mlcost-ext %s is switched off by MLCOST_DISABLE.", __version__)
            return
        if does_nothing_here(os.environ):
            os.environ["MLCOST_DISABLE"] = "1"  # for the kernels that this server starts
            self.log.info("mlcost-ext %s does nothing in Studio's recovery mode.", __version__)
            return
        app: Any = self.serverapp
        try:
            self.live = self._make_live(app)
        except MlcostError as error:
            self.log.error("mlcost-ext is off in this server. %s %s", error.message, error.hint)
            return
        self.handlers.extend(handlers(self.live))
        page = app.web_app.settings.setdefault("page_config_data", {})
        page["mlcostExt"] = "enabled"
        if self.live.attributing.is_on:
            page["mlcostExtUsers"] = "cookie"
        for path in sorted(EVENTS.glob("*.yaml")):
            app.event_logger.register_event_schema(path)
        app.io_loop.add_callback(self.live.start)

    async def stop_extension(self) -> None:
        """End the reader and leave the last figures behind for `%cost`."""
        if self.live is not None:
            await self.live.stop()

    def _make_live(self, app: Any) -> Live:
        settings = MlcostExt(parent=self).settings()
        place = "\n".join((socket.gethostname(), app.base_url, app.root_dir, str(app.port)))
        self.server_id = claim_server_id(settings.home, place)
        server_id = self.server_id.value
        os.environ["MLCOST_SERVER_ID"] = server_id
        os.environ["MLCOST_SERVER_ROOT"] = app.root_dir
        os.environ["MLCOST_HOME"] = str(settings.home)
        adapters = server_adapters(settings, server_id, self.log)
        return make_live(adapters, settings, server_id, parts_of(app), self.log)
