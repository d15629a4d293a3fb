"""Change products, pages and files at random: nothing crashes, and no price is invented.

Usage: python -m tests.prices.price_list.fuzz [--count 200000] [--seed 1]
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlcost_ext.prices.price_list import Collector, Offer, PriceListError, ServiceList, Skipped, offer_of_text
from mlcost_ext.prices.price_list.offer_csv import OfferCsv
from mlcost_ext.prices.price_list.offer_json import OfferJson
from mlcost_ext.prices.price_list.region_list import from_document, to_document, with_service
from tools.make_price_list import PriceList, entries, make, write_csv, write_json

from .lists import TODAY
from .oracle import complaint

REAL = Path(__file__).with_name("real_products.json")
"""Two products as AWS has answered in 2020."""
FACTS = ServiceList(source="file", publication_date=None, as_of="2026-11-23", read_at="2026-11-23T14:00:00Z")
JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**40, "", " ", "NA", "N/A", "0", "Inf", "NaN", "-1", "1e5", "1E-7", "0.0", "Infinity", "٣.١",
    "Free", "USD", "CNY", "Hrs", "seconds", "GB-Mo", "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "ml.m5.xlarge",
    "USE1-Train:ml.m5.xlarge", "EU-Host:ml.m5.xlarge", "Hosting", "Training", "us-east-1", "eu-west-1", "cn-north-1",
    [], {}, [[]], {"": {}}, {"USD": "1"}, ["x"], "x" * 300, "\0", "\ud800", "<script>", "../../etc",
)  # fmt: skip
TEXTS = ("", "{", "}", "[", "]", '"', ",", ":", "\\", "\n", "0", "null", "\0", "é", "9" * 50, "[" * 50, '""', "NaN", "-")


class Fuzz:
    """A run from one seed, and what came of it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        made = [make(region, 900, seed, 20) for region in ("us-east-1", "cn-north-1")]
        self.entries = [entry for each in made for name in ("AmazonSageMaker", "AmazonEC2") for entry in entries(each, name)]
        self.real: list[str] = json.loads(REAL.read_text(encoding="utf-8"))
        self.files = [file_of(make("us-east-1", 60, seed, 5), write) for write in (write_json, write_csv)]
        self.seen: Counter[str] = Counter()

    def run(self, count: int) -> Counter[str]:
        """Make so many changed inputs; one in fifty is a whole file.

        Raises:
            AssertionError: A price that the input does not bear out.
        """
        for number in range(count):
            if number % 50 == 0:
                self.try_file()
            elif number % 10 == 0:
                self.try_text()
            else:
                self.try_document()
        return self.seen

    def try_document(self) -> None:
        """Change members of a product."""
        source = self.real if self.rng.random() < 0.1 else self.entries
        document = json.loads(self.rng.choice(source))
        other = json.loads(self.rng.choice(self.entries))
        for _ in range(self.rng.randint(0, 3)):
            self.change(document, other)
        self.check(json.dumps(document))

    def try_text(self) -> None:
        """Change the text of a product."""
        self.check(self.spoilt(self.rng.choice(self.entries)))

    def try_file(self) -> None:
        """Change the text of an offer file."""
        text = self.spoilt(self.rng.choice(self.files))
        offers = (OfferCsv if self.rng.random() < 0.5 else OfferJson)(io.StringIO(text, newline=""), TODAY)
        collectors: dict[str, Collector] = {}
        try:
            for found in offers:
                self.note(found, "file")
                if isinstance(found, Offer):
                    assert found.sku in text, found
                    collectors.setdefault(found.region_id, Collector(found.region_id)).add(found)
        except PriceListError:
            self.seen["file refused"] += 1
        for collector in collectors.values():
            collector.offers()
            assert Collector.from_document(collector.region_id, collector.to_document()).offers() == collector.offers()
            found_here = with_service(None, collector.region_id, "USD", "AmazonSageMaker", FACTS, collector.offers())
            assert from_document(json.loads(json.dumps(to_document(found_here)))) == found_here

    def change(self, document: Any, other: Any) -> None:
        """Change one member somewhere within a document."""
        held, key = self.member(document)
        if held is None:
            return
        roll = self.rng.random()
        if roll < 0.4:
            held[key] = copy.deepcopy(self.rng.choice(JUNK))
        elif roll < 0.6:
            del held[key]
        elif roll < 0.8 and isinstance(held[key], str) and held[key]:
            at = self.rng.randrange(len(held[key]))
            held[key] = held[key][:at] + self.rng.choice((*TEXTS, "x", "-", ".", "l")) + held[key][at + self.rng.randint(0, 1) :]
        else:
            strange, name = self.member(other)
            if strange is not None:
                held[key] = copy.deepcopy(strange[name])

    def member(self, document: Any) -> tuple[Any, Any]:
        """Choose a place in a document, the deeper ones as often as the others."""
        held: Any = None
        key: Any = None
        here = document
        while isinstance(here, (dict, list)) and here:
            held, key = here, self.rng.choice(list(here) if isinstance(here, dict) else range(len(here)))
            if self.rng.random() < 0.15:
                break
            here = held[key]
        return held, key

    def spoilt(self, text: str) -> str:
        """Cut a text, or put something into it."""
        for _ in range(self.rng.randint(1, 3)):
            at, end = sorted((self.rng.randrange(len(text) + 1), self.rng.randrange(len(text) + 1)))
            roll = self.rng.random()
            if roll < 0.2:
                text = text[:end]
            elif roll < 0.4:
                text = text[:at] + text[at + self.rng.randint(1, 40) :]
            else:
                text = text[:at] + self.rng.choice(TEXTS) + text[at:]
        return text

    def check(self, text: str) -> None:
        """Read one entry, and compare what comes of it with the entry."""
        found, _ = offer_of_text(text, TODAY)
        self.note(found, "entry")
        if isinstance(found, Offer) and (wrong := complaint(json.loads(text), found, TODAY)):
            raise AssertionError(f"{wrong}: {found} of {text}")

    def note(self, found: Offer | Skipped, kind: str) -> None:
        """Count what came, and make sure that it is one of the two."""
        self.seen[f"{kind} {'found' if isinstance(found, Offer) else found.reason}"] += 1


def file_of(made: PriceList, write: Callable[[PriceList, str, Any], None]) -> str:
    """Give a made list as an offer file."""
    file = io.StringIO()
    write(made, "AmazonSageMaker", file)
    return file.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description="Change price lists at random and look for crashes and invented prices.")
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    for what, times in sorted(Fuzz(options.seed).run(options.count).items()):
        print(f"{times:8} {what}")
    print(f"{options.count} inputs in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
