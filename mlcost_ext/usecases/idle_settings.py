"""The policy's idle part value by value: where each is from, and what the user's own file may put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mlcost_ext.core.idle_documents import IdleSetting
from mlcost_ext.core.policy import BUILTIN, Policy
from mlcost_ext.policy.fields import FIELDS, Field, price_timeouts_of
from mlcost_ext.policy.format import idle
from mlcost_ext.policy.layer import Layer, dotted
from mlcost_ext.policy.shapes import Items, Number, Section, Shape, Word
from mlcost_ext.policy.stack import Stack, once
from mlcost_ext.policy.strictness import Given, settle, topmost
from mlcost_ext.policy.words import told

ANYTHING, NOTHING_ELSE, MORE = "anything", "nothing else", "more of them, and shorter ones"
MOST_TEXT = 200


def idle_settings(policy: Policy, above: Sequence[Layer]) -> list[IdleSetting]:
    """Give the settings.

    Args:
        policy: All layers together.
        above: The layers that stand above the user's own, most authority first.
    """
    return [setting(policy, above, field) for field in FIELDS if field.place[0] == "idle"]


def setting(policy: Policy, above: Sequence[Layer], field: Field) -> IdleSetting:
    """Give one setting."""
    place, value = dotted(field.place), policy
    for name in field.place:
        value = getattr(value, name)
    return IdleSetting(
        place=place,
        value=told(value)[:MOST_TEXT],
        origin=policy.origins.get(place, BUILTIN)[:MOST_TEXT],
        may_be=may_be(above, field),
    )


def may_be(above: Sequence[Layer], field: Field) -> str:
    """Say what a layer below some others may give, by merging the loosest value of all under them."""
    stack, shape = Stack(above), shape_of(field)
    turn = price_timeouts_of if isinstance(shape, Items) else once
    probe = Given(layer=len(above), value=loosest(shape), origin="")
    found = settle(
        [*stack.given(field.place, turn), probe],
        field.builtin,
        field.stricter,
        stack.is_unlocked(field.place),
        binds=field.binding != "topmost",
    )
    bounds = [each.above for each in found.without_effect if each.given is probe]
    if not bounds:
        return ANYTHING
    return NOTHING_ELSE if field.stricter is topmost else tighter(shape, bounds[0])


def shape_of(field: Field) -> Shape:
    """Give the shape of a value of the idle part."""
    shape: Shape = idle()
    for name in field.place[1:]:
        assert isinstance(shape, Section)
        shape = shape.fields[name]
    return shape


def loosest(shape: Shape) -> Any:
    """Give the value that every other one tightens; a number that is not there is no limit."""
    if isinstance(shape, Word):
        return shape.choices[0]
    return None if isinstance(shape, Number) else () if isinstance(shape, Items) else False


def tighter(shape: Shape, bound: Any) -> str:
    """Say which values are as strict as one, or stricter."""
    if isinstance(shape, Number):
        return f"{told(shape.least)} to {told(bound)}" if Decimal(bound) > shape.least else NOTHING_ELSE
    if isinstance(shape, Word):
        words = shape.choices[shape.choices.index(bound) :]
        return " or ".join(words) if len(words) > 1 else NOTHING_ELSE
    return MORE if isinstance(shape, Items) else NOTHING_ELSE
