"""What belongs to an endpoint beside its description: its configuration, its inference components, its last use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.ask import Answer, Ask, Pages, Rank, Steps, members
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.kinds import Kind
from mlcost_ext.aws.reader.kinds.endpoint import COMPONENT, CONFIG, KIND, MAX_COMPONENTS
from mlcost_ext.aws.reader.known import Book, Document, digest, seconds

from .parts import Parts

SIDE = "endpoint details"
"""Under this name permissions are noted that endpoints themselves do not need."""
DESCRIBE_CONFIG, DESCRIBE_COMPONENT, LIST_COMPONENTS = (
    "DescribeEndpointConfig",
    "DescribeInferenceComponent",
    "ListInferenceComponents",
)
RETRY_SECONDS = 120.0
DENIED_SECONDS = 300.0
WHOLE_SECONDS = 1800.0
FEW_PAGES = 2


@dataclass(slots=True, kw_only=True)
class Config:
    """A configuration as it was read."""

    read_at: float
    """By AWS's clock, in seconds since 1970."""
    document: Document | None
    """None: AWS would not tell."""
    has_components: bool
    """Whether inference components may be on it: a variant without a model is made for them."""


@dataclass(slots=True, kw_only=True)
class Component:
    """An inference component as it was listed, and described."""

    endpoint: str
    same: tuple[Any, Any]
    document: Document | None = None


@dataclass(slots=True)
class Endpoints:
    """The endpoints that are ours, joined with what belongs to them, and handed on as often as any of it changes."""

    parts: Parts
    push: Callable[[Kind, list[Document]], None]
    bases: dict[str, Document] = field(default_factory=dict)
    configs: dict[str, Config] = field(default_factory=dict)
    wanted_configs: dict[str, float] = field(default_factory=dict)
    """Names of configurations to be read, and when."""
    components: dict[str, Component] = field(default_factory=dict)
    wanted_components: dict[str, float] = field(default_factory=dict)
    are_components_known: bool | None = None
    """None: not asked yet; False: AWS would not tell."""
    looked_for: set[str] = field(default_factory=set)
    """Endpoints whose components were listed."""
    last_use: dict[str, Document | None] = field(default_factory=dict)
    digests: dict[str, bytes] = field(default_factory=dict)

    def follow(self, book: Book) -> None:
        """Stand between the book of endpoints and what it hands on."""
        book.push = self.take
        book.on_gone.append(self.drop)

    def take(self, kind: Kind, documents: list[Document]) -> None:
        """Take in what has changed of endpoints themselves."""
        for document in documents:
            name = str(kind.name(document))
            before = self.bases.get(name)
            self.bases[name] = document
            self._want_config(document, before)
        self.hand_on(str(kind.name(document)) for document in documents)

    def drop(self, name: str) -> None:
        """Forget one that is gone."""
        for memory in (self.bases, self.last_use, self.digests):
            memory.pop(name, None)
        used = {base.get("EndpointConfigName") for base in self.bases.values()}
        self.configs = {config: each for config, each in self.configs.items() if config in used}
        self.wanted_configs = {config: due for config, due in self.wanted_configs.items() if config in used}
        self.components = {key: each for key, each in self.components.items() if each.endpoint in self.bases}
        self.looked_for.discard(name)

    def hand_on(self, names: Any) -> None:
        """Hand on those of these that differ from before, with all that belongs to them."""
        news = []
        for name in names:
            document = self.joined(self.bases[name])
            told = digest(document)
            if self.digests.get(name) != told:
                self.digests[name] = told
                news.append(document)
        if news:
            self.push(KIND, news)

    def joined(self, base: Document) -> Document:
        """Give an endpoint with what belongs to it; what was not asked yet is left out, what AWS would not tell is None."""
        document, name = dict(base), str(base.get("EndpointName"))
        config = self.configs.get(str(document.get("EndpointConfigName")))
        if config is not None:
            document["EndpointConfig"] = config.document
        own = [each for each in self.components.values() if each.endpoint == name]
        if config is not None and not config.has_components:
            document["InferenceComponents"] = []
        elif self.are_components_known is False:
            document["InferenceComponents"] = None
        elif self.are_components_known and name in self.looked_for and all(each.document is not None for each in own):
            document["InferenceComponents"] = [each.document for each in own[:MAX_COMPONENTS]]
        if name in self.last_use:
            document["LastUse"] = self.last_use[name]
        return document

    @property
    def may_have_components(self) -> bool:
        """Whether there is an endpoint that inference components may be on."""
        configs = (self.configs.get(str(base.get("EndpointConfigName"))) for base in self.bases.values())
        return any(config is not None and config.has_components for config in configs)

    def using(self, config_name: str) -> list[str]:
        """Give the endpoints of a configuration."""
        return [name for name, base in self.bases.items() if base.get("EndpointConfigName") == config_name]

    def _want_config(self, document: Document, before: Document | None) -> None:
        """Read a configuration once: again only where an endpoint is newer, since a name may be used anew."""
        config_name = document.get("EndpointConfigName")
        if not isinstance(config_name, str):
            return
        known = self.configs.get(config_name)
        has_moved = before is not None and before.get("EndpointConfigName") != config_name
        created = seconds(document.get("CreationTime")) or 0.0
        if known is None or has_moved or created > known.read_at:
            self.wanted_configs.setdefault(config_name, self.parts.clock())


