"""Write price lists in AWS's shape for tests and benchmarks, with the oddities that are known of, and the truth beside them.

Usage: python tools/make_price_list.py FOLDER [--region us-east-1] [--count 30000] [--seed 1] [--form pages|json|csv]

The prices are made up. FORMAT.truth.json holds those that must be found, by component, purchase option and type.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

PUBLISHED = "2026-11-20T18:55:03Z"
SINCE, EARLIER, LATER = "2026-11-01T00:00:00Z", "2024-01-01T00:00:00Z", "2027-03-01T00:00:00Z"
TERM, RATE = "JRTCKXETXF", "6YS6EN2CT7"
PREFIXES = {"us-east-1": "USE1", "eu-west-1": "EU", "eu-west-3": "EUW3", "ap-south-1": "APS3", "cn-north-1": "CNN1"}
LOCATIONS = {"us-east-1": "US East (N. Virginia)", "eu-west-1": "EU (Ireland)", "cn-north-1": "China (Beijing)"}
SIZES = ("medium", "large", "xlarge", *(f"{n}xlarge" for n in (2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32, 48, 96)), "metal-24xl")
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

Document = dict[str, Any]
Truth = dict[str, list[str]]
"""``component|option|type`` → amount, unit."""


@dataclass(frozen=True)
class Sold:
    """How one component is spelt."""

    component: str
    usage: str
    plato: str
    suffix: str = ""
    option: str = "OnDemand"
    words: str = "per {plato} {type} hour"


SOLD = (
    Sold("Training", "Train:", "Training", words="for Training job {type} per hour"),
    Sold("SpotTraining", "TrSpt:", "SpotTraining", option="Spot"),
    Sold("WarmPool", "TrainWarmPool:", "TrainingWarmPool"),
    Sold("Processing", "Processing:", "Processing", "-Processing"),
    Sold("BatchTransform", "Tsform:", "BatchTransform", "-BatchTransform"),
    Sold("Hosting", "Host:", "Hosting", "-Hosting", words="for Endpoint {type}"),
    Sold("AsyncInf", "AsyncInf:", "AsyncInf", "-AsyncInf"),
    Sold("Notebook", "Notebk:", "Notebook", "-Notebook"),
    Sold("Studio-Notebook", "Studio:KernelGateway-", "Studio-Notebook", "-Notebook"),
    Sold("Studio-JupyterLab", "Studio:JupyterLab-", "Studio-JupyterLab"),
    Sold("Studio-CodeEditor", "Studio:CodeEditor-", "studio-codeeditor"),
    Sold("RStudio", "RStudio:RSession-", "RStudio:RSession"),
    Sold("TensorBoard", "TensorBoard:", "TensorBoard"),
    Sold("DataWrangler", "Studio_DW:KernelGateway-", "Studio"),
    Sold("Cluster", "Cluster:", "Cluster", "-Cluster"),
    Sold("Cluster", "ReservedCluster:", "Cluster-Reserved", option="Reserved"),
    Sold("TrainingPlan", "TrainingPlan:", "TrainingPlan", option="TrainingPlan"),
)
NOT_SOLD = (
    Sold("", "RStudio:RServer-", "RStudio:RServer"),
    Sold("", "RStudio:RSessionGateway-", "RStudio:RSessionGateway"),
    Sold("", "Processing_DW:", "Processing_DW"),
    Sold("", "Processing_Geo:", "Processing_Geo"),
    Sold("", "Quantum:", "Quantum"),
    Sold("", "Train:", "Training-FreeTier"),
    Sold("", "Train:", "Hosting"),
)
CALLED = {
    "Notebk:": ("Studio-Notebook",), "Studio:KernelGateway-": ("Notebook", "Studio"), "Studio:JupyterLab-": ("Studio",),
    "Studio:CodeEditor-": ("Studio-JupyterLab", "Studio"), "TrSpt:": ("Training",), "TrainWarmPool:": ("Training",),
    "AsyncInf:": ("Hosting",), "RStudio:RSession-": ("RStudio:RServer",), "ReservedCluster:": ("Cluster",),
}  # fmt: skip
"""What ``platoinstancetype`` may say instead, by usage type: the words of a family stand for each other."""
NOTHING = ("NA", "N/A", "n/a", "Na", "")
STORAGE = {
    "Host": "Hosting", "Train": "Training", "Notebk": "Notebook", "Processing": "Processing", "Studio": "Studio-JupyterLab",
}  # fmt: skip


@dataclass
class PriceList:
    """The products of one region, and the prices that must be found among them."""

    region: str
    seed: int = 1
    documents: list[Document] = field(default_factory=list)
    truth: Truth = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"{self.region} {self.seed}")
        self.prefix = PREFIXES.get(self.region, "") + "-"
        self.currency = "CNY" if self.region.startswith("cn-") else "USD"

    def sku(self) -> str:
        return "".join(self.rng.choices(LETTERS, k=16))

    def amount(self) -> str:
        return f"{self.rng.randint(1, 40):d}.{self.rng.randint(1, 9999):04d}000000"

    def add(self, attributes: dict[str, str], amount: str, unit: str = "Hrs", **changes: Any) -> Document:
        """Add one product; `changes`: family, service, since, terms, begins, ends, words."""
        sku, service = self.sku(), changes.get("service", "AmazonSageMaker")
        given = {
            "location": LOCATIONS.get(self.region, self.region),
            "locationType": "AWS Region",
            "regionCode": self.region,
            "servicecode": service,
            "servicename": "Amazon SageMaker" if service == "AmazonSageMaker" else "Amazon Elastic Compute Cloud",
        } | attributes
        dimension = self.dimension(sku, amount, unit, **changes)
        document = {
            "product": {"productFamily": changes.get("family", "ML Instance"), "attributes": given, "sku": sku},
            "serviceCode": service,
            "terms": {"OnDemand": {f"{sku}.{TERM}": self.term(sku, [dimension], changes.get("since", SINCE))}},
            "version": "20261120185503",
            "publicationDate": PUBLISHED,
        }
        self.documents.append(document)
        return document

    def dimension(self, sku: str, amount: str, unit: str, rate: str = RATE, **changes: Any) -> Document:
        return {
            "unit": unit,
            "beginRange": changes.get("begins", "0"),
            "endRange": changes.get("ends", "Inf"),
            "description": changes.get("words", f"${amount} per {unit}"),
            "appliesTo": [],
            "rateCode": f"{sku}.{TERM}.{rate}",
            "pricePerUnit": {self.currency: amount},
        }

    def term(self, sku: str, dimensions: list[Document], since: str, code: str = TERM) -> Document:
        by_rate = {dimension["rateCode"]: dimension for dimension in dimensions}
        return {"priceDimensions": by_rate, "sku": sku, "effectiveDate": since, "offerTermCode": code, "termAttributes": {}}

    def instance(self, sold: Sold, instance_type: str, amount: str, **changes: Any) -> Document:
        """Add an instance hour; some of the attributes are missing or say nothing, as AWS's are."""
        attributes = {
            "usagetype": f"{self.prefix}{sold.usage}{instance_type}",
            "operation": changes.get("operation", "RunInstance"),
            "platoinstancetype": sold.plato,
            "platoinstancename": self.rng.choice((*[instance_type.split(".")[1]] * 4, instance_type)),
            "instanceName": instance_type,
            "instanceType": self.rng.choice((instance_type, instance_type + sold.suffix, instance_type + sold.suffix.lower())),
            "component": sold.plato,
            "vCpu": self.rng.choice(("4", "N/A")),
            "gpuMemory": self.rng.choice(("N/A", "320 HBM", "NA")),
            "memory": "16 GiB",
            "computeType": "Standard Instances",
            "currentGeneration": "Yes",
        }
        for name in ("computeType", "currentGeneration", "instanceName", "platoinstancename", "component"):
            if self.rng.random() < 0.2:
                del attributes[name]
        if self.rng.random() < 0.1:
            attributes["instanceType"] = self.rng.choice(NOTHING)
        if self.rng.random() < 0.1 and "component" in attributes:
            attributes["component"] = self.rng.choice(("ML Instance", *NOTHING))
        words = (
            f"${amount} {sold.words.format(plato=sold.plato, type=instance_type)} in {LOCATIONS.get(self.region, self.region)}"
        )
        return self.add(attributes, amount, words=words, **changes)

    def expect(self, component: str, option: str, instance_type: str, amount: str, unit: str = "Hours") -> None:
        self.truth[f"{component}|{option}|{instance_type}"] = [format(Decimal(amount).normalize(), "f"), unit]

    def sell(self, sold: Sold, instance_type: str) -> None:
        """Add a price that must be found, in one of the ways in which AWS may write it; or two that cancel each other."""
        if self.rng.random() < 0.1:
            sold = replace(sold, plato=self.rng.choice(CALLED.get(sold.usage, (sold.plato,))))
        amount, roll = self.amount(), self.rng.random()
        document = self.instance(sold, instance_type, amount)
        if roll < 0.02:
            others: Document = {} if roll < 0.01 else {"since": EARLIER}
            other = sold if roll < 0.01 else replace(sold, plato="")
            self.instance(other, instance_type, f"{amount[:-6]}500000", **others)
            return
        self.vary(document, sold, instance_type, amount, roll)
        self.expect(sold.component, sold.option, instance_type, amount)

    def vary(self, document: Document, sold: Sold, instance_type: str, amount: str, roll: float) -> None:
        """Add something to a product that does not change its price."""
        terms, sku = document["terms"], document["product"]["sku"]
        if roll < 0.05:
            self.instance(sold, instance_type, amount)
        elif roll < 0.08:
            self.instance(sold, instance_type, self.amount(), since=EARLIER)
        elif roll < 0.10:
            later = self.term(sku, [self.dimension(sku, self.amount(), "Hrs")], LATER, "NEXTYEARXX")
            terms["OnDemand"][f"{sku}.NEXTYEARXX"] = later
        elif roll < 0.13:
            terms["Reserved"] = {f"{sku}.4NA7Y494T4": self.term(sku, [self.dimension(sku, "0.1", "Hrs")], SINCE, "4NA7Y494T4")}
        elif roll < 0.14:
            self.instance(sold, instance_type, self.amount(), operation="RunInstance:Spare")

    def spoil(self, sold: Sold, instance_type: str) -> None:
        """Add a product that must give no price."""
        document = self.instance(self.rng.choice(NOT_SOLD), instance_type, self.amount())
        document = self.instance(sold, f"{instance_type[:-1]}q", self.amount())
        attributes, terms = document["product"]["attributes"], document["terms"]
        sku, dimensions = document["product"]["sku"], next(iter(terms["OnDemand"].values()))["priceDimensions"]
        only = next(iter(dimensions.values()))
        spoilers: tuple[Callable[[], Any], ...] = (
            lambda: only["pricePerUnit"].update({self.currency: "0.0000000000"}),
            lambda: only.update(unit="Lunar-Hrs"),
            lambda: only.update(beginRange="100"),
            lambda: only.update(pricePerUnit={"EUR": "1.0"}),
            lambda: dimensions.update(more=self.dimension(sku, "0.0500000000", "Hrs", "TIERTWOXXX", begins="100")),
            lambda: [attributes.pop(name) for name in ("usagetype", "platoinstancetype")],
            lambda: attributes.update(operation="CreateVolume-Gp2"),
            lambda: attributes.update(platoinstancename="q9"),
            lambda: attributes.pop("regionCode"),
            lambda: attributes.update(regionCode="sa-east-1"),
            lambda: attributes.update(usagetype=f"SAE1-{sold.usage}{instance_type}q"),
            lambda: attributes.update(instanceName="ml.other.large"),
            lambda: attributes.update(instanceType=f"{instance_type[:-1]}q-Canvas"),
            lambda: terms.update(Reserved=terms.pop("OnDemand")),
            lambda: terms["OnDemand"].update({k: {**v, "effectiveDate": LATER} for k, v in terms["OnDemand"].items()}),
        )
        self.rng.choice(spoilers)()

    def add_the_rest(self) -> None:
        """Add volumes, data, and serverless memory."""
        for word, component in STORAGE.items():
            volume, amount = "gp3" if word == "Studio" else "gp2", f"0.{self.rng.randint(1, 99):02d}00000000"
            attributes = {
                "usagetype": f"{self.prefix}{word}:VolumeUsage.{volume}",
                "operation": "CreateVolume-Gp2",
                "platoclassificationtype": f"{word}:VolumeUsage",
                "volumeType": f"General Purpose-{component}" if word == "Host" else "General Purpose",
            }
            self.add(attributes, amount, "GB-Mo", family="Storage")
            self.expect(f"Storage-{component}", "OnDemand", "", amount, "GB-Mo")
        for way in ("In", "Out"):
            attributes = {"usagetype": f"{self.prefix}Hst:Data-Bytes-{way}", "group": f"Hosting:{way.upper()}"}
            self.add(attributes, "0.0160000000", "GB", family="ML Data")
        self.expect("Data-Hosting", "OnDemand", "", "0.016", "GB")
        ready = {"group": "ServerlessProvisionedConcurrency-Usage"}
        for gb in range(1, 7):
            memory = {"usagetype": f"{self.prefix}ServerlessInf:Mem-{gb}GB"}
            self.add(memory, f"{Decimal('0.00002') * gb:.10f}", "seconds", family="ML Serverless")
            kept = {"usagetype": f"{self.prefix}ServerlessInf-ProvisionedConcurrency:Usage-{gb}GB"}
            self.add(kept | ready, f"{Decimal('0.000005') * gb:.10f}", "seconds", family="ML Serverless")
        self.expect("Serverless", "OnDemand", "", "0.00002", "GB-Seconds")
        self.expect("Serverless", "Provisioned", "", "0.000005", "GB-Seconds")

    def add_ec2(self, types: list[str]) -> None:
        """Add EC2's instance hours, those of other systems among them, and volumes."""
        for name in types:
            amount = self.amount()
            for system, words in (("Linux", "RunInstances"), ("Windows", "RunInstances:0002")):
                self.add(
                    {
                        "usagetype": f"{self.prefix}BoxUsage:{name}",
                        "operation": words,
                        "instanceType": name,
                        "operatingSystem": system,
                        "tenancy": "Shared",
                        "preInstalledSw": "NA",
                        "capacitystatus": "Used",
                    },
                    amount if system == "Linux" else self.amount(),
                    family="Compute Instance",
                    service="AmazonEC2",
                )
            self.expect("EC2", "OnDemand", name, amount)
        for volume in ("gp2", "gp3"):
            attributes = {"usagetype": f"{self.prefix}EBS:VolumeUsage.{volume}", "volumeApiName": volume}
            self.add(attributes, "0.0800000000", "GB-Mo", family="Storage", service="AmazonEC2")
            self.expect("EBS", "OnDemand", volume, "0.08", "GB-Mo")


