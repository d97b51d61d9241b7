"""Receipts, read as their readers do."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft7Validator

from shared.models.receipt import Receipt

SCHEMAS: Final = Path(__file__).parents[1] / "docs" / "schemas"


@cache
def validator(name: str) -> Any:
    """Validates against a published JSON Schema."""
    return Draft7Validator(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


def read(raw: bytes | str | None) -> Receipt:
    """The receipt in ``raw``, which must match its published schema."""
    assert raw is not None
    validator("receipt-1").validate(json.loads(raw))
    return Receipt.model_validate_json(raw)