class EndpointDetailFeed:
    """Configurations and components, one at a time."""

    def __init__(self, parts: Parts, endpoints: Endpoints) -> None:
        self._parts, self._endpoints = parts, endpoints

    def due_at(self) -> float | None:
        """Give when the next one is to be read."""
        endpoints = self._endpoints
        return min([*endpoints.wanted_configs.values(), *endpoints.wanted_components.values()], default=None)

    def rank(self) -> Rank:
        """Give its rank."""
        return Rank.DETAIL

    def steps(self) -> Steps[None]:
        """Read the one that waits longest, configurations first."""
        endpoints, now = self._endpoints, self._parts.clock()
        wanted = endpoints.wanted_configs
        config_name = min(wanted, key=lambda name: wanted[name], default=None)
        if config_name is not None and wanted[config_name] <= now:
            yield from self._read_config(config_name)
            return
        component_name = min(endpoints.wanted_components, key=lambda name: endpoints.wanted_components[name], default=None)
        if component_name is not None and endpoints.wanted_components[component_name] <= now:
            yield from self._read_component(component_name)

    def _read_config(self, name: str) -> Steps[None]:
        endpoints, read_at = self._endpoints, self._parts.now().timestamp()
        answer = yield from self._ask(DESCRIBE_CONFIG, "EndpointConfigName", name, endpoints.wanted_configs)
        if answer is not None:
            document = cut.structure(answer, CONFIG) or {}
            is_async = isinstance(answer.get("AsyncInferenceConfig"), Mapping)
            whole = {**document, "IsAsync": is_async}
            endpoints.configs[name] = Config(read_at=read_at, document=whole, has_components=is_for_components(answer))
        else:
            endpoints.configs.setdefault(name, Config(read_at=read_at, document=None, has_components=True))
        endpoints.hand_on(endpoints.using(name))

    def _read_component(self, name: str) -> Steps[None]:
        endpoints = self._endpoints
        answer = yield from self._ask(DESCRIBE_COMPONENT, "InferenceComponentName", name, endpoints.wanted_components)
        component = endpoints.components.get(name)
        if component is None:
            return
        if answer is not None:
            component.document = cut.structure({"InferenceComponentName": name, **answer}, COMPONENT)
        elif self._parts.permissions.is_denied(SIDE, DESCRIBE_COMPONENT):
            endpoints.are_components_known = False
            endpoints.hand_on(list(endpoints.bases))
            return
        endpoints.hand_on([component.endpoint] if component.endpoint in endpoints.bases else [])

    def _ask(self, operation: str, key: str, name: str, wanted: dict[str, float]) -> Steps[Answer | None]:
        """Describe one; None where AWS would not, and it is asked again later."""
        permissions, now = self._parts.permissions, self._parts.clock()
        if not permissions.allows(SIDE, operation):
            wanted[name] = now + DENIED_SECONDS
            return None
        try:
            answer = yield Ask(operation, {key: name}, Rank.DETAIL)
        except Fault as fault:
            if fault.problem.code == "permission_missing":
                permissions.denied(SIDE, operation)
                wanted[name] = now + DENIED_SECONDS
            elif fault.problem.code == "not_found":
                wanted.pop(name, None)
            elif fault.problem.code == "aws_error":
                wanted[name] = now + RETRY_SECONDS
            else:
                raise
            return None
        permissions.granted(SIDE, operation)
        wanted.pop(name, None)
        return answer


