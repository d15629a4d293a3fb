"""``mlcost prices``: refreshing, what there is, what has changed; against a server that speaks the price list's protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.prices.price_list import SAGEMAKER
from tests.prices.price_list.lists import entries, made
from tests.prices.price_list.pricing_server import Plan, serving
from tools.make_price_list import write_csv, write_json

REGION = "us-east-1"
EC2 = "AmazonEC2"


@pytest.fixture
def plan():
    """A small list of one region."""
    found = made()
    return Plan(entries={(service, REGION): entries(found, service) for service in (SAGEMAKER, EC2)})


@pytest.fixture
def aws(plan, monkeypatch):
    """AWS's price list service, and credentials to ask it with."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-key")
    monkeypatch.setenv("AWS_REGION", REGION)
    with serving(plan) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", server.url)
        yield plan


@pytest.fixture
def own(mlcost):
    """MLCOST_HOME."""
    folder = mlcost_home()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def truth(component="Training"):
    """Give the amount of each type of one component on the list."""
    found = {}
    for key, (amount, _) in made().truth.items():
        name, option, kind = key.split("|")
        if name == component and option == "OnDemand":
            found[kind] = amount
    return found


def changed(plan, kind, amount):
    """Let AWS list another price for training on a type."""
    usage = f"Train:{kind}"

    def other(text):
        document = json.loads(text)
        if not document.get("product", {}).get("attributes", {}).get("usagetype", "").endswith(usage):
            return text
        for term in document["terms"]["OnDemand"].values():
            for dimension in term["priceDimensions"].values():
                dimension["pricePerUnit"] = {"USD": amount}
        return json.dumps(document)

    plan.entries[SAGEMAKER, REGION] = [other(text) for text in plan.entries[SAGEMAKER, REGION]]


def test_a_refresh_brings_aws_own_prices(mlcost, aws):
    """Then a price says where it is from, and the state says how old it is."""
    ran = mlcost("--json", "prices", "refresh")
    assert (ran.status, ran.document["state"]) == (0, "done")
    (region,) = ran.document["regions"]
    assert (region["refreshed"], region["problems"]) == ([SAGEMAKER, EC2], [])
    assert region["prices"]["Training"] == len(truth())
    kind, amount = next(iter(truth().items()))
    (price,) = mlcost("--json", "price", kind, "--component", "Training").document
    assert (float(price["list_unit_price"]), price["price_source"], price["price_basis"]) == (
        float(amount),
        "aws-price-list",
        "observed",
    )
    state = mlcost("--json", "prices", "status").document
    assert [found["region_id"] for found in state["aws_price_lists"]] == [REGION]
    (training,) = [found for found in state["coverage"] if found["component"] == "Training"]
    assert (training["prices"], training["by_basis"]) == (len(truth()), {"observed": len(truth())})
    out = mlcost("prices", "status").out
    assert "AWS price list     us-east-1: AmazonEC2 as of" in out
    assert "from GetProducts" in out


def test_what_has_changed_is_told_with_what_runs_at_it(mlcost, aws):
    """The second list against the first: the price, by how much, and the job."""
    mlcost("prices", "refresh")
    assert mlcost("prices", "diff").out == "us-east-1: no price differs.\n" or mlcost("prices", "diff").status == 0
    kind, before = next(iter(truth().items()))
    changed(aws, kind, "9.9990000000")
    assert "1 changed" in mlcost("prices", "refresh").out
    (change,) = mlcost("--json", "prices", "diff").document
    assert (change["component"], change["instance_type"]) == ("Training", kind)
    assert (float(change["old"]["list_unit_price"]), change["new"]["list_unit_price"]) == (float(before), "9.999")
    assert change["new"]["price_source"] == "aws-price-list"
    assert float(change["percent"]) == pytest.approx((9.999 / float(before) - 1) * 100, abs=0.01)
    assert kind in mlcost("prices", "diff").out


def test_against_what_is_shipped(mlcost, aws):
    """--from shipped compares AWS's list with the snapshot; --to shipped gives nothing where both are that."""
    mlcost("prices", "refresh")
    assert len(mlcost("--json", "prices", "diff", "--from", "shipped").document) > 10
    assert mlcost("--json", "prices", "diff", "--from", "shipped", "--to", "shipped").document == []


def test_what_is_refused_leaves_the_prices_as_they_are(mlcost, aws):
    """Status 3, the permission by its name; what is shipped goes on to be used."""
    aws.denies = True
    ran = mlcost("--json", "prices", "refresh")
    (problem,) = ran.document["regions"][0]["problems"]
    assert (ran.status, problem["code"]) == (3, "permission_missing")
    assert "pricing:GetProducts" in problem["message"]
    assert mlcost("--json", "price", "ml.g5.xlarge", "--component", "Training").document[0]["price_source"] == "shipped-snapshot"
    assert mlcost("prices", "refresh").out.startswith("us-east-1: nothing was replaced.\n  permission_missing: ")


