"""From the contents of files to what is in force: compile, or fall back on what was good before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mlcost_ext.core.policy import Policy, is_over
from mlcost_ext.core.rule import Rule
from mlcost_ext.policy.compiled import completed, digest_of, to_plain
from mlcost_ext.policy.layer import Ending, Layer, LayerFault, Note
from mlcost_ext.policy.yaml_nodes import Fault

from .layer_file import FileContent

NO_YAML = Fault(
    line=None,
    column=None,
    message="The file cannot be read without PyYAML.",
    hint="Install it: python -m pip install PyYAML.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """The policy that counts here and now, and what is to be told with it."""

    policy: Policy
    faults: tuple[LayerFault, ...] = ()
    """What is wrong with the files as they are."""
    notes: tuple[Note, ...] = ()
    is_stale: bool = False
    """Whether it is the last good one, since the files as they are have faults."""
    layers: tuple[str, ...] = ()
    """The files that are there, most authority first."""
    digest: str = ""
    """SHA-256 of the policy."""
    endings: tuple[Ending, ...] = ()
    """What is to be noted too once its day is over."""

    @property
    def is_good(self) -> bool:
        """Whether the policy is of files that had no faults."""
        return self.is_stale or not self.faults

    def notes_on(self, day: date) -> tuple[Note, ...]:
        """Give all notes that hold on a day, by UTC."""
        return (*self.notes, *(each.note for each in self.endings if is_over(each.until, day)))


def in_force(contents: Mapping[str, FileContent], rules: Sequence[Rule], last_good: Policy | None) -> PolicyInForce:
    """Compile the files of all layers.

    Args:
        contents: Of the files by their names, most authority first.
        rules: All that are installed.
        last_good: What stays in force where something is wrong; None: nothing was good before.
    """
    from mlcost_ext.policy.checks import currency_faults  # only where nothing that was compiled is there
    from mlcost_ext.policy.merging import merge

    layers: list[Layer] = []
    faults: dict[str, tuple[Fault, ...]] = {}
    notes: list[Note] = []
    endings: tuple[Ending, ...] = ()
    for name, content in contents.items():
        if not content.state.is_absent:
            layer, faults[name], told = _read(name, content, rules)
            layers.append(Layer(name=name) if faults[name] else layer)
            notes += () if faults[name] else told
    for name, fault in currency_faults(layers).items():
        faults[name] = (fault,)
    broken = tuple(LayerFault(layer=name, fault=fault) for name, found in faults.items() for fault in found)
    names = tuple(layer.name for layer in layers)
    if broken and last_good is not None:
        policy, notes = completed(last_good, rules), []
    else:  # a broken layer keeps its place, so that those below it do not become the topmost
        merged = merge([Layer(name=layer.name) if faults[layer.name] else layer for layer in layers], rules)
        policy, endings = merged.policy, merged.endings
        notes += merged.notes
    return PolicyInForce(
        policy=policy,
        faults=broken,
        notes=tuple(notes),
        is_stale=bool(broken) and last_good is not None,
        layers=names,
        digest=digest_of(to_plain(policy)),
        endings=endings,
    )


def _read(name: str, content: FileContent, rules: Sequence[Rule]) -> tuple[Layer, tuple[Fault, ...], tuple[Note, ...]]:
    if content.fault is not None:
        return Layer(name=name), (content.fault,), ()
    from mlcost_ext.policy.reading import read_layer

    try:
        layer, faults, notes = read_layer(content.data, name=name, rules=rules)
    except ImportError:
        return Layer(name=name), (NO_YAML,), ()
    return layer, faults, notes if faults else (*notes, *_unmatched(layer, rules))


def _unmatched(layer: Layer, rules: Sequence[Rule]) -> tuple[Note, ...]:
    """Note the patterns that match no instance type of those that are shipped."""
    from mlcost_ext.policy.unmatched import has_patterns, unmatched

    if not has_patterns(layer, rules):
        return ()
    from mlcost_ext.prices.instances import described_types

    return unmatched(layer, rules, described_types())
