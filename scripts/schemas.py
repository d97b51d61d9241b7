"""Generates JSON Schemas from the models: of ``tunedrop.yaml`` for editors, and of receipts for their readers.

Both describe each field in the words of its docstring.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel

from shared.models import config, receipt

Schema = dict[str, Any]
_DIALECT: Final = {"$schema": "http://json-schema.org/draft-07/schema#"}
"""The draft that editors support."""
_MODELS: Final = {
    name: member
    for module in (config, receipt)
    for name, member in vars(module).items()
    if inspect.isclass(member) and issubclass(member, BaseModel)
}


def of_settings() -> Schema:
    """The schema of ``tunedrop.yaml``: it accepts what ``shared.data.settings.reader`` accepts, and names defaults."""
    schema = _described(config.ProjectConfig)
    defaults = config.ProjectConfig().model_dump(mode="json")
    for name, setting in schema["properties"].items():
        _allow_null(schema["$defs"].get(setting.get("$ref", "").rpartition("/")[2], setting), defaults[name])
    _allow_null(schema, defaults)
    return _DIALECT | schema | {"title": "tunedrop.yaml", "type": ["object", "null"]}


def of_receipts() -> Schema:
    """The schema of receipts. A version may get more fields, so it allows those that it does not know."""
    schema = _described(receipt.Receipt)
    for part in _objects(schema):
        part.pop("additionalProperties", None)
    required = ["schema_version", *schema["required"]]
    return _DIALECT | schema | {"title": "Tunedrop receipt, version 1", "required": required}


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """By field of a model: the docstring below it, on one line."""
    texts: dict[str, str] = {}
    for part in reversed([part for part in model.__mro__ if part.__name__ in _MODELS]):
        (definition,) = ast.parse(inspect.getsource(part)).body
        assert isinstance(definition, ast.ClassDef)
        texts |= dict(_field_strings(definition.body))
    return texts


def _field_strings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                yield name, " ".join(text.replace("``", "`").split())


def _described(model: type[BaseModel]) -> Schema:
    """The schema of a model's JSON, with descriptions and without pydantic's titles."""
    schema = model.model_json_schema(mode="serialization")
    for part in _objects(schema):
        texts = meanings(_MODELS[part.pop("title")])
        for name, field in part.get("properties", {}).items():
            field.pop("title", None)
            field |= {"description": texts[name]} if name in texts else {}
    return schema


def _objects(schema: Schema) -> list[Schema]:
    return [schema, *schema["$defs"].values()]


def _allow_null(setting: Schema, defaults: Mapping[str, Any]) -> None:
    """Allow null for each setting in a group: then its default applies."""
    for name, inner in setting.get("properties", {}).items():
        annotations = {key: inner.pop(key) for key in ("description", "default") if key in inner}
        setting["properties"][name] = annotations | {"default": defaults[name]} | _or_null(inner)
    if isinstance(values := setting.get("additionalProperties"), dict):
        setting["additionalProperties"] = _or_null(values)


def _or_null(schema: Schema) -> Schema:
    options = schema.get("anyOf", [schema])
    return {"anyOf": [*(option for option in options if option != {"type": "null"}), {"type": "null"}]}
