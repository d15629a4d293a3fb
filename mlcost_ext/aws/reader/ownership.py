"""What is ours in one region: by its tags, by its name, or by what started it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from . import cut
from .kinds import Kind
from .names import Names
from .protocol import Watch

PARENT_KEYS = {"tuning": "TuningJobArn", "automl": "AutoMLJobArn", "schedule": "MonitoringScheduleArn"}
"""How a job that was started by one of these kinds tells so."""
PARENT_ARNS = {
    "tuning": "HyperParameterTuningJobArn",
    "automl": "AutoMLJobArn",
    "schedule": "MonitoringScheduleArn",
}
FOLLOWED = timedelta(hours=24)
"""Jobs that an ended parent has started are looked for so long after its end."""
MAX_PARENTS = 16
"""Of one kind, those that run first: so many ARNs fit into a search."""
SCHEDULED_PREFIX = "model-monitoring-"
"""How SageMaker's schedules name the processing jobs they start."""

Tags = Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Parent:
    """One thing of ours that starts jobs."""

    arn: str
    name: str
    is_running: bool
    modified: datetime
    created: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """By what Search is to look for things of one kind."""

    tags: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()
    parents: tuple[tuple[str, str], ...] = ()
    """Pairs of a member, such as TuningJobArn, and what stands in it."""
    is_everything: bool = False

    @property
    def has_any(self) -> bool:
        """Whether there is anything to look for."""
        return self.is_everything or bool(self.tags or self.names or self.parents)


@dataclass(slots=True)
class Ownership:
    """Whose things are, as far as the watch and what was read so far tell."""

    names: Names
    watch: Watch = field(default_factory=Watch)
    spaces: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Domain and space, and whether it is ours; as far as spaces were listed."""
    app_owners: dict[str, str] = field(default_factory=dict)
    """Names of apps, and whose they are: ``SpaceName`` or ``UserProfileName``; no text where both have one of that name."""
    _parents: dict[str, dict[str, Parent]] = field(default_factory=dict)

    @property
    def owns_by_tags(self) -> bool:
        """Whether a tag may make a thing ours."""
        return bool(self.watch.owner_tags)

    @property
    def is_everything(self) -> bool:
        """Whether all that is in the account is followed."""
        return self.watch.scope == "account"

    def follows(self, kind: Kind) -> bool:
        """Say whether there is anything of a kind to look for at all."""
        return self.is_everything or self.owns_by_tags or bool(self.names.wanted(kind.kind)) or bool(self.parents_of(kind))

    def is_ours(self, kind: Kind, name: str, tags: Tags | None) -> bool:
        """Say whether tags or name make a thing ours, or whether everything is followed."""
        if self.is_everything or self.names.is_wanted(kind.kind, name):
            return True
        return tags is not None and any(tags.get(key) == value for key, value in self.watch.owner_tags)

    def is_child(self, kind: Kind, document: Mapping[str, Any]) -> bool:
        """Say whether something of ours has started a job."""
        ours = dict.fromkeys(self.parents_of(kind))
        return any((key, document.get(key)) in ours for key in kind.parents)

    def may_be_child(self, kind: Kind, name: str) -> bool:
        """Say whether a name looks like one that something of ours has given, so that it is worth a description."""
        if not kind.parents:
            return False
        if "MonitoringScheduleArn" in kind.parents and self._parents.get("schedule") and name.startswith(SCHEDULED_PREFIX):
            return True
        starters = self._parents.get("automl", {}).values()
        return "AutoMLJobArn" in kind.parents and any(name.startswith(f"{parent.name}-") for parent in starters)

    def owner_of(self, kind: Kind) -> Owner:
        """Say by what things of a kind are to be searched for."""
        if self.is_everything:
            return Owner(is_everything=True)
        return Owner(tags=self.watch.owner_tags, names=self.names.wanted(kind.kind), parents=self.parents_of(kind))

    def parents_of(self, kind: Kind) -> tuple[tuple[str, str], ...]:
        """Give what may have started things of a kind: member and ARN."""
        keys = {parent_kind: key for parent_kind, key in PARENT_KEYS.items() if key in kind.parents}
        found: list[tuple[str, str]] = []
        for parent_kind, key in keys.items():
            parents = sorted(self._parents.get(parent_kind, {}).values(), key=lambda each: (each.is_running, each.modified))
            found += [(key, parent.arn) for parent in reversed(parents[-MAX_PARENTS:])]
        return tuple(found)

    def began_before(self, parent: tuple[str, str], moment: datetime) -> bool:
        """Say whether something that starts jobs may have done so before a moment; it cannot have before it was created."""
        found = [each for parents in self._parents.values() for arn, each in parents.items() if arn == parent[1]]
        return not all(each.created is not None and each.created >= moment for each in found)

    def marked(self, kind: Kind, document: dict[str, Any]) -> dict[str, Any]:
        """Say of an app, a space or this server's own notebook instance whose it is, where the surroundings tell."""
        tell = {"space": self._is_our_space, "app": self._is_our_app, "notebook": self._is_our_notebook}.get(kind.kind)
        is_ours = tell(document) if tell else None
        return document if is_ours is None else {**document, "IsOurs": is_ours}

    def _is_our_space(self, document: Mapping[str, Any]) -> bool | None:
        studio = self.watch.studio
        if studio is None:
            return None
        if document.get("DomainId") != studio.domain_id:
            return False
        owner = (document.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
        is_own = studio.user_profile_name is not None and owner == studio.user_profile_name
        return is_own or (studio.space_name is not None and document.get("SpaceName") == studio.space_name)

    def _is_our_app(self, document: Mapping[str, Any]) -> bool | None:
        studio = self.watch.studio
        if studio is None:
            return None
        domain_id, space_name = document.get("DomainId"), document.get("SpaceName")
        if domain_id != studio.domain_id:
            return False
        if space_name is None:
            return studio.user_profile_name is not None and document.get("UserProfileName") == studio.user_profile_name
        return True if space_name == studio.space_name else self.spaces.get((str(domain_id), str(space_name)))

    def _is_our_notebook(self, document: Mapping[str, Any]) -> bool | None:
        own = self.watch.notebook_instance
        mine = own is not None and own == (document.get("region_id"), document.get("NotebookInstanceName"))
        return True if mine else None

    def note(self, kind: Kind, documents: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """Remember those that start jobs, and forget those that ended long ago."""
        if kind.kind not in PARENT_ARNS:
            return
        parents = self._parents.setdefault(kind.kind, {})
        for document in documents:
            arn, name = document.get(PARENT_ARNS[kind.kind]), kind.name(document)
            if isinstance(arn, str) and name is not None:
                parents[arn] = Parent(
                    arn=arn,
                    name=name,
                    is_running=kind.runs(document),
                    modified=cut.moment(document.get("LastModifiedTime")) or now,
                    created=cut.moment(document.get("CreationTime")),
                )
        for arn in [arn for arn, each in parents.items() if not each.is_running and each.modified < now - FOLLOWED]:
            del parents[arn]
