"""The environments that are compared: JupyterLab alone, with mlcost-ext, with jupyter-resource-usage."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-bench"
BARE_REQUIREMENTS = ("jupyterlab>=4.6,<5", "boto3>=1.37")
RESOURCE_USAGE = "jupyter-resource-usage>=1.3,<1.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """An environment of its own."""

    name: str

    @property
    def folder(self) -> Path:
        """Where it is."""
        return FOLDER / self.name

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    def pip(self, *arguments: str) -> str:
        """Run its pip, and give what it said."""
        command = [self.python, "-m", "pip", "--disable-pip-version-check", *arguments]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


BARE = Arm(name="bare")
MLCOST = Arm(name="mlcost")
RESOURCE_USAGE_ARM = Arm(name="jru")
ARMS = (BARE, MLCOST, RESOURCE_USAGE_ARM)


def ensure_arms(wheel: Path | None = None) -> None:
    """Make the environments where they are missing, and put the newest wheel into ours.

    Each differs from the bare one in exactly one package; everything else has the same version.

    Raises:
        RuntimeError: There is no wheel, or they differ in more.
    """
    wheel = wheel or newest_wheel()
    if _made(BARE, BARE_REQUIREMENTS):
        for arm in (MLCOST, RESOURCE_USAGE_ARM):
            shutil.rmtree(arm.folder, ignore_errors=True)
    same = FOLDER / "same-versions.txt"
    same.write_text("\n".join(sorted(packages(BARE).values())) + "\n", encoding="utf-8")
    _made(RESOURCE_USAGE_ARM, (*BARE_REQUIREMENTS, RESOURCE_USAGE, "-c", str(same)))
    _made(MLCOST, (*BARE_REQUIREMENTS, "-c", str(same)))
    _put_wheel(wheel)
    _check(MLCOST, "mlcost-ext")
    _check(RESOURCE_USAGE_ARM, "jupyter-resource-usage")


def newest_wheel() -> Path:
    """Give the wheel that was built last."""
    wheels = sorted((ROOT / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels:
        raise RuntimeError("There is no wheel in dist/: make wheel")
    return wheels[-1]


def packages(arm: Arm) -> dict[str, str]:
    """Give what is installed: name to ``name==version``."""
    lines = arm.pip("list", "--format=freeze").splitlines()
    return {line.split("==")[0].lower().replace("_", "-"): line for line in lines if "==" in line}


def _made(arm: Arm, requirements: tuple[str, ...]) -> bool:
    """Make an environment; False: it was there."""
    done = arm.folder / ".ready"
    if done.exists():
        return False
    shutil.rmtree(arm.folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(arm.folder)], check=True)
    arm.pip("install", "-q", *requirements)
    done.touch()
    return True


def _put_wheel(wheel: Path) -> None:
    mark = MLCOST.folder / ".wheel"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == digest:
        return
    MLCOST.pip("install", "-q", "--force-reinstall", "--no-deps", str(wheel))
    mark.write_text(digest)


def _check(arm: Arm, package: str) -> None:
    ours, bare = set(packages(arm).values()), set(packages(BARE).values())
    more = {line.split("==")[0].lower().replace("_", "-") for line in ours - bare}
    if more != {package} or bare - ours:
        raise RuntimeError(f"{arm.name} differs from bare in {sorted(ours ^ bare)}; remove .venv-bench and try again")
