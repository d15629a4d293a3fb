"""Which of two values is the stricter one, and what several layers' values of one field come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mlcost_ext.core.policy import BUILTIN
from mlcost_ext.core.rule import Option, Tighter
from mlcost_ext.core.type_patterns import common_types

Stricter = Callable[[Any, Any], Any]
"""(upper, lower) → what holds if both do; the upper one where they are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value of a field, by one layer."""

    layer: int
    """Its number, the topmost one being 0."""
    value: Any
    origin: str
    only_tightens: bool = False
    """Whether it takes the place of nothing, not even of what is unlocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """What does not hold as a lower layer gives it."""

    given: Given
    above: Any
    """What holds above it."""
    origin: str
    """Where that is from."""
    after: Any
    """What both come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a field comes to."""

    value: Any
    origin: str
    without_effect: tuple[Ignored, ...] = ()
    """What a lower layer gives that would loosen it."""


def smaller(upper: Decimal | None, lower: Decimal | None) -> Decimal | None:
    """Give the smaller number; None is no limit."""
    if upper is None or lower is None:
        return lower if upper is None else upper
    return min(upper, lower)


def larger(upper: Decimal | None, lower: Decimal | None) -> Decimal | None:
    """Give the larger number; None is none at all."""
    if upper is None or lower is None:
        return lower if upper is None else upper
    return max(upper, lower)


def union(upper: tuple[Any, ...] | None, lower: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """Give all of both, once; None is nothing."""
    known = dict.fromkeys(upper or ())
    return (*(upper or ()), *(value for value in lower or () if value not in known))


def intersection(upper: tuple[str, ...] | None, lower: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Give what is in both; None is everything."""
    if upper is None or lower is None:
        return lower if upper is None else upper
    known = dict.fromkeys(lower)
    return tuple(value for value in upper if value in known)


def either(upper: bool | None, lower: bool | None) -> bool:
    """Give true where one of them is."""
    return bool(upper or lower)


def both(upper: bool | None, lower: bool | None) -> bool:
    """Give true where both are; None is true."""
    return upper is not False and lower is not False


def later_in(order: Sequence[str]) -> Stricter:
    """Give what tells the later of two words in an order from the mildest on."""
    return lambda upper, lower: max(upper, lower, key=order.index)


def topmost(upper: Any, lower: Any) -> Any:
    """Give the upper one: none of them is stricter."""
    del lower
    return upper


BY_NAME: dict[Tighter, Stricter] = {
    "smaller": smaller,
    "larger": larger,
    "union": union,
    "intersection": intersection,
    "true": either,
    "false": both,
}


def stricter_of(option: Option) -> Stricter:
    """Give what puts two values of a rule's option together."""
    return common_types if option.kind == "patterns" and option.tighter == "intersection" else BY_NAME[option.tighter]


def settle(
    given: Sequence[Given], builtin: Any, stricter: Stricter, is_unlocked: Callable[[int], bool], *, binds: bool = True
) -> Settled:
    """Put together what layers give for one field.

    What the topmost layer gives stands in the built-in value's place; where it gives nothing, the built-in value counts as its
    own. Each lower layer can only tighten what those above it say, but for what is unlocked.

    Args:
        given: At most one of each layer, most authority first.
        builtin: What holds where no layer says anything.
        stricter: Puts two values together.
        is_unlocked: Tells whether layers below one may loosen what that one says.
        binds: Whether the built-in value binds the layers below the topmost one.
    """
    rest = list(given)
    is_first_the_base = bool(rest) and (rest[0].layer == 0 or not binds)
    bound = [rest.pop(0) if is_first_the_base else Given(layer=0, value=builtin, origin=BUILTIN)]
    ignored: list[Ignored] = []
    for lower in rest:
        bound = [upper for upper in bound if lower.only_tightens or not is_unlocked(upper.layer)]
        if bound:
            before = _fold(bound, stricter)
            after = stricter(before, lower.value)
            if after != lower.value:
                ignored.append(Ignored(given=lower, above=before, origin=_origin(bound, before, stricter), after=after))
        bound.append(lower)
    value = _fold(bound, stricter)
    return Settled(value=value, origin=_origin(bound, value, stricter), without_effect=tuple(ignored))


def _fold(bound: Sequence[Given], stricter: Stricter) -> Any:
    value = bound[0].value
    for each in bound[1:]:
        value = stricter(value, each.value)
    return value


def _origin(bound: Sequence[Given], value: Any, stricter: Stricter) -> str:
    """Give the topmost layer that says just this; where it is put together, all that have a part in it."""
    if stricter is topmost:
        return bound[0].origin
    whole = next((each.origin for each in bound if each.value == value), None)
    if whole is not None:
        return whole
    neutral = (None, ()) if stricter is union else (None,)
    return ", ".join(dict.fromkeys(each.origin for each in bound if each.value not in neutral))
