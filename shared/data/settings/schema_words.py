"""What a setting may be, in words: read from its JSON Schema, for error messages and for the page on settings."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from shared.models.config import ProjectConfig

Schema = Mapping[str, Any]
_TYPES: Final = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_BOUNDS: Final = (
    ("exclusiveMinimum", "over"),
    ("minimum", "at least"),
    ("exclusiveMaximum", "under"),
    ("maximum", "at most"),
)


@cache
def root() -> Schema:
    """The JSON Schema of a project's settings."""
    return ProjectConfig.model_json_schema()


def of(path: Iterable[str | int]) -> Schema | None:
    """The schema of the setting or entry at ``path``; ``None``: there is none."""
    schema: Schema | None = root()
    for step in path:
        schema = _inside(_plain(schema), step)
        if schema is None:
            return None
    return _plain(schema or {})


def words(schema: Schema) -> str:
    """What may stand there, for instance ``a whole number, at least 1, at most 40``."""
    schema = _plain(schema)
    if "anyOf" in schema:
        return ", ".join(dict.fromkeys(words(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return listed(schema["enum"])
    if "examples" in schema:
        return f"text such as {listed(schema['examples'])}"
    match schema["type"]:
        case "array":
            return f"a list of: {words(schema['items'])}"
        case "object":
            return _object(schema)
        case kind:
            return ", ".join((_TYPES[kind], *_limits(schema)))


def listed(names: Iterable[Any]) -> str:
    """``a, b or c``."""
    *first, last = map(str, names)
    return f"{', '.join(first)} or {last}" if first else last


def _inside(schema: Schema, step: str | int) -> Schema | None:
    if isinstance(step, int):
        return schema.get("items")
    found: Schema | None = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    return found or None


def _plain(schema: Schema | None) -> Schema:
    """The schema that a reference stands for; that of a setting that need not be there."""
    schema = schema or {}
    options = [option for option in schema.get("anyOf", []) if option.get("type") != "null"]
    if len(options) == 1:
        schema = options[0]
    if "$ref" not in schema:
        return schema
    name = str(schema["$ref"]).rpartition("/")[2]
    found: Schema = root()["$defs"][name]
    return found


def _object(schema: Schema) -> str:
    if "properties" in schema:
        return f"lines below it with {listed(schema['properties'])}"
    return f"lines below it such as 'name: value', each value {words(schema['additionalProperties'])}"


def _limits(schema: Schema) -> Iterable[str]:
    yield from (f"{word} {schema[key]:g}" for key, word in _BOUNDS if key in schema)
    if "not" in schema:
        yield f"but not {schema['not']['const']}"
