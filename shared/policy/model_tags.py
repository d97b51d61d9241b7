"""Reads facts about fine-tuning from a base model's tags and system metadata.

The registry has moved such facts (the list of VM sizes left the tags on 2026-06-16), and a value may be JSON, the
``repr`` of a Python object, or an object. So both places and all three forms are read.
"""

import ast
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_DEFAULTS_TAG: Final = "model_specific_defaults"
_SIZES_TAG: Final = "finetune_compute_allow_list"
_RETIREMENT_TAG: Final = "FinetuneRetirementDate"


def _parsed(value: Any) -> Any:
    """A value as an object: parsed as JSON, else as a Python literal, else unchanged."""
    if not isinstance(value, str):
        return value
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return value


def defaults(tags: Mapping[str, Any]) -> dict[str, Any]:
    """``model_specific_defaults``, unfiltered: it has keys and types that the component does not accept."""
    return {str(key): value for key, value in _mapping(tags.get(_DEFAULTS_TAG)).items()}


def finetune_skus(tags: Mapping[str, Any], system_metadata: Any = None) -> list[str]:
    """VM sizes that the model can be fine-tuned on, from the tag or the system metadata; empty: not stated."""
    supported = _mapping(_mapping(system_metadata).get("supportedComputes"))
    return _names(tags.get(_SIZES_TAG)) or _names(supported.get("finetuneComputes"))


def retirement(tags: Mapping[str, Any], system_metadata: Any = None) -> datetime | None:
    """When fine-tuning of the model ends or ended, in UTC; ``None``: not announced."""
    deprecation = _mapping(_mapping(system_metadata).get("deprecation"))
    return _date(tags.get(_RETIREMENT_TAG)) or _date(deprecation.get("finetuneRetirementDate"))


def context_window(system_metadata: Any = None) -> int | None:
    """Most tokens that the model takes; ``None``: not stated."""
    tokens = str(_mapping(system_metadata).get("textContextWindow"))
    return int(tokens) or None if tokens.isdecimal() else None


def _mapping(value: Any) -> Mapping[str, Any]:
    parsed = _parsed(value)
    return parsed if isinstance(parsed, Mapping) else {}


def _names(value: Any) -> list[str]:
    parsed = _parsed(value)
    if isinstance(parsed, str):
        parsed = parsed.strip("[] \n").split(",")
    if not isinstance(parsed, list | tuple):
        return []
    names = (str(name).strip(" '\"\n") for name in parsed)
    return [name for name in names if name]


def _date(value: Any) -> datetime | None:
    try:
        date = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
