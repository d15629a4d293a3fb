"""Work that a stop would destroy, one by one, however silent it is and wherever it runs."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from mlcost_ext.sandbox import names

from .case import Case, Held
from .kernel import V1, Connection
from .lab import View
from .stage import BURNING, Stage, anywhere

NAME_OF_PYTHON = Path(sys.executable).name
SLEEPS = "import time; time.sleep(600)"
LAUNCH = f"""
import boto3, time
client = boto3.client("sagemaker")
client.create_training_job(
    TrainingJobName="waited-for",
    RoleArn={names.ROLE_ARN!r},
    AlgorithmSpecification={{"TrainingImage": "image", "TrainingInputMode": "File"}},
    OutputDataConfig={{"S3OutputPath": "s3://{names.BUCKET}/models"}},
    ResourceConfig={{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}},
    StoppingCondition={{"MaxRuntimeInSeconds": 3600}},
)
while client.describe_training_job(TrainingJobName="waited-for")["TrainingJobStatus"] == "InProgress":
    time.sleep(2)
"""
"""What ``estimator.fit(wait=True, logs=False)`` comes to."""


def cell(code: str, protocol: str | None = None) -> Callable[[Stage], None]:
    def setup(stage: Stage) -> None:
        stage.kernel(protocol=protocol).begin(code)

    return setup


def page_closed(stage: Stage) -> None:
    page = stage.kernel(protocol=V1)
    page.begin(SLEEPS)
    page.close()


def without_notebook(stage: Stage) -> None:
    stage.kernel_alone().begin(SLEEPS)


def answered(stage: Stage) -> None:
    """Answer a prompt in the middle of a cell, from another page than the one that ran it."""
    page = stage.kernel()
    page.execute("import time; input('go on? '); print('goes on'); time.sleep(600)")
    page.answer(page.prompt(), "yes")
    page.printed("goes on")


def answered_twice(stage: Stage) -> None:
    """Answer the second prompt of a cell, too."""
    page = stage.kernel(protocol=V1)
    page.execute("import time; input('one? '); time.sleep(1); input('two? '); print('goes on'); time.sleep(600)")
    page.answer(page.prompt(), "1")
    page.answer(page.wait(lambda m: m["msg_type"] == "input_request" and "two" in m["content"]["prompt"], "it asks again"), "2")
    page.printed("goes on")


def run_again(stage: Stage) -> None:
    """Restart a busy kernel, and run something else in it."""
    page = stage.kernel()
    page.begin(SLEEPS)
    stage.kernel_request(page, "restart")
    Connection(lab=stage.lab, kernel_id=page.kernel_id).open().begin(SLEEPS)


def two_kernels(stage: Stage) -> None:
    stage.kernel().begin(SLEEPS)
    stage.kernel(suffix="-idle").run("1 + 1")


def waiting(stage: Stage) -> None:
    stage.kernel().begin(LAUNCH)
    stage.lab.views_until(lambda view: view.verdict["waiting"] == "training waited-for", "the kernel is said to wait")


def thread(stage: Stage) -> None:
    stage.kernel().run(f"{BURNING}\nimport threading; threading.Thread(target=burn, daemon=True).start()")


def child(command: Callable[[list[str]], str], program: str, options: str = "") -> Callable[[Stage], None]:
    """Let an idle kernel's child work."""

    def setup(stage: Stage) -> None:
        page = stage.kernel()
        page.run(f"import subprocess; child = subprocess.Popen({command(stage.burner(program))}{options})")
        stage.keeps(stage.child_of(page, program))

    return setup


def child_outlives(stage: Stage) -> None:
    stage.labels.append("outlives")
    page = stage.kernel()
    page.run(f"import subprocess; child = subprocess.Popen({stage.burner('outlives')}, start_new_session=True)")
    stage.keeps(stage.child_of(page, "outlives"))
    stage.shut_down(page)


def typed(line: str, program: str) -> Callable[[Stage], None]:
    """Run a line in a terminal; ``{}`` is a program of that name that computes."""

    def setup(stage: Stage) -> None:
        stage.keeps(stage.terminal().run(line.format(shlex.join(stage.burner(program))), program))

    return setup


def left_behind(line: str, program: str) -> Callable[[Stage], None]:
    """Run a line in a terminal, and close that."""

    def setup(stage: Stage) -> None:
        stage.labels.append(program)
        terminal = stage.terminal()
        terminal.type(f"{line.format(shlex.join(stage.burner(program)))}\r")
        stage.keeps(anywhere(program))
        terminal.close()

    return setup


def plain_python(stage: Stage) -> None:
    """Let Python itself compute, as somebody's script does."""
    code = "import time\nwhile True:\n    sum(range(300_000)); time.sleep(.05)"
    stage.keeps(stage.terminal().run(f"{sys.executable} -S -E -c {shlex.quote(code)}", NAME_OF_PYTHON))


