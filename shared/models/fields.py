"""Types of settings: how they are written in YAML, and their JSON Schemas."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS: Final = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
"""Seconds."""
_DURATION: Final = "([1-9][0-9]{0,3} ?d|[1-9][0-9]{0,4} ?h|[1-9][0-9]{0,6} ?m|[1-9][0-9]{0,7} ?s)"
"""The longest is some 27 years, so that adding it to a date cannot overflow."""
_DATE: Final = "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
_MOMENT: Final = f"{_DATE}([T ]{_TIME})?"


def format_duration(value: timedelta) -> str:
    """A duration as ``tunedrop.yaml`` has it: ``12h``."""
    seconds = int(value.total_seconds())
    unit = next(unit for unit, length in _UNITS.items() if seconds % length == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _duration(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(_DURATION, value):
        return timedelta(seconds=_UNITS[value[-1]] * int(value[:-1]))
    return value


def _moment(value: Any) -> Any:
    """A time without a zone is UTC."""
    if isinstance(value, str) and re.fullmatch(_MOMENT, value):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value


def _text(pattern: str, examples: Sequence[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": list(examples)})


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    _text(_DURATION, ["90s", "15m", "12h", "7d"]),
]
"""``90s``, ``15m``, ``12h`` or ``7d``."""

Moment = Annotated[datetime, BeforeValidator(_moment), _text(_MOMENT, ["2026-12-24", "2026-12-24 18:00"])]
"""A date, or a date and a time, with a zone or in UTC."""


def _not_messages(value: str) -> str:
    if value == "messages":
        raise ValueError("it is always kept")
    return value


OtherKey = Annotated[
    str, AfterValidator(_not_messages), WithJsonSchema({"type": "string", "not": {"const": "messages"}})
]
"""A key of a row beside ``messages``."""