def instance_types() -> Iterator[str]:
    """Give made-up names of types without their ``ml.``, as many as are wanted."""
    for number in range(1, 1000):
        for letters in ("m", "c", "r", "g", "p"):
            yield from (f"{letters}{number}{'dn' if number % 3 == 0 else ''}.{size}" for size in SIZES)


def make(region: str, count: int = 30_000, seed: int = 1, ec2: int = 500) -> PriceList:
    """Make a region's list of about `count` products of SageMaker and of `ec2` types of EC2."""
    made = PriceList(region, seed)
    made.add_the_rest()
    for name in instance_types():
        for sold in SOLD:
            if len(made.documents) >= count:
                break
            if made.rng.random() < 0.8:
                made.sell(sold, f"ml.{name}")
            if made.rng.random() < 0.15:
                made.spoil(sold, f"ml.{name}")
        if len(made.documents) >= count:
            break
    made.add_ec2([name for name, _ in zip(instance_types(), range(ec2), strict=False)])
    return made


def entries(made: PriceList, service: str) -> list[str]:
    """Give the products of one service as GetProducts does: JSON each."""
    return [json.dumps(document, separators=(",", ":")) for document in made.documents if document["serviceCode"] == service]


def write_json(made: PriceList, service: str, file: TextIO) -> None:
    """Write an offer file: all products, then all terms."""
    chosen = [document for document in made.documents if document["serviceCode"] == service]
    terms: dict[str, dict[str, Any]] = {"OnDemand": {}, "Reserved": {}}
    for document in chosen:
        for kind, found in document["terms"].items():
            terms[kind][document["product"]["sku"]] = found
    head = {"formatVersion": "v1.0", "disclaimer": "Made up.", "offerCode": service, "version": "1", "publicationDate": PUBLISHED}
    products = {document["product"]["sku"]: document["product"] for document in chosen}
    json.dump({**head, "products": products, "terms": terms, "attributesList": {}}, file, indent=2)
    file.write("\n")


