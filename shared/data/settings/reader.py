"""Reads a project's ``tunedrop.yaml``. Each mistake is reported with its line, its key and the allowed values."""

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
    from shared.data.settings.yaml_lines import Document, Duplicate, Path

MAX_BYTES: Final = 64 * 2**10
PROBLEMS_SHOWN: Final = 20
"""Mistakes that are reported at once: they are stored in the run's record."""
_LONGEST_QUOTE: Final = 40
"""Characters."""
_EXAMPLE: Final = "Write one setting per line, for instance 'mode: validate'."


def read(raw: bytes | None) -> ProjectConfig | list[Problem]:
    """The configuration in ``raw``, or the mistakes in it, in the order of their lines.

    Without a file, or with an empty one, all defaults apply.
    """
    if raw is None:
        return ProjectConfig()
    document = _parse(raw)
    if isinstance(document, Problem):
        return [document]
    problems = [_duplicate_key(duplicate) for duplicate in document.duplicates]
    try:
        config = ProjectConfig.model_validate(_without_empty(document.value or {}))
    except ValidationError as error:
        problems += _mistakes(error, document)
    else:
        if not problems:
            return config
    return sorted(problems, key=lambda problem: problem.line)[:PROBLEMS_SHOWN]


def summary(problems: Iterable[Problem]) -> str:
    """The mistakes as sentences, one per line."""
    return "\n".join(f"{CONFIG_FILE}, line {problem.line}: {problem.detail}. {problem.hint}" for problem in problems)


def _parse(raw: bytes) -> "Document | Problem":
    import yaml

    from shared.data.settings.yaml_lines import parse

    if len(raw) > MAX_BYTES:
        return _unusable(f"the file is larger than {MAX_BYTES // 1024} KiB", "Keep only settings in it.")
    try:
        document = parse(raw)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _unusable(f"this is not valid YAML ({error.problem})", _EXAMPLE, line)
    except (yaml.YAMLError, RecursionError, ValueError):
        return _unusable("the file is not valid YAML", _EXAMPLE)
    if document.value is not None and not isinstance(document.value, dict):
        return _unusable("the file has no settings", _EXAMPLE)
    return document


def _unusable(detail: str, hint: str, line: int = 1) -> Problem:
    return Problem(file=CONFIG_FILE, line=line, path="$", reason="settings.invalid", detail=detail, hint=hint)


def _problem(path: "Path", line: int, reason: str, detail: str, hint: str) -> Problem:
    return Problem(file=CONFIG_FILE, line=line, path=f"$.{_key(path)}", reason=reason, detail=detail, hint=hint)


def _duplicate_key(duplicate: "Duplicate") -> Problem:
    path, line, previous_line = duplicate
    detail = f"'{_key(path)}' is already set on line {previous_line}"
    return _problem(path, line, "setting.duplicate", detail, "Keep one of the two.")


def _without_empty(value: dict[Any, Any], path: "Path" = ()) -> dict[str, Any]:
    """Leaves out settings without a value, such as ``lease:``, so that defaults apply; unknown settings stay."""
    return {
        str(key): _without_empty(inner, (str(key),)) if isinstance(inner, dict) and not path else inner
        for key, inner in value.items()
        if inner is not None or schema_words.schema_at((*path, str(key))) is None
    }


def _mistakes(error: ValidationError, document: "Document") -> list[Problem]:
    """One problem per place: a value that fits none of several types is still one mistake."""
    problems: dict[Path, Problem] = {}
    for mistake in error.errors(include_url=False, include_context=False):
        loc = mistake["loc"]
        path = next((loc[:end] for end in range(len(loc), 0, -1) if loc[:end] in document.lines), loc[:1])
        if path not in problems:
            line = document.lines.get(path, 1)
            is_unknown = mistake["type"] == "extra_forbidden"
            problems[path] = _unknown(path, line) if is_unknown else _wrong_value(path, line, mistake["input"])
    return list(problems.values())


def _unknown(path: "Path", line: int) -> Problem:
    section = schema_words.schema_at(path[:-1]) or {}
    hint = _nearest(str(path[-1]), section.get("properties", {}))
    return _problem(path, line, "setting.unknown", f"there is no setting '{_key(path)}'", hint)


def _wrong_value(path: "Path", line: int, value: Any) -> Problem:
    schema = schema_words.schema_at(path) or {}
    is_choice = isinstance(value, str) and "enum" in schema
    hint = _nearest(str(value), schema["enum"]) if is_choice else f"Write {schema_words.describe(schema)}."
    return _problem(path, line, "setting.wrong", f"'{_key(path)}' cannot be {_quote(value)}", hint)


def _nearest(wrong: str, names: Iterable[str]) -> str:
    known = list(names)
    close = difflib.get_close_matches(wrong.casefold(), known, n=1)
    allowed = f"Allowed: {', '.join(known)}."
    return f"Did you mean '{close[0]}'? {allowed}" if close else allowed


def _key(path: "Path") -> str:
    """``split.test``, ``repair[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{_shorten(step)}" for step in path).lstrip(".")


def _quote(value: Any) -> str:
    """The value, as far as it helps its writer to recognise it."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a group of settings"
    return f"'{_shorten(str(value))}'" if isinstance(value, str) else _shorten(json.dumps(value, default=str))


def _shorten(text: str) -> str:
    """One line of limited length."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
