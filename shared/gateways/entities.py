"""Converts models to table entities and back: each field is a property that contains the field's JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from shared.core.errors import TunedropError
from shared.models.base import Model

M = TypeVar("M", bound=Model)

_PROPERTY_BYTES: Final = 64 * 1024
"""The limit of a property, in UTF-16."""


def to_entity(partition: str, row: str, model: Model) -> dict[str, Any]:
    """The entity that contains ``model``.

    Raises:
        TunedropError: a field is too large for a property.
    """
    fields = {name: _property(name, value) for name, value in model.model_dump(mode="json").items()}
    return {"PartitionKey": partition, "RowKey": row, **fields}


def from_entity(kind: type[M], entity: Mapping[str, Any]) -> M:
    """The model that an entity contains; fields that it lacks take their defaults.

    Raises:
        ValidationError: the entity is not a valid ``kind`` (pydantic's error).
    """
    return kind.model_validate({name: json.loads(entity[name]) for name in kind.model_fields if name in entity})


def _property(name: str, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    size = len(text.encode("utf-16-le"))
    if size > _PROPERTY_BYTES:
        raise TunedropError(f"'{name}' takes {size} bytes; a property of a table row takes {_PROPERTY_BYTES} at most.")
    return text
