"""Describes in words which values a setting may have, from its JSON Schema: for error messages and documentation."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from shared.models.config import ProjectConfig

Schema = Mapping[str, Any]
_TYPES: Final = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_BOUNDS: Final = (
    ("exclusiveMinimum", "greater than"),
    ("minimum", "at least"),
    ("exclusiveMaximum", "less than"),
    ("maximum", "at most"),
)


@cache
def root() -> Schema:
    """The JSON Schema of a project's settings."""
    return ProjectConfig.model_json_schema()


def schema_at(path: Iterable[str | int]) -> Schema | None:
    """The schema of the setting or list entry at ``path``; ``None``: there is no such setting."""
    schema: Schema | None = root()
    for step in path:
        schema = _child(_resolve(schema), step)
        if schema is None:
            return None
    return _resolve(schema or {})


def describe(schema: Schema) -> str:
    """The allowed values, for instance ``a whole number, at least 1, at most 40``."""
    schema = _resolve(schema)
    if "anyOf" in schema:
        return ", ".join(dict.fromkeys(describe(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return either(schema["enum"])
    if "examples" in schema:
        return f"text such as {either(schema['examples'])}"
    match schema["type"]:
        case "array":
            return f"a list of: {describe(schema['items'])}"
        case "object":
            return _describe_object(schema)
        case kind:
            return ", ".join((_TYPES[kind], *_limits(schema)))


def either(names: Iterable[Any]) -> str:
    """``a, b or c``."""
    *first, last = map(str, names)
    return f"{', '.join(first)} or {last}" if first else last


def _child(schema: Schema, step: str | int) -> Schema | None:
    if isinstance(step, int):
        return schema.get("items")
    child: Schema | None = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    return child or None


def _resolve(schema: Schema | None) -> Schema:
    """Follows a reference, also that of an optional setting."""
    schema = schema or {}
    options = [option for option in schema.get("anyOf", []) if option.get("type") != "null"]
    if len(options) == 1:
        schema = options[0]
    if "$ref" not in schema:
        return schema
    definition: Schema = root()["$defs"][str(schema["$ref"]).rpartition("/")[2]]
    return definition


def _describe_object(schema: Schema) -> str:
    if "properties" in schema:
        return f"indented lines with {either(schema['properties'])}"
    return f"indented lines such as 'name: value', where each value is {describe(schema['additionalProperties'])}"


def _limits(schema: Schema) -> Iterable[str]:
    yield from (f"{word} {schema[key]:g}" for key, word in _BOUNDS if key in schema)
    if "not" in schema:
        yield f"but not '{schema['not']['const']}'"
