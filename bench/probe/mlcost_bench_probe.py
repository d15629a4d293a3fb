"""A server extension for measuring only: counts and times requests, and probes the event loop."""

import asyncio
import json
import time

from tornado.web import RequestHandler

PERIOD_SECONDS = 0.02
PREFIX = "mlcost_bench_probe"


def _jupyter_server_extension_points():
    return [{"module": PREFIX}]


def _load_jupyter_server_extension(app):
    state = {"requests": [], "delays": [], "task": None}
    settings = app.web_app.settings
    log_before = settings.get("log_function")

    def log(handler):
        path = handler.request.path
        if PREFIX not in path:
            state["requests"].append((path, handler.get_status(), handler.request.request_time()))
        if log_before is not None:
            log_before(handler)

    settings["log_function"] = log
    routes = [(rf"/{PREFIX}/(\w+)", Probe, {"state": state, "app": app})]
    app.web_app.add_handlers(".*$", routes)


class Probe(RequestHandler):
    def initialize(self, state, app):
        self.state = state
        self.app = app

    def check_xsrf_cookie(self):
        """Whoever measures has no page."""

    def get(self, what):
        """Give `requests`, or `delays` each with the processor time of the loop meanwhile; and forget them. Or `idling`."""
        if what == "idling":
            self.finish(json.dumps(_idling(self.app)))
            return
        found, self.state[what] = self.state[what], []
        self.finish(json.dumps(found))

    def post(self, what):
        """Start or stop probing."""
        if self.state["task"] is not None:
            self.state["task"].cancel()
            self.state["task"] = None
        if what == "start":
            self.state["delays"] = []
            self.state["task"] = asyncio.get_running_loop().create_task(_probe(self.state))
        self.finish("{}")


def _idling(app):
    """Give what the idle verdict's looks have taken, and how much the last one saw."""
    (extension,) = app.extension_manager.extension_apps["mlcost_ext"]
    idling = extension.live.idling
    seen = idling._measured
    return {
        "spent_seconds": idling.spent_seconds,
        "kernels": len(seen.kernels) if seen else 0,
        "terminals": len(seen.terminals) if seen else 0,
    }


async def _probe(state):
    loop = asyncio.get_running_loop()
    while True:
        began, worked = loop.time(), time.thread_time()
        await asyncio.sleep(PERIOD_SECONDS)
        delay, work = loop.time() - began - PERIOD_SECONDS, time.thread_time() - worked
        state["delays"].append((delay, work))
