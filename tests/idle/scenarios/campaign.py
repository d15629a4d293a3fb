"""All cases, on servers side by side: waiting is most of the work, so several wait at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mlcost_ext.sandbox.environment import without_aws
from tests.fakes import ROOT

from . import kernels_at_rest, life, moments, policies, shared_space, terminals_at_rest, work
from .case import Case, Checked, Held, Moment, Quiet
from .lab import Lab, View, wait_until
from .stage import Stage

ALL_ENDED = Case(name="all of that ended", source="demands A15", expect=Quiet())
"""After the cases of `work`: what was held up is idle, and nothing is left that still counts."""
SET_UP_AT_ONCE = 3

Kind = TypeVar("Kind", Quiet, Held, Moment, Checked)
Told = Mapping[str, "Future[None]"]
Staged = list[tuple[Case, Stage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Some cases on one server."""

    cases: tuple[Case, ...]
    run: Callable[[Lab, Sequence[Case], Told], None]
    make: Callable[[Path, str], Lab]


def at_rest(lab: Lab, cases: Sequence[Case], told: Told) -> None:
    """Have all quiet cases at once: a machine that is idle with all of them is idle with each; then moments, one by one."""
    quiet = [case for case in cases if isinstance(case.expect, Quiet)]
    with staged(lab, quiet, told) as stages:
        views = views_at_rest(lab, [stage for _, stage in stages])
        labels = [label for _, stage in stages for label in stage.labels]
        for case, stage in stages:
            others = set(labels) - set(stage.labels)
            settle(told[case.name], expected(case, Quiet).judge, stage, views, others)
            stage.be_still()
        one_by_one(lab, cases, told)
        lab.stop()  # which ends all at once


def one_by_one(lab: Lab, cases: Sequence[Case], told: Told) -> None:
    """Let each moment pass on a machine that is idle."""
    with staged(lab, [case for case in cases if isinstance(case.expect, Moment)], told) as stages:
        for case, stage in stages:
            settle(told[case.name], expected(case, Moment).judge, stage)


def views_at_rest(lab: Lab, stages: Sequence[Stage]) -> list[View]:
    """Look for a while once the machine is idle, or, where it never is, at what holds it up."""
    if not stages:
        return []
    try:
        wait_until(lambda: all(stage.until() for stage in stages), "all has come to rest")
        lab.wait_until_idle()
    except AssertionError:
        return [lab.idle()]
    return lab.watch(6)


def at_work(lab: Lab, cases: Sequence[Case], told: Told) -> None:
    """Have all work at once, look at the evidence of each, and end it."""
    with staged(lab, [case for case in cases if isinstance(case.expect, Held)], told) as stages:
        seen = [(case, stage) for case, stage in stages if is_seen(lab, case, stage, told)]
        views = lab.watch(4) if seen else []
        for case, stage in seen:
            settle(told[case.name], expected(case, Held).judge, stage, views)
    if ALL_ENDED in cases:
        settle(told[ALL_ENDED.name], lab.wait_until_idle)
    in_turn(lab, [case for case in cases if isinstance(case.expect, Checked)], told)
    one_by_one(lab, cases, told)


def is_seen(lab: Lab, case: Case, stage: Stage, told: Told) -> bool:
    """Wait for a case's evidence; without it the case has failed."""
    expect = expected(case, Held)
    try:
        lab.views_until(lambda view: expect.is_seen(stage, view), f"{expect.by} of {stage.labels[0]} is active", 20)
    except Exception as error:
        told[case.name].set_exception(error)
        return False
    return True


def in_turn(lab: Lab, cases: Sequence[Case], told: Told) -> None:
    """Check one after another."""
    for case in cases:
        stage = Stage(lab=lab, name=case.name)
        try:
            settle(told[case.name], expected(case, Checked).check, stage)
        finally:
            stage.close()


@contextmanager
def staged(lab: Lab, cases: Sequence[Case], told: Told) -> Iterator[Staged]:
    """Set cases up, some at a time, and clear them away; those that cannot be set up have failed."""
    stages = [(case, Stage(lab=lab, name=case.name)) for case in cases]
    with ThreadPoolExecutor(SET_UP_AT_ONCE) as pool:
        try:
            made = list(pool.map(lambda pair: set_up(pair[0], pair[1], told), stages))
            yield [pair for pair, is_made in zip(stages, made, strict=True) if is_made]
        finally:
            list(pool.map(lambda pair: pair[1].close(), stages))


