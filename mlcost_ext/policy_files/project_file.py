"""The project that `.mlcost.yaml` names; of YAML only what one plain line needs is understood, and no parser is loaded."""

from __future__ import annotations

import os
import re

from .plain_files import folders_above, read

NAME = ".mlcost.yaml"
MAX_BYTES = 64 * 1024
MAX_TEXT = 128
LINE = re.compile(r"project *:(?: +(.*))?")
QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)')(?: +(?:#.*)?)?""")
NO_TEXT = re.compile(r"~|null|true|false|yes|no|on|off|[-+]?[.\d][\d_.,:eExXoOa-fA-F+-]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
"""What YAML takes for something else than a text, and more than that."""
SPECIAL = "!&*-?|>@`%{}[],#\"':="
"""What a plain text does not begin with."""


def project_of(folder: str, tops: tuple[str, ...]) -> str | None:
    """Give the project of a folder; see `project_data`."""
    data = project_data(folder, tops)
    return project_in(data) if data else None


def project_data(folder: str, tops: tuple[str, ...]) -> bytes | None:
    """Give what stands in the file of a folder's project; `None`: it has none.

    Args:
        folder: Where the notebook is.
        tops: The folders above which nothing is looked for; outside of them only the notebook's own folder counts.
    """
    is_inside = any(folder == top or folder.startswith(top.rstrip("/") + "/") for top in tops)
    for above in folders_above(folder):
        data = read(f"{above}/{NAME}", MAX_BYTES + 1)
        if data:
            return data
        if above in tops or not is_inside:
            return None
    return None


def project_in(data: bytes) -> str | None:
    """Give the text of the key ``project`` at the top of a document; `None`: it has none, or is not understood for certain."""
    try:
        lines = data.decode("utf-8-sig").splitlines() if len(data) <= MAX_BYTES else []
    except UnicodeDecodeError:
        return None
    found = [(number, hit[1] or "") for number, line in enumerate(lines) if (hit := LINE.fullmatch(line))]
    if len(found) != 1:
        return None
    number, told = found[0]
    if goes_on(lines[number + 1 :]) or any(line[:1] in ("{", "[", "%") for line in lines):
        return None
    value = text_of(told)
    return value if value and len(value) <= MAX_TEXT and value.isprintable() else None


def goes_on(lines: list[str]) -> bool:
    """Tell whether what follows belongs to the line before it."""
    following = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    return following[:1] in (" ", "\t")


def text_of(told: str) -> str | None:
    """Give what stands behind the colon, where it is a text."""
    quoted = QUOTED.fullmatch(told)
    if quoted:
        return quoted[1] if quoted[1] is not None else quoted[2]
    plain = re.split(r"(?:^| )#", told, maxsplit=1)[0].strip(" ")
    if not plain or "\t" in told or plain[0] in SPECIAL or ": " in plain or plain.endswith(":") or NO_TEXT.fullmatch(plain):
        return None
    return plain


def notebook_folder() -> str:
    """Give the folder of the notebook; of a kernel without one, where it runs."""
    name = os.environ.get("JPY_SESSION_NAME") or ""
    if os.path.isabs(name):  # noqa: PTH117
        return os.path.normpath(os.path.dirname(name))  # noqa: PTH120
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return "/"


def tops() -> tuple[str, ...]:
    """Give the server's root and the user's home."""
    named = (os.environ.get("MLCOST_SERVER_ROOT"), os.path.expanduser("~"))  # noqa: PTH111
    return tuple(os.path.normpath(each) for each in named if each and os.path.isabs(each))  # noqa: PTH117
