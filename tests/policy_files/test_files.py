"""The files of all layers: what is in force, what is kept, and what becomes of broken ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.job import Problem
from mlcost_ext.core.policy import BUILTIN
from mlcost_ext.core.rule import Rule
from mlcost_ext.guard_wiring import LoadedRules
from mlcost_ext.policy_files import compiling, files, layer_file
from mlcost_ext.policy_files.compiled_file import CompiledFile
from mlcost_ext.policy_files.files import PolicyFiles
from mlcost_ext.policy_files.layer_paths import SYSTEM, LayerPath, layer_paths, named_path
from mlcost_ext.policy_files.told import ALONE, BROKEN, STALE, document_of, headline, remarks
from tests.fakes import ROOT
from tests.policy.samples import RULES, rule

ASK, BLOCK, OFF = (f"version: 1\nrules: {{MC101: {{verdict: {verdict}}}}}\n" for verdict in ("ask", "block", "off"))
TODAY = date(2026, 11, 30)
BROKEN_TEXT = "version: 1\nrules: {MC101: {verdict: blok}}\n"


class Place:
    """Two layers in folders of a test, and a clock that is wound by hand."""

    def __init__(self, folder: Path) -> None:
        self.top, self.low, self.home = folder / "top.yaml", folder / "low.yaml", folder / "home"
        self.now, self.problems = 0.0, ()
        self.files = self.fresh()

    problems: tuple[Problem, ...]

    def fresh(self, rules: Sequence[Rule] = RULES) -> PolicyFiles:
        """Be a new process."""
        return PolicyFiles(
            [LayerPath(path=self.top), LayerPath(path=self.low)],
            lambda: LoadedRules(rules=tuple(rules), problems=self.problems),
            self.home,
            lambda: self.now,
        )

    def write(self, path: Path, text: str | bytes, *, age_seconds: float = 60) -> None:
        """Write a layer some time ago."""
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        then = time.time_ns() - int(age_seconds * 1e9)
        os.utime(path, ns=(then, then))

    def look(self, fresh: PolicyFiles | None = None) -> compiling.PolicyInForce:
        """Look anew, some seconds later."""
        self.now += 5
        return (fresh or self.files).in_force()

    def verdict(self) -> str:
        return self.look().policy.rules["MC101"].verdict

    @property
    def compiled(self) -> Path:
        return next((self.home / "policy").glob("compiled-*.json"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_without_files_the_built_in_policy_holds(place: Place) -> None:
    """And nothing is wrong."""
    now = place.look()
    assert (now.layers, now.faults, now.notes, now.is_stale) == ((), (), (), False)
    assert set(now.policy.origins.values()) == {BUILTIN}
    assert headline(now) == ALONE


def test_layers_come_together_and_changes_are_seen(place: Place) -> None:
    """Within a second, and not sooner than that."""
    place.write(place.top, ASK)
    place.write(place.low, OFF)
    now = place.look()
    assert now.policy.rules["MC101"].verdict == "ask"
    assert now.policy.origins["rules.MC101.verdict"] == str(place.top)
    assert now.layers == (str(place.top), str(place.low))
    assert f"{place.low}:2:26" in str(now.notes[0])
    assert str(place.top) in headline(now)
    place.write(place.top, BLOCK, age_seconds=50)
    assert place.files.in_force() is now
    assert place.verdict() == "block"
    place.top.unlink()
    assert place.verdict() == "off"


def test_the_same_object_as_long_as_nothing_changes(place: Place) -> None:
    """So callers may compare it."""
    place.write(place.top, ASK)
    assert place.look() is place.look()


def test_the_next_process_reads_no_yaml(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compiled is kept for this user alone; a look at the files is enough."""
    place.write(place.top, ASK)
    first = place.look()
    assert place.compiled.stat().st_mode & 0o777 == 0o600
    assert place.compiled.parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(layer_file, "read", lambda _: pytest.fail("a file was read"))
    again = place.look(place.fresh())
    assert again == first


def test_a_process_that_finds_it_compiled_imports_no_yaml(place: Place) -> None:
    """Nor anything else that takes long."""
    place.write(place.top, "version: 1\ncontact: somebody\n")
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom mlcost_ext.kernel_wiring import policy_files\n"
        "now = policy_files(Path(sys.argv[1]), sys.argv[2]).in_force()\n"
        "print(now.policy.contact, 'yaml' in sys.modules, 'pydantic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(place.home), str(place.top)]
    told = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)]
    assert told == [["somebody", "True", "False"], ["somebody", "False", "False"]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b'"ask"', b'"off"'),
        lambda data: b"[]",
        lambda data: b"\xff",
        lambda data: b"[" * 100_000,
        lambda data: b" " * 9_000_000,
    ],
)
def test_a_damaged_compiled_file_is_made_anew(place: Place, damage: Any) -> None:
    """Whether cut, changed or something else."""
    place.write(place.top, ASK)
    place.look()
    good = place.compiled.read_bytes()
    place.compiled.write_bytes(damage(good))
    assert place.look(place.fresh()).policy.rules["MC101"].verdict == "ask"
    assert json.loads(place.compiled.read_bytes())["in_force"] == json.loads(good)["in_force"]