def expected(case: Case, kind: type[Kind]) -> Kind:
    """Give what a case of a kind expects."""
    assert isinstance(case.expect, kind)
    return case.expect


def set_up(case: Case, stage: Stage, told: Told) -> bool:
    try:
        case.setup(stage)
    except Exception as error:
        told[case.name].set_exception(error)
        stage.close()  # lest it disturb the others
        return False
    return True


def settle(told: Future[None], judge: Callable[..., object], *given: object) -> None:
    """Tell what became of a case."""
    try:
        judge(*given)
    except Exception as error:
        told.set_exception(error)
    else:
        told.set_result(None)


def lab_of(name: str, policy: Mapping[str, object], **more: Any) -> Callable[[Path, str], Lab]:
    def make(folder: Path, account_url: str) -> Lab:
        return Lab(folder=folder / name, account_url=account_url, policy=policy, **more)

    return make


LANES: tuple[tuple[Round, ...], ...] = (
    (
        Round(
            cases=(*kernels_at_rest.CASES, *terminals_at_rest.CASES, *moments.CASES),
            run=at_rest,
            make=lab_of("rest", {"timeout_minutes": 0.5}, variables={"TZ": "Asia/Kathmandu"}),
        ),
    ),
    (
        Round(
            cases=(*work.CASES, ALL_ENDED, *life.AFTER_WORK, *moments.ELSEWHERE),
            run=at_work,
            make=lab_of("work", {"timeout_minutes": 0.4}, is_studio=True),
        ),
    ),
    (
        Round(cases=life.CASES, run=in_turn, make=lab_of("life", {"timeout_minutes": 0.2})),
        Round(
            cases=policies.CASES,
            run=in_turn,
            make=lab_of(
                "policies",
                {"mode": "off", "timeout_minutes": 0.05},
                options=(f"--MlcostExt.session_list_unit_price={policies.PRICE}",),
            ),
        ),
        Round(
            cases=shared_space.CASES,
            run=in_turn,
            make=lab_of(
                "space",
                {"timeout_minutes": 0.2},
                is_studio=True,
                base_url="/jupyterlab/default/",
                token="",
                options=("--ServerApp.terminals_enabled=False",),
                variables={"SAGEMAKER_SPACE_TYPE_LOWERCASE": "shared"},
            ),
        ),
    ),
)
CASES: tuple[Case, ...] = tuple(case for lane in LANES for each in lane for case in each.cases)


def lacking(case: Case) -> list[str]:
    """Give what a case needs that this machine does not have."""
    return [program for program in case.needs if shutil.which(program) is None]


class Campaign:
    """Runs the lanes; each case's future tells what became of it."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        """Take which cases to run."""
        wanted = set(names)
        self._folder = folder
        self.told: dict[str, Future[None]] = {case.name: Future() for case in CASES if case.name in wanted and not lacking(case)}

    def run(self) -> None:
        """Run to the end; servers are ended, whatever happened."""
        with practice_account(self._folder) as url, ThreadPoolExecutor(len(LANES)) as pool:
            list(pool.map(lambda lane: self._run_lane(lane, url), LANES))

    def _run_lane(self, lane: Iterable[Round], url: str) -> None:
        for each in lane:
            cases = [case for case in each.cases if case.name in self.told]
            if not cases:
                continue
            lab = each.make(self._folder, url)
            try:
                each.run(lab.start(), cases, self.told)
            except Exception as error:
                self._fail(cases, error)
            finally:
                lab.stop()
            self._fail(cases, AssertionError("the round ended without a word on it"))

    def _fail(self, cases: Iterable[Case], error: Exception) -> None:
        for case in cases:
            if not self.told[case.name].done():
                self.told[case.name].set_exception(error)


@contextmanager
def practice_account(folder: Path) -> Iterator[str]:
    """Run an account that jobs can be launched in."""
    with (folder / "account.log").open("wb") as log:
        command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", "--empty"]
        process = subprocess.Popen(command, cwd=ROOT, env=without_aws(os.environ), stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, (folder / "account.log").read_text(encoding="utf-8")
        yield url
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
