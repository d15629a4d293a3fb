"""Read a target of any kind."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.errors import UsageError

from . import v2, v3
from .boto_form import present
from .missing import fill
from .override import override
from .parts import region_of
from .plain import alike, read_request
from .source import Gathered, Source, class_names, is_a, is_mapping, type_word
from .target import KINDS, SAID, Options, Target

READERS = {**v2.READERS, **v3.READERS}
APPS: dict[str, dict[str, Any]] = {"app": {"AppType": "JupyterLab"}, "space": {"SpaceSettings": {"AppType": "JupyterLab"}}}
"""What requests of these kinds begin with."""
WHAT = (
    "Give an estimator, a processor, a transformer, a tuner, a model or a trainer of the SageMaker SDK, or a request as a dict."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a target itself says."""

    kind: str
    request: dict[str, Any]
    region_id: str | None = None
    noun: str | None = None
    """How it is called; None: there is no target."""
    is_request: bool = False
    """Whether it is a request already, which may leave out what it likes."""


def read_target(target: object, options: Options, has_local_disk: Callable[[str], bool]) -> Target:
    """Turn a target into a request, without launching, uploading or asking AWS anything.

    Args:
        target: An object of either SageMaker SDK, a request as boto3 takes it, or None: the options stand alone.
        options: What counts more than what the target says.
        has_local_disk: Tells whether a type has disks of its own, so that AWS attaches no volume to it.

    Raises:
        UsageError: It is none of these, runs on this machine, does not say what it runs on, or an option does not go with it.
    """
    check(options)
    gathered = Gathered(options, has_local_disk)
    draft = draft_of(target, gathered)
    override(draft.kind, draft.request, gathered)
    if options.instance_type is not None or not draft.is_request:
        fill(draft.kind, draft.request, draft.noun, gathered)
    return Target(
        kind=draft.kind,
        request=draft.request,
        region_id=options.region_id or draft.region_id,
        notes=gathered.notes,
    )


def draft_of(target: object, gathered: Gathered) -> Draft:
    """Read what a target itself says.

    Raises:
        UsageError: As `read_target`.
    """
    kind = gathered.options.kind
    if target is None:
        return alone(kind or "training", gathered)
    if is_mapping(target):
        found, request = read_request(target, kind, gathered)
        return Draft(kind=found, request=request, noun="request", is_request=True)
    if is_a(target, type):
        name = type.__dict__["__name__"].__get__(target)[:80]
        raise UsageError(f"{name} is a class, not an object of it.", f"Make one, as in {name}(…), and give that.")
    noun, reader = next((READERS[name] for name in class_names(target) if name in READERS), (None, None))
    if reader is None or noun is None:
        raise UsageError(f"An object of type {type_word(target)} is nothing that can be estimated.", WHAT)
    source = Source(target, noun, gathered)
    found, request = reader(source)
    if kind is not None and alike(kind) != alike(found):
        raise UsageError(
            f"This {noun} is one of kind {found}, not of kind {kind}.",
            f"Leave the kind out; or leave the {noun} out, and say kind and instance type alone.",
        )
    return Draft(kind=found, request=present(request), region_id=region_of(source), noun=noun, is_request=noun == "resource")


def alone(kind: str, gathered: Gathered) -> Draft:
    """Begin a request that options alone make.

    Raises:
        UsageError: Options cannot make one of that kind.
    """
    if kind in ("automl", "tuning"):
        raise UsageError(f"Options alone do not say how many jobs one of kind {kind} starts.", "Give its request, or its tuner.")
    if kind in APPS:
        gathered.note(f"{'An app' if kind == 'app' else 'A space'} of JupyterLab is taken.")
    return Draft(kind=kind, request=deepcopy(APPS.get(kind, {})))


def check(options: Options) -> None:
    """Look at the options themselves.

    Raises:
        UsageError: One of them is nothing that can be so.
    """
    if options.kind is not None and options.kind not in KINDS:
        raise UsageError(f"{options.kind[:80]!r} is no kind that can be estimated.", f"Say one of {', '.join(KINDS)}.")
    for value, field in ((options.instance_count, "instance_count"), (options.volume_gb, "volume_gb")):
        if value is not None and value < 1:
            raise UsageError(f"{field} is {value}, and must be at least 1.", f"Say another number with {SAID[field]}.")
