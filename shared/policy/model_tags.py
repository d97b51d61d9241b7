"""What a base model's tags and system metadata say about fine-tuning it.

The registry has changed where these facts live (the size list left the tags on 2026-06-16), and a tag's
value may be JSON, the ``repr`` of a Python object, or already parsed. So both places and all forms are read.
"""

import ast
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_DEFAULTS_TAG: Final = "model_specific_defaults"
_SIZES_TAG: Final = "finetune_compute_allow_list"
_RETIREMENT_TAG: Final = "FinetuneRetirementDate"


def parsed(value: Any) -> Any:
    """A tag's value as an object: JSON first, then a Python literal, else as it was."""
    if not isinstance(value, str):
        return value
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return value


def defaults(tags: Mapping[str, Any]) -> dict[str, Any]:
    """``model_specific_defaults``, unfiltered: it holds keys and types that the component does not accept."""
    found = parsed(tags.get(_DEFAULTS_TAG))
    return {str(key): value for key, value in found.items()} if isinstance(found, Mapping) else {}


def finetune_skus(tags: Mapping[str, Any], system_metadata: Any = None) -> list[str]:
    """VM sizes the model may be fine-tuned on, from the tag or the system metadata; empty: not stated."""
    supported = _mapping(_mapping(system_metadata).get("supportedComputes"))
    return _names(tags.get(_SIZES_TAG)) or _names(supported.get("finetuneComputes"))


def retirement(tags: Mapping[str, Any], system_metadata: Any = None) -> datetime | None:
    """When fine-tuning of the model ends or ended, in UTC; ``None``: not announced."""
    deprecation = _mapping(_mapping(system_metadata).get("deprecation"))
    return _date(tags.get(_RETIREMENT_TAG)) or _date(deprecation.get("finetuneRetirementDate"))


def context_window(system_metadata: Any = None) -> int | None:
    """Tokens that the model takes at most; ``None``: not stated."""
    found = str(_mapping(system_metadata).get("textContextWindow"))
    return int(found) or None if found.isdecimal() else None


def _mapping(value: Any) -> Mapping[str, Any]:
    found = parsed(value)
    return found if isinstance(found, Mapping) else {}


def _names(value: Any) -> list[str]:
    found = parsed(value)
    if isinstance(found, str):
        found = found.strip("[] \n").split(",")
    if not isinstance(found, list | tuple):
        return []
    names = (str(name).strip(" '\"\n") for name in found)
    return [name for name in names if name]


def _date(value: Any) -> datetime | None:
    try:
        date = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
