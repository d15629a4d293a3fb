"""A small server on this machine that speaks AWSPriceListService's protocol, for whoever needs AWS's price list without AWS."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TARGET = "AWSPriceListService.GetProducts"
CONTENT = "application/x-amz-json-1.1"


@dataclass
class Plan:
    """What is served, and how badly."""

    entries: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By service code and region: products as JSON each."""
    page: int = 100
    throttles: int = 0
    """So many calls that come next are answered with a ThrottlingException."""
    fails: int = 0
    """So many with a status of 500."""
    denies: bool = False
    cuts: int = 0
    """So many answers that come next end in the middle."""
    repeats_token: bool = False
    rejects_tokens: bool = False
    garbles: bytes | None = None
    """Answered in place of everything."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The requests, in their order."""
    headers: list[dict[str, str]] = field(default_factory=list)


class PricingServer(ThreadingHTTPServer):
    """Serve a plan."""

    daemon_threads = True

    def __init__(self, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan = plan
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Give what AWS_ENDPOINT_URL is to be set to."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(plan: Plan) -> Iterator[PricingServer]:
    """Serve for as long as the block lasts."""
    with PricingServer(plan) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def matching(entries: list[str], filters: list[dict[str, str]]) -> list[str]:
    """Give the products that all filters match."""

    def is_wanted(entry: str) -> bool:
        product = json.loads(entry)["product"]
        values = {**product["attributes"], "productFamily": product["productFamily"]}
        return all(values.get(f["Field"]) == f["Value"] for f in filters)

    return [entry for entry in entries if is_wanted(entry)]


def answer(plan: Plan, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Give status and answer of one request."""
    plan.asked.append(asked)
    if plan.denies:
        return 400, error("AccessDeniedException", "User: x is not authorized to perform: pricing:GetProducts")
    if plan.throttles:
        plan.throttles -= 1
        return 400, error("ThrottlingException", "Rate exceeded")
    if plan.fails:
        plan.fails -= 1
        return 500, error("InternalErrorException", "An error on the server occurred")
    token = asked.get("NextToken")
    if token and (plan.rejects_tokens or not token.startswith("page-")):
        plan.rejects_tokens = False
        return 400, error("ExpiredNextTokenException", "The pagination token expired")
    filters = asked.get("Filters", [])
    region = next((f["Value"] for f in filters if f["Field"] == "regionCode"), "")
    found = plan.entries.get((asked["ServiceCode"], region), [])
    if asked["ServiceCode"] == "AmazonEC2":
        found = matching(found, filters)
    start = int(token.removeprefix("page-")) if token else 0
    size = min(plan.page, asked.get("MaxResults", 100))
    document: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": found[start : start + size]}
    if start + size < len(found):
        document["NextToken"] = "page-0" if plan.repeats_token else f"page-{start + size}"
    return 200, document


def error(code: str, message: str) -> dict[str, Any]:
    """Give AWS's form of a refusal."""
    return {"__type": code, "message": message}


class Handler(BaseHTTPRequestHandler):
    """Answer one request."""

    server: PricingServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        plan = self.server.plan
        with self.server.lock:
            plan.headers.append(dict(self.headers))
            assert self.headers.get("X-Amz-Target") == TARGET
            status, document = answer(plan, json.loads(raw))
            body = plan.garbles if plan.garbles is not None else json.dumps(document).encode()
            is_cut = status == 200 and plan.cuts > 0
            plan.cuts -= is_cut
        self.send_response(status)
        self.send_header("Content-Type", CONTENT)
        self.send_header("x-amzn-RequestId", "00000000-0000-0000-0000-000000000000")
        self.send_header("Content-Length", str(len(body) // 2 if is_cut else len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""