def test_a_link_in_its_place_is_not_followed(place: Place, tmp_path: Path) -> None:
    """Nor written through."""
    place.write(place.top, ASK)
    place.look()
    place.compiled.rename(tmp_path / "elsewhere")
    place.home.joinpath("policy", CompiledFile(place.home, [place.top, place.low]).path.name).symlink_to(tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere").read_bytes()
    assert CompiledFile(place.home, [place.top, place.low]).read() is None
    place.write(place.top, BLOCK, age_seconds=50)
    assert place.look(place.fresh()).policy.rules["MC101"].verdict == "block"
    assert (tmp_path / "elsewhere").read_bytes() == before
    assert not place.compiled.is_symlink()


def test_the_form_of_other_files_is_not_taken(place: Place) -> None:
    """Should somebody have copied it."""
    place.write(place.top, ASK)
    place.look()
    other = CompiledFile(place.home, [place.low])
    other.path.write_bytes(place.compiled.read_bytes())
    assert other.read() is None
    assert CompiledFile(place.home, [place.top, place.low]).read() is not None


def test_other_files_have_a_compiled_form_of_their_own(place: Place) -> None:
    """So that kernels with another MLCOST_POLICY do not take it from each other."""
    place.write(place.top, ASK)
    place.look()
    other = PolicyFiles([LayerPath(path=place.low)], lambda: LoadedRules(rules=RULES, problems=()), place.home)
    assert other.in_force().layers == ()
    assert len(list(place.home.glob("policy/*.json"))) == 2


def test_a_file_written_this_moment_is_read_again(place: Place) -> None:
    """It may change once more without its time or size telling."""
    place.write(place.top, ASK, age_seconds=0)
    assert place.verdict() == "ask"
    state = place.top.stat()
    place.top.write_text(OFF)
    os.utime(place.top, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert place.top.stat().st_size == state.st_size
    assert place.verdict() == "off"


def test_once_a_file_has_settled_that_is_kept(place: Place) -> None:
    """So that the next process need not read it."""
    place.write(place.top, ASK, age_seconds=1.8)
    place.look()
    before = json.loads(place.compiled.read_bytes())["read_at_ns"]
    time.sleep(0.4)
    place.look()
    settled = json.loads(place.compiled.read_bytes())["read_at_ns"]
    assert settled > before
    place.look()
    assert json.loads(place.compiled.read_bytes())["read_at_ns"] == settled


def test_a_file_that_was_only_touched_is_not_compiled_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its content tells."""
    place.write(place.top, ASK)
    before = place.look()
    monkeypatch.setattr(files, "in_force", lambda *_: pytest.fail("it was compiled"))
    place.write(place.top, ASK, age_seconds=30)
    assert place.look() is before


def test_the_last_good_policy_stays_in_force(place: Place) -> None:
    """In this process and in the next, until the file is mended; all faults are told."""
    place.write(place.top, ASK)
    assert place.look().is_stale is False
    place.write(place.top, BROKEN_TEXT + "unlockd: []\n", age_seconds=50)
    for now in (place.look(), place.look(place.fresh())):
        assert now.policy.rules["MC101"].verdict == "ask"
        assert (now.is_stale, headline(now)) == (True, STALE)
        assert [str(fault).partition(" ")[0] for fault in now.faults] == [f"{place.top}:2:26:", f"{place.top}:3:1:"]
        assert remarks(now, TODAY)[0].startswith(f"Fault: {place.top}:2:26: blok is no verdict.")
    place.write(place.low, BLOCK, age_seconds=50)
    assert place.verdict() == "ask"
    place.write(place.top, ASK, age_seconds=40)
    assert place.verdict() == "block"
    assert place.look().faults == ()


def test_a_broken_layer_that_was_never_good_keeps_its_place(place: Place) -> None:
    """Those below it do not become the topmost, so they still can only tighten."""
    place.write(place.top, BROKEN_TEXT)
    place.write(place.low, OFF.replace("off", "shadow") + "disable: true\ncontact: low\n")
    now = place.look()
    assert (now.is_stale, len(now.faults), headline(now)) == (False, 1, BROKEN)
    assert (now.policy.rules["MC101"].verdict, now.policy.is_disabled, now.policy.contact) == ("warn", False, "low")
    place.write(place.low, BLOCK, age_seconds=50)
    assert place.verdict() == "block"


def test_a_layer_in_another_currency_is_broken(place: Place) -> None:
    """Its amounts are not compared with the others'."""
    place.write(place.top, ASK)
    place.write(place.low, "version: 1\nbilling_currency: EUR\nrules: {MC101: {limit_list_cost: 1}}\n")
    now = place.look()
    assert [str(fault).partition(" ")[0] for fault in now.faults] == [f"{place.low}:2:19:"]
    assert now.policy.rules["MC101"].options["limit_list_cost"] == 50


@pytest.mark.parametrize("trouble", ["folder", "loop", "dangling", "pipe", "large", "bytes"])
def test_what_cannot_be_read_is_broken_and_not_absent(place: Place, trouble: str) -> None:
    """Whoever wrote the layer below would profit from it else."""
    match trouble:
        case "folder":
            place.top.mkdir()
        case "loop":
            place.top.symlink_to(place.top)
        case "dangling":
            place.top.symlink_to(place.top.with_name("nowhere"))
        case "pipe":
            os.mkfifo(place.top)
        case "large":
            place.write(place.top, ASK + "#" * 1_000_000)
        case "bytes":
            place.write(place.top, b"version: 1\ncontact: \xff")
    place.write(place.low, OFF)
    now = place.look()
    assert [fault.layer for fault in now.faults] == [str(place.top)]
    assert now.policy.rules["MC101"].verdict == "warn"
    assert now.layers == (str(place.top), str(place.low))


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_broken(place: Place) -> None:
    """As above."""
    place.write(place.top, ASK)
    place.top.chmod(0)
    assert len(place.look().faults) == 1


def test_a_link_to_a_file_is_followed(place: Place) -> None:
    """As volumes of Kubernetes have them."""
    place.write(place.low, BLOCK)
    place.top.symlink_to(place.low)
    assert place.verdict() == "block"


def test_a_file_that_somebody_named_has_to_be_there(tmp_path: Path) -> None:
    """And nothing is kept where there is no home."""
    found = PolicyFiles(
        [named_path(str(tmp_path / "nowhere.yaml"))], lambda: LoadedRules(rules=RULES, problems=()), None
    ).in_force()
    assert "it is not there" in str(found.faults[0])
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_is_done_without(place: Place) -> None:
    """The policy holds all the same."""
    place.home.write_text("a file in the folder's place")
    place.write(place.top, BLOCK)
    assert place.verdict() == "block"


def test_another_set_of_rules_compiles_anew_and_completes_the_last_good(place: Place) -> None:
    """As after an update, even where the file has become wrong by it."""
    place.write(place.top, "version: 1\nrules: {MC106: {verdict: block}}\n")
    place.look()
    now = place.look(place.fresh((*RULES[:4], rule("MC120"))))
    assert "There is no rule MC106" in str(now.faults[0])
    assert (now.is_stale, now.policy.rules["MC106"].verdict, now.policy.rules["MC120"].verdict) == (True, "block", "warn")


def test_without_pyyaml(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what to install."""
    place.write(place.top, ASK)
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert "pip install PyYAML" in str(place.look().faults[0])


def test_threads_share_one(place: Place) -> None:
    """Each gets a whole policy, all the same one."""
    place.write(place.top, ASK)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(place.files.in_force())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(each) for each in found}) == 1


def test_a_look_takes_less_than_a_millisecond(place: Place) -> None:
    """Where nothing has changed; most of a hundred."""
    place.write(place.top, ASK)
    place.look()
    taken = []
    for _ in range(100):
        place.now += 5
        begun = time.perf_counter()
        place.files.in_force()
        taken.append(time.perf_counter() - begun)
    assert sorted(taken)[50] < 0.001


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine, environment, variable, user; each file once, at its highest place."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    own = tmp_path / "venv/etc/mlcost/policy.yaml"
    user = tmp_path / ".config/mlcost/policy.yaml"
    assert [each.path for each in layer_paths({})] == [SYSTEM, own, user]
    found = layer_paths({"MLCOST_POLICY": "~/mine.yaml"})
    assert [each.path for each in found] == [SYSTEM, own, tmp_path / "mine.yaml", user]
    assert [each.is_named for each in found] == [False, False, True, False]
    assert [each.path for each in layer_paths({"MLCOST_POLICY": str(own)})] == [SYSTEM, own, user]


def test_the_document_tells_everything(place: Place) -> None:
    """As JSON, with exact amounts."""
    place.write(place.top, ASK)
    document = json.loads(json.dumps(document_of(place.look(), TODAY)))
    assert document["policy"]["rules"]["MC101"]["options"]["limit_list_cost"] == "50"
    assert document["origins"]["rules.MC101.verdict"] == document["layers"][0] == str(place.top)
    assert (document["is_stale"], document["faults"], len(document["digest"])) == (False, [], 64)


def test_what_is_wrong_with_others_rules_is_noted(place: Place) -> None:
    """Wherever the policy is shown, as long as it is so."""
    place.problems = (Problem(code="rule_left_out", message="The rule x is left out.", hint="Update it."),)
    assert remarks(place.look(place.fresh()), TODAY) == ["Note: rules of other packages: The rule x is left out. Update it."]
    place.problems = ()
    assert remarks(place.look(place.fresh()), TODAY) == []
