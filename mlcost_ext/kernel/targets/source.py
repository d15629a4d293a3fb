"""Look at an object that others have made: what its attributes raise stays here, and no method of it is called."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NoReturn, TypeGuard, TypeVar

from mlcost_ext.core.errors import UsageError

from .target import OVERRIDDEN_BY, SAID, Options

T = TypeVar("T")
SDK_ROOTS = ("sagemaker", "sagemaker_core")
PIPELINE_CLASSES = ("PipelineVariable", "Expression", "Parameter")
"""What the values of a pipeline inherit from, in this or that version."""
MAX_NAME = 80
MAX_WHOLE = 2**31 - 1
"""AWS's integers have 32 bits."""


class Gathered:
    """What comes up while a target is read."""

    def __init__(self, options: Options, has_local_disk: Callable[[str], bool]) -> None:
        self.options, self.has_local_disk = options, has_local_disk
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences in the order in which they came up, each once."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Keep a sentence for the user."""
        self._notes[sentence] = None

    def overrides(self, name: str) -> bool:
        """Tell whether an option counts more than the attribute of this name."""
        field = OVERRIDDEN_BY.get(name)
        return field is not None and getattr(self.options, field) is not None


class Source:
    """An object, or a mapping in its place, and by which word it is called."""

    def __init__(self, thing: object, noun: str, gathered: Gathered) -> None:
        self.thing = thing
        self.noun = noun
        self.gathered = gathered

    def of(self, thing: object) -> Source:
        """Give another object that belongs to this one."""
        return Source(thing, self.noun, self.gathered)

    def get(self, name: str) -> object:
        """Give an attribute; None: it is not there, is unset, or cannot be read."""
        return value_of(self.thing, name)

    def inner(self, name: str) -> Source:
        """Give the object that an attribute holds; one without attributes where there is none."""
        return self.of(self.get(name))

    def each(self, name: str) -> list[Source]:
        """Give the objects of a list; empty where there is none."""
        return [self.of(item) for item in items_in(self.get(name))]

    def named(self, name: str) -> list[tuple[str, Source]]:
        """Give the objects of a mapping by their names, in the names' order; empty where there is none."""
        items = members_of(self.get(name))
        return [(key, self.of(items[key])) for key in sorted(items)]

    def text(self, name: str, *, counts: bool = False) -> str | None:
        """Give a text that is not empty; None: there is none.

        Args:
            name: Of the attribute.
            counts: Whether the cost depends on it, so that it must not be passed over where it is no text.

        Raises:
            UsageError: It counts, and it is no text, or one that only a running pipeline knows.
        """
        value = self._settled(name, counts=counts)
        if is_a(value, Enum):
            value = value_of(value, "value")
        if is_a(value, str):
            return str.__str__(value) or None
        if value is not None and counts:
            self._refuse(name, value, "no text")
        return None

    def whole(self, name: str) -> int | None:
        """Give a whole number from 0 to 2147483647; None: there is none.

        Raises:
            UsageError: It is anything else, or a number that only a running pipeline knows.
        """
        value = self._settled(name, counts=True)
        number = whole_from(value)
        if value is not None and number is None:
            self._refuse(name, value, "no whole number from 0 to 2147483647")
        return number

    def flag(self, name: str) -> bool:
        """Give true or false; false where there is neither.

        Raises:
            UsageError: It is anything else, or one that only a running pipeline knows.
        """
        value = self._settled(name, counts=True)
        if value is None or is_a(value, int) or type(value).__name__ in ("bool_", "bool"):  # the last two are numpy's
            return bool(value)
        self._refuse(name, value, "neither True nor False")
        return False

    def _settled(self, name: str, *, counts: bool) -> object:
        value = self.get(name)
        if not is_pipeline_variable(value):
            return value
        counts = counts and not self.gathered.overrides(name)
        default = value_of(value, "default_value")
        if default is None or is_pipeline_variable(default):
            if counts:
                self._refuse_variable(name, value)
            return None
        if counts:
            self.gathered.note(f"The {self.noun}'s {name} is the default of {pipeline_name(value)}: {shown(default)}.")
        return default

    def _refuse_variable(self, name: str, value: object) -> NoReturn:
        raise UsageError(
            f"The {self.noun}'s {name} is known only when its pipeline runs: {pipeline_name(value)} has no default value.",
            f"Give the {self.noun} a plain {name}, or a parameter with a default value{or_say(name)}.",
        )

    def _refuse(self, name: str, value: object, what: str) -> None:
        if self.gathered.overrides(name):
            return
        raise UsageError(
            f"The {self.noun}'s {name} is {shown(value)}, which is {what}.",
            f"Give the {self.noun} another {name}{or_say(name)}.",
        )