def test_a_refusal_is_not_repeated_where_it_is_not_due(mlcost, aws, monkeypatch):
    """--if-due asks nothing after a refusal, and nothing within a day; it works at a low priority."""
    lowered = []
    monkeypatch.setattr("os.nice", lowered.append)  # else what is tested after it would stay at that priority
    aws.denies = True
    mlcost("prices", "refresh")
    asked = len(aws.asked)
    assert mlcost("prices", "refresh", "--if-due").out.startswith("Nothing to do")
    aws.denies = False
    mlcost("prices", "refresh")
    again = len(aws.asked)
    assert again > asked
    mlcost("prices", "refresh", "--if-due")
    assert len(aws.asked) == again
    assert [priority > 0 for priority in lowered] == [True, True]


@pytest.mark.parametrize("write", [write_json, write_csv])
def test_from_aws_offer_files(mlcost, tmp_path, write):
    """Without any network: AWS's own files."""
    path = tmp_path / ("offer.json" if write is write_json else "offer.csv")
    with path.open("w", newline="") as file:
        write(made(), SAGEMAKER, file)
    ran = mlcost("--json", "prices", "refresh", "--from", str(path))
    assert ran.status == 0
    kind, amount = next(iter(truth().items()))
    (price,) = mlcost("--json", "price", kind, "--component", "Training", "--region", REGION).document
    assert float(price["list_unit_price"]) == float(amount)


@pytest.mark.parametrize("text", ["", "not a price list", "{}", '{"products": {}}'])
def test_a_file_that_is_none(mlcost, tmp_path, text):
    """Is told in one sentence with what to do; status 1."""
    path = tmp_path / "offer.json"
    path.write_text(text)
    ran = mlcost("--json", "prices", "refresh", "--from", str(path))
    assert ran.status == 1
    (problem,) = ran.document["problems"]
    assert problem["subject"] == "offer.json"
    assert mlcost("prices", "refresh", "--from", str(path)).out.startswith("  price_list_unusable: offer.json: ")


def test_a_file_that_is_not_there(mlcost, tmp_path):
    """No traceback."""
    ran = mlcost("prices", "refresh", "--from", str(tmp_path / "nothing.json"))
    assert ran.status == 1
    assert "nothing.json" in ran.out


def test_rates_beside_the_list_price(mlcost, own):
    """Twelve percent off: both prices side by side, each with its source."""
    (own / "rates.yaml").write_text("- {percent_off: 12, from: 2026-01-01}\n")
    (price,) = mlcost("--json", "price", "ml.g5.xlarge", "--component", "Training", "--region", REGION).document
    assert (price["list_unit_price"], price["contracted_unit_price"]) == ("1.408", "1.23904")
    assert (price["price_basis"], price["price_source"], price["list_price"]["price_source"]) == (
        "contracted",
        "contracted-rates",
        "shipped-snapshot",
    )
    out = mlcost("price", "ml.g5.xlarge", "--component", "Training", "--region", REGION).out
    assert "USD 1.408" in out
    assert "USD 1.23904" in out
    assert "12 % off the list price" in out
    state = mlcost("--json", "prices", "status", "--region", REGION).document
    assert state["contracted_rates"] == {"rates": 1, "exchanges": 0, "faults": []}


def test_faults_of_the_rates_are_all_named(mlcost, own):
    """With their lines; status 1."""
    (own / "rates.yaml").write_text("- {percent_off: 120}\n- {match: {component: Trainning}, percent_off: 3}\n")
    ran = mlcost("prices", "status", "--region", REGION)
    assert ran.status == 1
    assert "line 1" in ran.out
    assert "line 2" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("prices",), "wants to know what to do"),
        (("prices", "diff", "--from", "nowhere", "--region", REGION), "There is no folder"),
        (("prices", "refresh", "--region", "../etc"), "is no AWS region"),
        (("prices", "status", "--region", "x y"), "is no AWS region"),
    ],
)
def test_wrong_use(mlcost, words, said):
    """Status 2, and what to say instead."""
    ran = mlcost(*words)
    assert ran.status == 2
    assert said in ran.err


def test_a_state_without_a_region(mlcost):
    """What there is in general; a region's prices on request."""
    ran = mlcost("prices", "status")
    assert ran.status == 0
    assert "never read" in ran.out
    assert "--region" in ran.out
    assert Path("rates.yaml").name in ran.out
