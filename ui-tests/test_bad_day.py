"""Bad days: the panel says what is wrong and what to do, and JupyterLab goes on."""

from __future__ import annotations

from pathlib import Path

from conftest import OpenLab
from lab_page import LabPage
from playwright.sync_api import expect
from surroundings import Account, laptop, studio

OPENING_JOB = "fraud-transformer-finetune-014"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")


def says(page: LabPage, state: str, message: str, hint: str) -> None:
    """Make sure that the panel says both, in the state's own place."""
    notice = page.panel.locator(f'[data-mlcost-section="jobs"] .mlcost-Notice[data-mlcost-state="{state}"]', has_text=message)
    expect(notice).to_be_visible(timeout=45_000)
    expect(notice).to_contain_text(hint)


def test_no_credentials(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Says that nobody is signed in."""
    env = {key: value for key, value in studio(account, tmp_path).items() if key not in KEYS}
    page = open_lab(env)
    says(page, "no-credentials", "No usable AWS credentials were found", "Sign in to AWS")
    page.shows_no_zero()


def test_expired_credentials_and_their_end(open_lab: OpenLab, account: Account) -> None:
    """Says that the sign-in is over, and goes on by itself once it is renewed."""
    account.order(operation="*", code="ExpiredTokenException")
    page = open_lab()
    says(page, "no-credentials", "credentials have expired", "Renew the AWS credentials")
    page.shows_no_zero()
    account.order(clear=True)
    expect(page.job(OPENING_JOB)).to_be_visible(timeout=30_000)
    expect(page.state("no-credentials")).to_have_count(0, timeout=30_000)


def test_search_denied(open_lab: OpenLab, account: Account) -> None:
    """Names the permission, and reads the jobs another way."""
    account.order(operation="Search", code="AccessDeniedException")
    page = open_lab()
    says(page, "no-permission", "sagemaker:Search", "Ask whoever manages the role to allow sagemaker:Search")
    expect(page.job(OPENING_JOB)).to_have_attribute("data-cost-basis", "accruing", timeout=30_000)
    page.shows_no_zero()


def test_everything_denied(open_lab: OpenLab, account: Account) -> None:
    """Names what is denied; notebooks run."""
    account.order(operation="*", code="AccessDeniedException")
    page = open_lab()
    says(page, "no-permission", "sagemaker:Search", "sagemaker:ListTrainingJobs")
    expect(page.state("price-unknown")).to_be_visible()
    page.shows_no_zero()
    page.assert_usable()


def test_throttled(open_lab: OpenLab, account: Account) -> None:
    """Says that AWS wants to be asked less, and that nothing need be done."""
    account.order(operation="*", code="ThrottlingException")
    page = open_lab()
    says(page, "offline", "asked too often", "Reading slows down by itself")
    page.shows_no_zero()


def test_an_endpoint_that_hangs(open_lab: OpenLab, account: Account) -> None:
    """Lets JupyterLab work while AWS does not answer, and says so in the end."""
    account.order(operation="*", hang_seconds=60)
    page = open_lab()
    for section in ("session", "jobs"):
        expect(page.state("loading", section)).to_be_visible()
    page.assert_usable()
    page.shows_no_zero()
    says(page, "offline", "AWS could not be reached", "Check the network")


def test_no_network(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Says so where every connection is refused at once, and lets JupyterLab work."""
    page = open_lab({**studio(account, tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    says(page, "offline", "AWS could not be reached", "Check the network")
    page.assert_usable()
    page.shows_no_zero()


def test_no_region(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Asks for a region."""
    env = {key: value for key, value in laptop(account, tmp_path).items() if key not in REGION}
    page = open_lab(env)
    says(page, "no-region", "No AWS region is set", "Set AWS_REGION")
    page.shows_no_zero()


def test_broken_metadata(open_lab: OpenLab, account: Account, tmp_path: Path) -> None:
    """Says what is broken, and that the machine's price is unknown for it."""
    env = studio(account, tmp_path)
    Path(env["RESOURCE_METADATA_FILE"]).write_text('{"DomainId": "d-pra', encoding="utf-8")
    page = open_lab(env)
    expect(page.note("metadata_broken")).to_contain_text("metadata file is missing or cannot be read")
    expect(page.note("metadata_broken")).to_contain_text("Restart the space")
    expect(page.state("price-unknown")).to_be_visible()
    expect(page.status).to_contain_text("no price")
    page.shows_no_zero()
