"""Reads a project's ``tunedrop.yaml``; errors name the line, the key and the nearest right one."""

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from shared.errors import ConfigError
from shared.models.config import LeaseConfig, ProjectConfig, SplitConfig
from shared.naming import CONFIG_FILE

LARGEST: Final = 64 * 2**10
"""Bytes."""

_DURATION: Final = re.compile(r"(\d{1,9})\s*([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATIONS: Final = ("max_age", "idle")
_SECTIONS: Final[Mapping[tuple[str, ...], type[BaseModel]]] = {
    (): ProjectConfig,
    ("lease",): LeaseConfig,
    ("split",): SplitConfig,
}

Path = tuple[str, ...]


def load(raw: bytes | None) -> ProjectConfig:
    """The configuration in ``raw``; all defaults where there is no file or nothing in it.

    Durations may be written as ``12h`` or ``7d``; a time without a zone is UTC.

    Raises:
        ConfigError: it is not YAML, or a key or value is wrong.
    """
    if raw is None:
        return ProjectConfig()
    value, lines = _parse(raw)
    try:
        return _in_utc(ProjectConfig.model_validate(_with_durations(value)))
    except ValidationError as error:
        raise _explained(error, lines) from None


def _parse(raw: bytes) -> tuple[dict[str, Any], dict[Path, int]]:
    """The file's value without empty entries, and the line of each key."""
    import yaml

    if len(raw) > LARGEST:
        raise ConfigError(f"{CONFIG_FILE} is larger than {LARGEST // 1024} KiB.", "Keep only settings in it.")
    try:
        node = yaml.compose(raw, yaml.SafeLoader)
        value = yaml.safe_load(raw)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{CONFIG_FILE}{where}: this is not YAML ({error.problem}).", _EXAMPLE) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ConfigError(f"{CONFIG_FILE} is not YAML.", _EXAMPLE) from None
    if value is not None and not isinstance(value, dict):
        raise ConfigError(f"{CONFIG_FILE} holds no settings.", _EXAMPLE)
    return _without_empty(value or {}), dict(_key_lines(node, ()))


_EXAMPLE: Final = "Write one setting a line, for instance 'mode: validate'."


def _key_lines(node: Any, path: Path, deepest: int = 3) -> Sequence[tuple[Path, int]]:
    """Line numbers (from 1) of the keys of a YAML mapping and the mappings in it."""
    if getattr(node, "id", "") != "mapping" or len(path) == deepest:
        return []
    found: list[tuple[Path, int]] = []
    for key, value in node.value:
        here = (*path, str(key.value))
        found += [(here, key.start_mark.line + 1), *_key_lines(value, here)]
    return found


def _without_empty(value: dict[Any, Any], levels: int = 2) -> dict[str, Any]:
    """``lease:`` with nothing behind it means: as if it were not there."""
    return {
        str(key): _without_empty(inner, levels - 1) if isinstance(inner, dict) and levels > 1 else inner
        for key, inner in value.items()
        if inner is not None
    }


def _with_durations(value: dict[str, Any]) -> dict[str, Any]:
    lease = value.get("lease")
    if not isinstance(lease, dict):
        return value
    return value | {"lease": lease | {key: _duration(lease[key]) for key in _DURATIONS if key in lease}}


def _duration(value: Any) -> Any:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        return value


def _in_utc(config: ProjectConfig) -> ProjectConfig:
    until = config.lease.keep_until
    if until is None or until.tzinfo is not None:
        return config
    lease = config.lease.model_copy(update={"keep_until": until.replace(tzinfo=UTC)})
    return config.model_copy(update={"lease": lease})


def _explained(error: ValidationError, lines: Mapping[Path, int]) -> ConfigError:
    """The first mistake, in the words of the file."""
    first = error.errors(include_input=False, include_url=False)[0]
    path = tuple(str(step) for step in first["loc"])
    known = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in lines), path)
    where = f"{CONFIG_FILE}, line {lines[known]}" if known in lines else CONFIG_FILE
    key = ".".join(known)
    if first["type"] == "extra_forbidden":
        return ConfigError(f"{where}: there is no setting '{key}'.", _nearest(path))
    return ConfigError(f"{where}: '{key}' is wrong.", f"{first['msg']}.")


def _nearest(path: Path) -> str:
    section = _SECTIONS.get(path[:-1])
    known = sorted(section.model_fields) if section else []
    close = difflib.get_close_matches(path[-1], known, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(known)}."
