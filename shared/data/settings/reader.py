"""Reads a project's ``tunedrop.yaml``. Every mistake names its line, its key, what may stand there and the nearest."""

import difflib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from shared.core.naming import CONFIG_FILE
from shared.data.settings import schema_words
from shared.models.config import ProjectConfig
from shared.models.receipt import Problem

if TYPE_CHECKING:
    from shared.data.settings.yaml_lines import Document, Path

LARGEST: Final = 64 * 2**10
"""Bytes."""
PROBLEMS_SHOWN: Final = 20
"""Mistakes that are told at once: they are kept in the run's record."""
_LONGEST_QUOTE: Final = 40
_EXAMPLE: Final = "Write one setting a line, for instance 'mode: validate'."


def read(raw: bytes | None) -> ProjectConfig | list[Problem]:
    """The configuration in ``raw``, or what is wrong in it, in the order of its lines.

    Without a file, or with nothing in it, all defaults hold.
    """
    if raw is None:
        return ProjectConfig()
    found = _parsed(raw)
    if isinstance(found, Problem):
        return [found]
    problems = [_twice(*one) for one in found.twice]
    try:
        config = ProjectConfig.model_validate(_without_empty(found.value or {}))
    except ValidationError as error:
        problems += _wrong(error, found)
    else:
        if not problems:
            return config
    return sorted(problems, key=lambda problem: problem.line)[:PROBLEMS_SHOWN]


def summary(problems: Iterable[Problem]) -> str:
    """The mistakes in sentences, a line each."""
    return "\n".join(f"{CONFIG_FILE}, line {one.line}: {one.found}. {one.hint}" for one in problems)


def _parsed(raw: bytes) -> "Document | Problem":
    import yaml

    from shared.data.settings.yaml_lines import parse

    if len(raw) > LARGEST:
        return _not_yaml(f"the file is larger than {LARGEST // 1024} KiB", "Keep only settings in it.")
    try:
        found = parse(raw)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _not_yaml(f"this is not YAML ({error.problem})", _EXAMPLE, line)
    except (yaml.YAMLError, RecursionError, ValueError):
        return _not_yaml("the file is not YAML", _EXAMPLE)
    if found.value is not None and not isinstance(found.value, dict):
        return _not_yaml("the file holds no settings", _EXAMPLE)
    return found


def _not_yaml(found: str, hint: str, line: int = 1) -> Problem:
    return Problem(file=CONFIG_FILE, line=line, path="$", reason="settings.invalid", found=found, hint=hint)


def _problem(path: "Path", line: int, reason: str, found: str, hint: str) -> Problem:
    return Problem(file=CONFIG_FILE, line=line, path=f"$.{_key(path)}", reason=reason, found=found, hint=hint)


def _twice(path: "Path", line: int, first: int) -> Problem:
    found = f"'{_key(path)}' stands on line {first} already"
    return _problem(path, line, "setting.twice", found, "Keep one of the two.")


def _without_empty(value: dict[Any, Any], path: "Path" = ()) -> dict[str, Any]:
    """``lease:`` with nothing behind it means: as if it were not there. A setting that does not exist stays."""
    return {
        str(key): _without_empty(inner, (str(key),)) if isinstance(inner, dict) and not path else inner
        for key, inner in value.items()
        if inner is not None or schema_words.of((*path, str(key))) is None
    }


def _wrong(error: ValidationError, document: "Document") -> list[Problem]:
    """One problem for each place: a value that fits none of several types is still one mistake."""
    found: dict[Path, Problem] = {}
    for one in error.errors(include_url=False, include_context=False):
        loc = one["loc"]
        path = next((loc[:end] for end in range(len(loc), 0, -1) if loc[:end] in document.lines), loc[:1])
        if path not in found:
            line = document.lines.get(path, 1)
            found[path] = (
                _unknown(path, line) if one["type"] == "extra_forbidden" else _refused(path, line, one["input"])
            )
    return list(found.values())


def _unknown(path: "Path", line: int) -> Problem:
    section = schema_words.of(path[:-1]) or {}
    hint = _nearest(str(path[-1]), section.get("properties", {}))
    return _problem(path, line, "setting.unknown", f"there is no setting '{_key(path)}'", hint)


def _refused(path: "Path", line: int, value: Any) -> Problem:
    schema = schema_words.of(path) or {}
    is_one_of = isinstance(value, str) and "enum" in schema
    hint = _nearest(str(value), schema["enum"]) if is_one_of else f"Write {schema_words.words(schema)}."
    return _problem(path, line, "setting.wrong", f"'{_key(path)}' cannot be {_quoted(value)}", hint)


def _nearest(wrong: str, names: Iterable[str]) -> str:
    right = list(names)
    close = difflib.get_close_matches(wrong.casefold(), right, n=1)
    every = f"Possible: {', '.join(right)}."
    return f"Did you mean '{close[0]}'? {every}" if close else every


def _key(path: "Path") -> str:
    """``split.test``, ``repair[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{_short(step)}" for step in path).lstrip(".")


def _quoted(value: Any) -> str:
    """What stands there, as far as it helps."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "lines of settings"
    return f"'{_short(str(value))}'" if isinstance(value, str) else _short(json.dumps(value, default=str))


def _short(text: str) -> str:
    """On one line, and not too long."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