class ComponentsFeed:
    """Which inference components there are, on whose endpoint, and which have changed."""

    def __init__(self, parts: Parts, endpoints: Endpoints) -> None:
        self._parts, self._endpoints = parts, endpoints
        self._due = parts.clock()
        self._whole_at: float | None = None
        self._is_large = False

    def due_at(self) -> float | None:
        """Give when to list; None where no endpoint may have any."""
        if not self._endpoints.may_have_components or not self._parts.permissions.allows(SIDE, LIST_COMPONENTS):
            return None
        return self._due

    def rank(self) -> Rank:
        """Give its rank."""
        return Rank.OTHER

    def steps(self) -> Steps[None]:
        """List what there is.

        Raises:
            Fault: Where AWS could not be read. A missing permission is none.
        """
        began, endpoints = self._parts.clock(), self._endpoints
        try:
            yield from self._list(began)
        except Fault as fault:
            if fault.problem.code != "permission_missing":
                raise
            self._parts.permissions.denied(SIDE, LIST_COMPONENTS)
            endpoints.are_components_known = False
        else:
            self._parts.permissions.granted(SIDE, LIST_COMPONENTS)
            endpoints.are_components_known = not self._parts.permissions.is_denied(SIDE, DESCRIBE_COMPONENT)
        endpoints.hand_on(list(endpoints.bases))
        self._due = self._parts.after(self._parts.tempo.other_seconds, began)

    def _list(self, began: float) -> Steps[None]:
        endpoints = self._endpoints
        is_due = self._whole_at is None or began - self._whole_at >= WHOLE_SECONDS
        is_whole = is_due or not self._is_large or not endpoints.bases.keys() <= endpoints.looked_for
        looked_for = set(endpoints.bases)
        request: dict[str, Any] = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
        if not is_whole:
            request["LastModifiedTimeAfter"] = self._parts.now().replace(microsecond=0) - self._overlap()
        pages, found, pages_read = Pages(LIST_COMPONENTS, request, Rank.OTHER), [], 0
        while (answer := (yield from pages.next())) is not None:
            found += members(answer, "InferenceComponents")
            pages_read += 1
        self._take(found)
        if is_whole:
            self._is_large, self._whole_at, endpoints.looked_for = pages_read > FEW_PAGES, began, looked_for
            names = {cut.text(raw.get("InferenceComponentName")) for raw in found}
            endpoints.components = {name: each for name, each in endpoints.components.items() if name in names}
            endpoints.wanted_components = {name: due for name, due in endpoints.wanted_components.items() if name in names}

    def _overlap(self) -> timedelta:
        return timedelta(seconds=2 * self._parts.tempo.other_seconds + 60)

    def _take(self, found: list[Mapping[str, Any]]) -> None:
        endpoints = self._endpoints
        for raw in found:
            name, endpoint = cut.text(raw.get("InferenceComponentName")), cut.text(raw.get("EndpointName"))
            if name is None or endpoint not in endpoints.bases:
                continue
            same = (raw.get("InferenceComponentStatus"), cut.moment(raw.get("LastModifiedTime")))
            known = endpoints.components.get(name)
            if known is None:
                endpoints.components[name] = Component(endpoint=str(endpoint), same=same)
            elif known.same == same:
                continue
            else:
                known.same, known.endpoint = same, str(endpoint)
            endpoints.wanted_components[name] = self._parts.clock()


def is_for_components(config: Mapping[str, Any]) -> bool:
    """Say whether a configuration has a variant that brings no model of its own."""
    variants = config.get("ProductionVariants")
    named = [each for each in variants if isinstance(each, Mapping)] if isinstance(variants, list) else []
    return any(not each.get("ModelName") for each in named)
