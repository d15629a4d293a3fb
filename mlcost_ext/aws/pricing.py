"""AWS's price list service by botocore, from the region that answers for the one whose prices are wanted."""

from __future__ import annotations

import threading
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from mlcost_ext._version import __version__
from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.job import Problem

from .reader.clients import check_answer
from .reader.faults import fault_of, permission_missing

CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=1,
    user_agent_extra=f"mlcost-ext/{__version__}",
)
ACTION = "pricing:GetProducts"
PAGE = 100
"""Products in one answer at most."""
MOST_PRODUCTS = 10_000
"""In one answer, whatever AWS says."""
BAD_TOKEN = "price_list_token"  # noqa: S105 - an error's code
TOKEN_CODES = ("InvalidNextTokenException", "ExpiredNextTokenException")
DENIED_HINT = f"Ask whoever manages the role to allow {ACTION}; the prices known so far are used."
CREDENTIALS_HINT = "Sign in to AWS, or set a profile or keys, and refresh again; the prices that are here stay."
NETWORK_HINT = "Check the network or proxy; the prices known so far are used."

NEAREST = {"eu": "eu-central-1", "me": "eu-central-1", "af": "eu-central-1", "il": "eu-central-1", "ap": "ap-south-1"}
"""By the first part of a region's name; of all others it is `ELSEWHERE`."""
ELSEWHERE, CHINA = "us-east-1", "cn-northwest-1"
APART = ("us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""Regions of partitions that have no price list service; the prices of some are on the commercial list."""

LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "AmazonSageMaker": ({},),
    "AmazonEC2": (
        LINUX,
        {"productFamily": "Storage", "volumeApiName": "gp2"},
        {"productFamily": "Storage", "volumeApiName": "gp3"},
    ),
}
"""What is asked of each service, one after the other; the region comes on top."""


def pricing_region(region_id: str) -> str:
    """Give the region whose price list service answers for a region.

    Raises:
        RemoteError: There is none.
    """
    if region_id.startswith(APART):
        raise RemoteError(
            f"AWS's price list service answers for {region_id} only to accounts of the commercial partition.",
            "Fetch the offer file of the region with a commercial account, and refresh from that file.",
            code="region_not_offered",
        )
    first = region_id.partition("-")[0]
    return CHINA if first == "cn" else NEAREST.get(first, ELSEWHERE)


class Pricing:
    """AWS's price list a page at a time; see `PricingApi`. A call tries once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self.calls_total = 0
        """Requests sent since the start."""

    def pages(self, service_code: str, region_id: str, next_token: str | None) -> tuple[list[str], str | None]:
        """Give one page of a service's products in a region; the token says which query it belongs to.

        Raises:
            RemoteError: AWS refused, cannot be reached, or its answer is none.
        """
        queries = QUERIES.get(service_code)
        if queries is None:
            raise RemoteError(f"Prices of {service_code[:40]} are not read.", "Ask for AmazonSageMaker or AmazonEC2.")
        number, token = _place(next_token, len(queries))
        answer = self._get(service_code, region_id, queries[number], token)
        products, following = answer.get("PriceList"), answer.get("NextToken")
        if not isinstance(products, list) or len(products) > MOST_PRODUCTS or not all(isinstance(p, str) for p in products):
            raise RemoteError("AWS's answer to GetProducts has no price list.", "Try again later.")
        if isinstance(following, str) and following:
            return products, f"{number}:{following}"
        return products, f"{number + 1}:" if number + 1 < len(queries) else None

    def _get(self, service_code: str, region_id: str, query: dict[str, str], token: str) -> dict[str, Any]:
        wanted = {"regionCode": region_id, **query}
        params: dict[str, Any] = {
            "ServiceCode": service_code,
            "Filters": [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()],
            "FormatVersion": "aws_v1",
            "MaxResults": PAGE,
        }
        asked = pricing_region(region_id)
        try:
            answer = self._client(asked).get_products(**params, **({"NextToken": token} if token else {}))
        except Exception as error:  # noqa: BLE001 - credential providers are anybody's code
            raise self._refused(asked, error) from None
        return answer if isinstance(answer, dict) else {}

    def _client(self, region_id: str) -> Any:
        with self._lock:
            if region_id not in self._clients:
                session = botocore.session.Session()
                if session.get_credentials() is None:
                    raise NoCredentialsError
                client = session.create_client("pricing", region_name=region_id, config=CONFIG)
                client.meta.events.register("before-send.pricing", self._count)
                client.meta.events.register("after-call.pricing", check_answer)
                self._clients[region_id] = client
            return self._clients[region_id]

    def _count(self, **_: Any) -> None:
        self.calls_total += 1

    def _refused(self, asked: str, error: Exception) -> RemoteError:
        """Turn what was raised into words; after a fault of credentials the next call reads them anew."""
        problem = _problem(error)
        if problem.code.startswith("credentials_"):
            with self._lock:
                self._clients.pop(asked, None)
        return RemoteError(problem.message, problem.hint, code=problem.code)


def _problem(error: Exception) -> Problem:
    fault = fault_of(error, "GetProducts")
    problem = fault.problem
    if fault.aws_code in TOKEN_CODES:
        message = "AWS does not accept the place in its list any more."
        return Problem(code=BAD_TOKEN, message=message, hint="Begin with the first page.")
    if problem.code == "permission_missing":
        return Problem(code=problem.code, message=permission_missing((ACTION,)).message, hint=DENIED_HINT)
    if problem.code == "network_unreachable":
        return Problem(code=problem.code, message=problem.message, hint=NETWORK_HINT)
    if problem.code.startswith("credentials_"):
        return Problem(code=problem.code, message=problem.message, hint=CREDENTIALS_HINT)
    return problem


def _place(next_token: str | None, queries: int) -> tuple[int, str]:
    """Give the query that a token belongs to, and AWS's own token within it; empty: its first page."""
    if next_token is None:
        return 0, ""
    number, _, token = next_token.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 3 and int(number) < queries):
        raise RemoteError("The place in AWS's price list is none.", "Begin with the first page.", code=BAD_TOKEN)
    return int(number), token
