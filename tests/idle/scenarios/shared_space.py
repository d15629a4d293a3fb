"""A shared space as Studio starts it: below a base URL, without a token, here also without terminals."""

from __future__ import annotations

from .case import Case, Checked
from .stage import Stage


def without_terminals(stage: Stage) -> None:
    """See a verdict where there are no terminals to ask about."""
    lab = stage.lab
    assert lab.status("api/terminals") == 404
    view = lab.wait_until_idle()
    assert [row for row in view.rows if row["name"].startswith("terminal")] == []
    assert view.document["unmeasured"] == []


def below_a_base_url(stage: Stage) -> None:
    """See who asks without a token answered, and what is not below the base URL not."""
    lab = stage.lab
    assert (lab.base_url, lab.token) == ("/jupyterlab/default/", "")
    stage.kernel().run("1 + 1")
    assert lab.wait_until_idle().document["mode"] == "shadow"
    assert lab.status("/mlcost-ext/idle") == 404


def of_another_user(stage: Stage) -> None:
    """Let one user's notebook work while another looks."""
    lab = stage.lab
    cookie = "studioUserProfileName=bob"
    stage.kernel(cookies=cookie).begin("import time; time.sleep(600)")
    lab.views_until(lambda view: "kernel_busy" in view.held_by, "the other's cell is seen")
    views = lab.watch(3)
    for view in views:
        row = view.row("kernel_busy", stage.labels[0])
        assert view.state == "active"
        assert row is not None
        assert row["state"] == "active"
    assert views[-1].held_by == ["kernel_busy"]


CASES = (
    Case(name="terminals are switched off", source="facts §8.4, §6", expect=Checked(check=without_terminals)),
    Case(name="a base URL and no token", source="facts §8.1, demands A19", expect=Checked(check=below_a_base_url)),
    Case(name="another user's busy kernel", source="facts §6: shared spaces", expect=Checked(check=of_another_user)),
)
