"""Rule: one thing that may be wrong with a launch. A rule judges a proposal by its options and says what it objects to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from .estimate import Estimate
    from .evidence import Evidence
    from .instance import InstanceFacts
    from .planned import Planned
    from .policy import RuleVerdict, TagRule
    from .runs import MarketSaving

OptionValue = Decimal | bool | str | tuple[str, ...] | None
Tighter = Literal["smaller", "larger", "union", "intersection", "true", "false"]
"""Which of two values is the stricter one. Of lists of what is allowed None is everything, of limits None is no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A value that a policy can give to a rule."""

    name: str
    """With its unit, such as ``max_runtime_hours``."""
    kind: Literal["number", "texts", "patterns", "flag"]
    """`number` is a Decimal, `texts` a tuple of texts, `patterns` one of `core.type_patterns`, `flag` a truth value."""
    default: OptionValue
    tighter: Tighter
    help: str
    """One sentence, in whole words."""
    least: Decimal | None = None
    """The smallest number that makes sense, included."""
    most: Decimal | None = None
    may_be_none: bool = False


class Facts(Protocol):
    """Somebody who knows instance types."""

    def instance_facts(self, instance_type: str) -> InstanceFacts | None:
        """Give what a type is made of; None: nobody knows."""
        ...

    def has_local_disk(self, instance_type: str) -> bool:
        """Tell whether a type brings its own disk, so that no volume is billed."""
        ...


def no_types(component: str, instance_type: str) -> tuple[str, ...]:  # noqa: ARG001 - as others in its place take them
    """Know of no cheaper type."""
    return ()


def no_names(component: str) -> tuple[str, ...]:  # noqa: ARG001 - as others in its place take it
    """Know of no type."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A launch as it is about to be sent, with all that it can be judged by."""

    kind: str
    """Such as ``training``; one of those that requests are read of."""
    region_id: str
    request: Mapping[str, Any]
    """As boto3 was given it, and not to be changed."""
    tags: Mapping[str, str]
    """Those of the request, with the policy's defaults."""
    planned: Planned
    estimate: Estimate
    """Without findings and alternatives."""
    required_tags: tuple[TagRule, ...]
    """By the policy."""
    facts: Facts
    fitting: Callable[[str, str], tuple[str, ...]]
    """(price component, instance type) → cheaper types that have what it has, the cheapest first."""
    evidence: Evidence
    now: datetime
    """Aware, UTC."""
    cheaper: Callable[[str, str], tuple[str, ...]] = no_types
    """(price component, instance type) → all types with a lower list price there, whatever they have, the cheapest first."""
    priced: Callable[[str], tuple[str, ...]] = no_names
    """(price component) → all types with a list price there, the cheapest first."""
    spot: MarketSaving | None = None
    """What EC2's spot market tells of the one instance type that its training runs on; None: not known, or several types."""
    defaulted: frozenset[str] = frozenset()
    """Keys of the tags that nobody gave: the policy's defaults."""
    limit_currency: str | None = None
    """Of the amounts in rules' options, the policy's `billing_currency`; None: that of the estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What a rule says of a proposal."""

    message: str
    """One sentence: what is wrong, with its figure."""
    hint: str
    """One sentence: what to do."""
    fix: Mapping[str, Any] | None = None
    """A JSON merge patch of the request that mends it; None: only a person can."""
    needs: tuple[str, ...] = ()
    """What a person has to say for the fix to hold, such as ``Tags.team``: tags by their key."""
    subject: str | None = None
    """Which part of the request it is about, where a rule may object to several; None: the whole."""
    is_out_of_reach: bool = False
    """Whether what is wrong is that something could be known and is not, as a type's price: `when_unsure` may hold it up too."""


Judge = Callable[[Proposal, Mapping[str, OptionValue]], "tuple[Objection, ...]"]
"""Gives what is wrong; nothing where all is well. Raises `Unsure` where it cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that may be wrong with a launch."""

    id: str
    """``MC`` and three digits; never used again for another."""
    title: str
    """A few words that name what is wrong."""
    docs_url: str
    practice: str | None
    """Of the AWS Well-Architected Machine Learning Lens, such as ``MLCOST04-BP06``; None: it has none like it."""
    kinds: tuple[str, ...]
    """Of requests that it judges; empty: all."""
    options: tuple[Option, ...]
    judge: Judge
    default: RuleVerdict = "warn"
    """Its verdict where no policy has another."""

    def is_for(self, kind: str) -> bool:
        """Tell whether it judges requests of a kind."""
        return not self.kinds or kind in self.kinds


class Unsure(Exception):  # noqa: N818 - no error: nobody could tell
    """Say that a rule could not be judged: what it needs to know is out of reach. The text is one sentence that says why."""


class NothingKept(Unsure):
    """Say that nobody here remembers earlier launches, so that a rule that rests on them has nothing to say."""