def value_of(thing: object, name: str) -> object:
    """Read an attribute, or the key of a mapping; None: not there, unset, or it raises something."""
    try:
        value = thing.get(name) if is_mapping(thing) else getattr(thing, name, None)
    except Exception:  # noqa: BLE001 - whatever somebody's property raises, the rest is read all the same
        return None
    return None if is_unassigned(value) else value


def items_in(value: object) -> list[object]:
    """Give the items of a list or tuple; empty where it is none."""
    try:
        return list(value) if is_a(value, list) or is_a(value, tuple) else []
    except Exception:  # noqa: BLE001 - a list of somebody's own may raise anything
        return []


def members_of(value: object) -> dict[str, object]:
    """Give what stands under texts in a mapping; empty where it is none."""
    try:
        return {str.__str__(key): item for key, item in value.items() if is_a(key, str)} if is_mapping(value) else {}
    except Exception:  # noqa: BLE001 - a mapping of somebody's own may raise anything
        return {}


def class_names(thing: object) -> tuple[str, ...]:
    """Give ``module.Class`` of an object's class and of all that it inherits from, nearest first."""
    try:
        return tuple(f"{each.__module__}.{each.__qualname__}" for each in type(thing).__mro__)
    except Exception:  # noqa: BLE001 - a metaclass may raise anything
        return ()


def type_word(thing: object) -> str:
    """Name an object's type, cut to 80 characters."""
    names = class_names(thing)
    return names[0].removeprefix("builtins.")[:MAX_NAME] if names else "unknown"


def is_a(thing: object, kind: type[T]) -> TypeGuard[T]:
    """Tell whether it is of a type, without asking the object itself as `isinstance` does."""
    return issubclass(type(thing), kind)


def is_mapping(thing: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether it is a mapping, without asking the object itself."""
    return issubclass(type(thing), Mapping)


def is_of_sdk(name: str) -> bool:
    """Tell whether a class's name is that of one of the SDKs."""
    return name.partition(".")[0] in SDK_ROOTS


def is_unassigned(value: object) -> bool:
    """Tell whether it is what sagemaker-core writes where nothing is set."""
    return type(value).__name__ == "Unassigned" and any(is_of_sdk(name) for name in class_names(value))


def is_pipeline_variable(value: object) -> bool:
    """Tell whether it stands for what a pipeline of SageMaker knows when it runs."""
    if value is None or type(value) in (str, int, bool, float):
        return False
    return any(is_of_sdk(name) and name.rpartition(".")[2] in PIPELINE_CLASSES for name in class_names(value))


def pipeline_name(value: object) -> str:
    """Name a pipeline's variable for a sentence."""
    name = value_of(value, "name")
    return f"the pipeline parameter {shown(name)}" if is_a(name, str) else f"a pipeline's {type(value).__name__[:MAX_NAME]}"


def shown(value: object) -> str:
    """Write a value for a sentence, cut to 80 characters: a text or number itself, of anything else its type."""
    if is_a(value, str):
        return (str.__str__(value) or "empty")[:MAX_NAME]
    return repr(value)[:MAX_NAME] if type(value) in (int, float, bool) else f"of type {type_word(value)}"


def or_say(name: str) -> str:
    """Give the end of a hint: the option that says it too, if there is one."""
    field = OVERRIDDEN_BY.get(name)
    return f", or say it with {SAID[field]}" if field else ""


def whole_from(value: object) -> int | None:
    """Turn what stands for a whole number from 0 to 2147483647 into one; None: it does not."""
    if value is None or is_a(value, bool) or is_a(value, str):
        return None
    try:
        number = int(value) if is_a(value, float) and value.is_integer() else operator.index(value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - __index__ may raise anything
        return None
    return number if 0 <= number <= MAX_WHOLE else None
