"""Models as table entities: one property a field, each holding its field's JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from shared.core.errors import TunedropError
from shared.models.base import Model

M = TypeVar("M", bound=Model)

LARGEST: Final = 64 * 1024
"""Bytes that a property may hold, as UTF-16."""


def to_entity(partition: str, row: str, model: Model) -> dict[str, Any]:
    """The entity that holds ``model``.

    Raises:
        TunedropError: a field is too large for a property.
    """
    fields = {name: _property(name, value) for name, value in model.model_dump(mode="json").items()}
    return {"PartitionKey": partition, "RowKey": row, **fields}


def from_entity(kind: type[M], row: Mapping[str, Any]) -> M:
    """The model that ``row`` holds."""
    return kind.model_validate({name: json.loads(row[name]) for name in kind.model_fields if name in row})


def _property(name: str, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    size = len(text.encode("utf-16-le"))
    if size > LARGEST:
        raise TunedropError(f"'{name}' takes {size} bytes in its table row; a property holds {LARGEST}.")
    return text
