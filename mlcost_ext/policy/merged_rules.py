"""What rules are judged by once all layers are put together, and which launches are excepted from that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlcost_ext.core.policy import BUILTIN, VERDICTS, PolicyException, RuleSettings, RuleVerdict
from mlcost_ext.core.rule import Rule

from .fields import INHERIT
from .layer import Ending, Layer, Place, dotted
from .stack import Stack
from .strictness import Given, later_in, stricter_of, topmost

STRICTER_VERDICT = later_in(VERDICTS)
EXCEPTIONS: Place = ("exceptions",)


def rule_settings(stack: Stack, rules: Sequence[Rule], origins: dict[str, str]) -> dict[str, RuleSettings]:
    """Give what each rule is judged by, and note in `origins` where that is from."""
    given = stack.given(INHERIT.place)
    is_settled = bool(given) and given[0].layer == 0
    inherit = stack.settle(INHERIT.place, given, INHERIT.builtin, topmost if is_settled else INHERIT.stricter)
    origins[dotted(INHERIT.place)] = inherit.origin
    return {rule.id: settings_of(stack, rule, origins) for rule in rules}


def settings_of(stack: Stack, rule: Rule, origins: dict[str, str] | None = None, *, without: int | None = None) -> RuleSettings:
    """Give what one rule is judged by.

    Args:
        stack: The layers.
        rule: The rule.
        origins: Where it is noted where each value is from; None: nothing is noted, and nothing told.
        without: Number of a layer whose say does not count; the built-in values stand in the topmost one's place.
    """
    tells, notes = origins is not None, {} if origins is None else origins
    place: Place = ("rules", rule.id, "verdict")
    found = stack.settle(place, verdicts(stack, rule, without), rule.default, STRICTER_VERDICT, tells=tells)
    notes[dotted(place)] = found.origin
    options = {}
    for option in rule.options:
        below: Place = ("rules", rule.id, option.name)
        value = stack.settle(
            below,
            stack.given(below, without=without),
            option.default,
            stricter_of(option),
            tells=tells and option.tighter != "union",
        )
        options[option.name], notes[dotted(below)] = value.value, value.origin
    return RuleSettings(verdict=found.value, options=options)


def verdicts(stack: Stack, rule: Rule, without: int | None) -> list[Given]:
    """Give what each layer says of a rule's verdict, be it by `inherit`: what that names is a rule which the layer does not."""
    found: list[Given] = []
    for number, layer in enumerate(stack.layers):
        verdict = layer.values.get(("rules", rule.id, "verdict"))
        is_named = rule.id in layer.names.get(("rules",), ())
        inherit = layer.values.get(INHERIT.place)
        if number == without:
            continue
        if verdict is not None:
            found.append(Given(layer=number, value=verdict, origin=layer.name))
        elif number == 0 and inherit == "none" and not is_named:
            found.append(Given(layer=number, value="off", origin=layer.name))
        elif number > 0 and inherit == "builtin" and not is_named and _is_heard(stack):
            found.append(Given(layer=number, value=rule.default, origin=BUILTIN, only_tightens=True))
    return found


def _is_heard(stack: Stack) -> bool:
    """Tell whether layers below the topmost one may say anything of `inherit`."""
    return INHERIT.place not in stack.layers[0].values or stack.is_unlocked(INHERIT.place)(0)


def exceptions(
    stack: Stack, rules: Sequence[Rule], settings: Mapping[str, RuleSettings], origins: dict[str, str]
) -> tuple[PolicyException, ...]:
    """Give the exceptions of the topmost layer that has any.

    What they put in a rule's place is what all other layers say of it, so that none of these is loosened by it.
    """
    known = {rule.id: rule for rule in rules}
    given = [each for each in stack.given(EXCEPTIONS) if each.value]
    found = stack.settle(EXCEPTIONS, [_numbered(each) for each in given], (None, ()), topmost, binds=False, tells=False)
    for each in found.without_effect:
        layer = stack.layers[each.given.layer]
        stack.notes.append(layer.note(EXCEPTIONS, f"exceptions: these have no effect, since {each.origin} has exceptions."))
    origins[dotted(EXCEPTIONS)] = found.origin
    maker, items = found.value
    made = []
    for number, item in enumerate(items):
        rule = known.get(item["rule"])
        if rule is not None:
            instead = _instead(stack, rule, maker, settings)
            made.append(PolicyException(**{"scope": {}, **item, "instead": instead}))
            stack.endings.append(_ending(stack.layers[maker], number, made[-1]))
            if instead == settings[rule.id]:
                message = f"exceptions: this one has no effect, since {rule.id} is what it is without this layer."
                stack.notes.append(stack.layers[maker].note((*EXCEPTIONS, str(number)), message))
    return tuple(made)


def _ending(layer: Layer, number: int, made: PolicyException) -> Ending:
    message = f"exceptions: this one of {made.rule} ended on {made.until} and applies no more."
    return Ending(until=made.until, note=layer.note((*EXCEPTIONS, str(number), "until"), message))


def _numbered(each: Given) -> Given:
    return Given(layer=each.layer, value=(each.layer, each.value), origin=each.origin)


def _instead(stack: Stack, rule: Rule, maker: int, settings: Mapping[str, RuleSettings]) -> RuleSettings:
    found = settings_of(stack, rule, without=maker)
    return RuleSettings(verdict=_milder(found.verdict, settings[rule.id].verdict), options=found.options)


def _milder(one: RuleVerdict, other: RuleVerdict) -> RuleVerdict:
    return min(one, other, key=VERDICTS.index)