def short_commands(stage: Stage) -> None:
    """Let a shell's loop run commands that each take a moment."""
    command = shlex.join([sys.executable, "-S", "-E", "-c", "sum(range(8_000_000))"])
    stage.terminal().run(f"while true; do {command}; sleep .5; done", "sleep")


def beside_sleep(stage: Stage) -> None:
    terminal = stage.terminal()
    stage.keeps(terminal.run(f"{shlex.join(stage.burner('beside'))} &", "beside"))
    stage.keeps(terminal.run("sleep 1000", "sleep"))


def in_tmux(stage: Stage) -> None:
    stage.tmux(shlex.join(stage.burner("in-tmux")), "in-tmux")
    view = stage.lab.views_until(lambda view: pane_in(view) is not None, "tmux is seen")[-1]
    stage.labels.insert(0, str(pane_in(view)))


def pane_in(view: View) -> str | None:
    """Give what the pane is called; None: it is not seen."""
    return next((row["subject"] for row in view.holders if "in-tmux" in row["detail"]), None)


BY_CELL, BY_CPU = Held(by="kernel_busy", detail="is running code"), Held(by="kernel_cpu", detail="with all that it has started")
CASES = (
    Case(name="a silent long cell", source="demands A1, facts §8.1", setup=cell(SLEEPS), expect=BY_CELL),
    Case(
        name="a cell that prints",
        source="demands A1",
        setup=cell("import time\nwhile True: print('.'); time.sleep(.2)", V1),
        expect=BY_CELL,
    ),
    Case(name="a cell whose page was closed", source="demands A1, A3", setup=page_closed, expect=BY_CELL),
    Case(
        name="a busy kernel without a notebook",
        source="facts §8.3",
        setup=without_notebook,
        expect=Held(by="kernel_busy", detail="no notebook is open on it"),
    ),
    Case(name="a prompt that was answered", source="demands A1", setup=answered, expect=BY_CELL),
    Case(name="a second prompt that was answered", source="demands A1", setup=answered_twice, expect=BY_CELL),
    Case(name="a kernel restarted and run again", source="demands A15", setup=run_again, expect=BY_CELL),
    Case(name="two kernels of which one is busy", source="demands A1", setup=two_kernels, expect=BY_CELL),
    Case(
        name="estimator.fit that waits for its job",
        source="demands A1",
        setup=waiting,
        expect=Held(by="waiting_for_job", detail="waits for training waited-for"),
    ),
    Case(name="an idle kernel's busy thread", source="demands A1", setup=thread, expect=BY_CPU),
    Case(name="an idle kernel's busy child", source="demands A1, A2", setup=child(str, "child"), expect=BY_CPU),
    Case(
        name="an idle kernel's busy grandchild",
        source="demands A1, A2",
        setup=child(lambda burner: str(["bash", "-c", f"{shlex.join(burner)}; true"]), "grandchild"),
        expect=BY_CPU,
    ),
    Case(
        name="an idle kernel's busy child in a session of its own",
        source="demands A1, A2",
        setup=child(str, "apart", ", start_new_session=True"),
        expect=BY_CPU,
    ),
    Case(
        name="a busy child whose kernel was shut down",
        source="demands A2",
        setup=child_outlives,
        expect=Held(by="background_process", detail="was left running"),
    ),
    Case(
        name="Python in a terminal",
        source="demands A2",
        setup=plain_python,
        expect=Held(by="terminal_process", detail=f"runs {NAME_OF_PYTHON},"),
    ),
    Case(
        name="a silent program in a terminal",
        source="demands A2",
        setup=typed("{} >/dev/null 2>&1", "silent"),
        expect=Held(by="terminal_process", detail="runs silent,"),
    ),
    Case(
        name="a busy program beside sleep",
        source="demands A2",
        setup=beside_sleep,
        expect=Held(by="terminal_process", detail="runs beside in the background,"),
    ),
    Case(
        name="a busy program that is read in less",
        source="demands A2",
        setup=typed("{} | less", "piped"),
        expect=Held(by="terminal_process", detail="runs piped,"),
        needs=("less",),
    ),
    Case(
        name="a script of a shell that computes",
        source="demands A2",
        setup=typed("bash -c '{}; true'", "script"),
        expect=Held(by="terminal_process"),
    ),
    Case(
        name="a loop of short commands that compute",
        source="demands A2",
        setup=short_commands,
        expect=Held(by="terminal_process"),
    ),
    Case(
        name="nohup of a program whose terminal was closed",
        source="demands A2",
        setup=left_behind("nohup {} >/dev/null 2>&1 &", "nohupped"),
        expect=Held(by="background_process", detail="was left running"),
    ),
    Case(
        name="setsid of a program whose terminal was closed",
        source="demands A2",
        setup=left_behind("setsid {} >/dev/null 2>&1 &", "setsidded"),
        expect=Held(by="background_process", detail="was left running"),
    ),
    Case(
        name="a busy program in a tmux that was left",
        source="demands A2",
        setup=in_tmux,
        expect=Held(by="terminal_process", detail="runs in-tmux"),
        needs=("tmux",),
    ),
)
