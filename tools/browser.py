"""Find a browser for the tests, install one where there is none, and print how to start it.

Prints the path of a Chromium, or an empty line for Playwright's own.
Ends with status 1, and the one line to type, where none can be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"


def installed() -> str | None:
    """Give a browser of this machine."""
    named = os.environ.get("MLCOST_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def starts(path: str) -> bool:
    """Tell whether a browser really starts: one without its libraries does not; "" is Playwright's own."""
    code = (
        "import os, sys\nfrom playwright.sync_api import sync_playwright as p\n"
        "root = hasattr(os, 'geteuid') and os.geteuid() == 0\n"
        "with p() as x: x.chromium.launch(executable_path=sys.argv[1] or None, args=['--no-sandbox'] if root else []).close()"
    )
    try:
        return subprocess.run([sys.executable, "-c", code, path], capture_output=True, timeout=60, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def install() -> None:
    """Install one: by apt as root, else Playwright's own."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(["sh", "-c", APT], 900, env)
    if find() is None:
        run([sys.executable, "-m", "playwright", "install", "chromium"], 300, dict(os.environ))


def run(command: list[str], seconds: int, env: dict[str, str]) -> None:
    """Run an installer; whether it helped is seen by starting the browser."""
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, stdout=sys.stderr, timeout=seconds, check=False, env=env)


def find() -> str | None:
    """Give a path, "" for Playwright's own, or None."""
    path = installed()
    choices = ([] if path is None else [path]) + [""]
    return next((choice for choice in choices if starts(choice)), None)


def main() -> int:
    found = find()
    if found is None:
        install()
        found = find()
    if found is None:
        print("No browser for the tests. Type: sudo apt-get install chromium", file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
