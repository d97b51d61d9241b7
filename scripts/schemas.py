"""The JSON Schemas that follow from the models: of ``tunedrop.yaml`` for editors, of receipts for who reads them.

Both say what each field means in the words of its docstring.
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
"""What editors understand."""
_MODELS: Final = {
    name: member
    for module in (config, receipt)
    for name, member in vars(module).items()
    if inspect.isclass(member) and issubclass(member, BaseModel)
}


def of_settings() -> Schema:
    """Of ``tunedrop.yaml``: accepts what ``shared.data.settings.reader`` accepts, and shows each setting's default."""
    schema = _described(config.ProjectConfig)
    defaults = config.ProjectConfig().model_dump(mode="json")
    for name, setting in schema["properties"].items():
        _may_be_empty(schema["$defs"].get(setting.get("$ref", "").rpartition("/")[2], setting), defaults[name])
    _may_be_empty(schema, defaults)
    return _DIALECT | schema | {"title": "tunedrop.yaml", "type": ["object", "null"]}


def of_receipts() -> Schema:
    """Of a receipt. A version may get more fields, so readers pass over those that they don't know."""
    schema = _described(receipt.Receipt)
    for part in _objects(schema):
        part.pop("additionalProperties", None)
    required = ["schema_version", *schema["required"]]
    return _DIALECT | schema | {"title": "Tunedrop receipt, version 1", "required": required}


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What a model's fields mean: the string below each, on one line."""
    found: dict[str, str] = {}
    for part in reversed([part for part in model.__mro__ if part.__name__ in _MODELS]):
        (definition,) = ast.parse(inspect.getsource(part)).body
        assert isinstance(definition, ast.ClassDef)
        found |= dict(_field_strings(definition.body))
    return found


def _field_strings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                yield name, " ".join(text.replace("``", "`").split())


def _described(model: type[BaseModel]) -> Schema:
    """The schema of what is written, without pydantic's titles, with descriptions."""
    schema = model.model_json_schema(mode="serialization")
    for part in _objects(schema):
        said = meanings(_MODELS[part.pop("title")])
        for name, field in part.get("properties", {}).items():
            field.pop("title", None)
            field |= {"description": said[name]} if name in said else {}
    return schema


def _objects(schema: Schema) -> list[Schema]:
    return [schema, *schema["$defs"].values()]


def _may_be_empty(setting: Schema, defaults: Mapping[str, Any]) -> None:
    """Settings below this one may have nothing behind them: then their default holds."""
    for name, inner in setting.get("properties", {}).items():
        told = {key: inner.pop(key) for key in ("description", "default") if key in inner}
        setting["properties"][name] = told | {"default": defaults[name]} | _or_nothing(inner)
    if isinstance(values := setting.get("additionalProperties"), dict):
        setting["additionalProperties"] = _or_nothing(values)


def _or_nothing(schema: Schema) -> Schema:
    options = schema.get("anyOf", [schema])
    return {"anyOf": [*(option for option in options if option != {"type": "null"}), {"type": "null"}]}
