"""Serve generated price lists as AWS's price list service does, until standard input ends."""

from __future__ import annotations

import sys

from tests.prices.price_list.pricing_server import Plan, serving
from tools.make_price_list import entries, make

SERVICES = ("AmazonSageMaker", "AmazonEC2")


def main(count: int, regions: list[str]) -> None:
    """Make the lists, say where they are served, and wait."""
    lists = {region: make(region, count) for region in regions}
    plan = Plan(entries={(service, region): entries(lists[region], service) for region in regions for service in SERVICES})
    with serving(plan) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
