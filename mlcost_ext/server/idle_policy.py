"""The policy by which idleness is judged, and the layers of it that stand above the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mlcost_ext.core.rule import Rule
from mlcost_ext.guard_wiring import load_rules
from mlcost_ext.kernel_wiring import policy_files
from mlcost_ext.policy.layer import Layer
from mlcost_ext.policy_files import layer_file
from mlcost_ext.policy_files.compiling import PolicyInForce
from mlcost_ext.policy_files.layer_paths import LayerPath, layer_paths
from mlcost_ext.usecases.idle_view import BUILTIN_ONLY, STALE

USERS_OWN = (".config", "mlcost", "policy.yaml")
"""How the path of the last layer ends where the user has a home."""


class PolicyHere:
    """What is in force, looked at once a second at most. All methods read files: call them from a thread."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        """Take MLCOST_HOME, and the environment in which a layer may be named."""
        self._files, self._env = policy_files(home), env
        self._above: tuple[PolicyInForce, list[Layer]] | None = None

    def in_force(self) -> PolicyInForce:
        """Give the policy; the same object as long as nothing changes."""
        return self._files.in_force()

    def above_users(self) -> list[Layer]:
        """Give the layers above the user's own; what has faults keeps its place and says nothing."""
        now = self.in_force()
        if self._above is None or self._above[0] is not now:
            self._above = now, read_layers(paths_above(layer_paths(self._env)), load_rules().rules)
        return self._above[1]


def notes_on(policy: PolicyInForce) -> tuple[str, ...]:
    """Say what is wrong with the files."""
    return (STALE,) if policy.is_stale else (BUILTIN_ONLY,) if policy.faults else ()


def paths_above(paths: Sequence[LayerPath]) -> Sequence[LayerPath]:
    """Leave out the user's own file, which is the last where there is one."""
    return paths[:-1] if paths and paths[-1].path.parts[-len(USERS_OWN) :] == USERS_OWN else paths


def read_layers(paths: Sequence[LayerPath], rules: Sequence[Rule]) -> list[Layer]:
    """Read the layers that are there."""
    contents = ((str(each.path), layer_file.read(each)) for each in paths)
    return [layer_of(name, content, rules) for name, content in contents if not content.state.is_absent]


def layer_of(name: str, content: layer_file.FileContent, rules: Sequence[Rule]) -> Layer:
    """Read one file."""
    if content.fault is not None:
        return Layer(name=name)
    try:
        from mlcost_ext.policy.reading import read_layer

        layer, faults, _ = read_layer(content.data, name=name, rules=rules)
    except ImportError:  # no PyYAML
        return Layer(name=name)
    return Layer(name=name) if faults else layer