COLUMNS = {
    "Product Family": "", "serviceCode": "servicecode",
    "Location": "location", "Location Type": "locationType",
    "Instance Type": "instanceType", "Region Code": "regionCode",
    "Instance Name": "instanceName", "usageType": "usagetype",
    "operation": "operation", "Operating System": "operatingSystem",
    "Tenancy": "tenancy", "Pre Installed S/W": "preInstalledSw",
    "CapacityStatus": "capacitystatus", "Component": "component",
    "Group": "group", "PlatoInstanceType": "platoinstancetype",
    "PlatoInstanceName": "platoinstancename", "PlatoClassificationType": "platoclassificationtype",
    "Volume API Name": "volumeApiName", "Volume Type": "volumeType",
}  # fmt: skip
TERM_COLUMNS = (
    *("SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate"),
    *("StartingRange", "EndingRange"),
)


def write_csv(made: PriceList, service: str, file: TextIO) -> None:
    """Write an offer file as lines, most of them without an instance type."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["FormatVersion", "v1.0"], ["Disclaimer", "Made up."], ["Publication Date", PUBLISHED], ["Version", "1"]])
    writer.writerow(["OfferCode", service])
    writer.writerow([*TERM_COLUMNS, "Unit", "PricePerUnit", "Currency", *COLUMNS])
    for document in made.documents:
        if document["serviceCode"] == service:
            writer.writerows(_csv_rows(document))


def _csv_rows(document: Document) -> Iterator[list[str]]:
    product = document["product"]
    values = [product["attributes"].get(name, "") if name else product["productFamily"] for name in COLUMNS.values()]
    for kind, terms in document["terms"].items():
        for term in terms.values():
            for each in term["priceDimensions"].values():
                currency, amount = next(iter(each["pricePerUnit"].items()))
                head = [
                    product["sku"],
                    term["offerTermCode"],
                    each["rateCode"],
                    kind,
                    each["description"],
                    term["effectiveDate"][:10],
                ]
                yield [*head, each["beginRange"], each["endRange"], each["unit"], amount, currency, *values]


def main() -> None:
    parser = argparse.ArgumentParser(description="Write price lists in AWS's shape, made up, with the truth beside.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--region", default="us-east-1", choices=sorted(PREFIXES))
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", default="json", choices=("pages", "json", "csv"))
    options = parser.parse_args()
    made = make(options.region, options.count, options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    for service in ("AmazonSageMaker", "AmazonEC2"):
        name = options.folder / f"{service}-{options.region}"
        if options.form == "pages":
            found = {"FormatVersion": "aws_v1", "PriceList": entries(made, service)}
            name.with_suffix(".pages.json").write_text(json.dumps(found), encoding="utf-8")
            continue
        with name.with_suffix(f".{options.form}").open("w", encoding="utf-8", newline="") as file:
            (write_json if options.form == "json" else write_csv)(made, service, file)
    truth = options.folder / f"{options.region}.truth.json"
    truth.write_text(json.dumps(made.truth, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(made.documents)} products, {len(made.truth)} prices")


if __name__ == "__main__":
    main()
