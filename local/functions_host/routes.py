"""Route templates of HTTP triggers: ``score/{project}``, ``{n:int}``, ``{id?}``, ``{*rest}``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from local.functions_host.errors import AppError

_PARAMETER: Final = re.compile(r"\{(?P<star>\*)?(?P<name>\w+)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
_KINDS: Final = {
    "int": r"-?\d{1,10}",
    "long": r"-?\d{1,19}",
    "alpha": r"[A-Za-z]+",
    "bool": r"[Tt]rue|[Ff]alse",
    "guid": r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
}
_LITERAL, _NARROW, _WIDE, _REST = range(4)


@dataclass(frozen=True)
class _Segment:
    pattern: re.Pattern[str]
    rank: int
    optional: bool = False
    name: str = ""


class Route:
    """A route template, which is matched against the segments of a path.

    Raises:
        AppError: a part of the template is wrong.
    """

    def __init__(self, template: str) -> None:
        self.template = template.strip("/")
        self._segments = [_segment(part, self.template) for part in self.template.split("/") if part]

    @property
    def precedence(self) -> tuple[int, ...]:
        """Sort key: of two routes that match, the one with the lower key wins."""
        return tuple(segment.rank for segment in self._segments)

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """The values of the parameters if ``path`` (decoded segments) matches, without absent optional ones."""
        values: dict[str, str] = {}
        for index, segment in enumerate(self._segments):
            if segment.rank == _REST:
                return values | {segment.name: "/".join(path[index:])}
            if index >= len(path):
                return values if segment.optional else None
            match = segment.pattern.fullmatch(path[index])
            if match is None:
                return None
            values |= match.groupdict()
        return values if len(path) <= len(self._segments) else None


def _segment(part: str, template: str) -> _Segment:
    parameters = list(_PARAMETER.finditer(part))
    if re.search(r"[{}]", _PARAMETER.sub("", part)):
        raise AppError(f"The route '{template}' has the wrong part '{part}'.", "Write a parameter as {name}.")
    if not parameters:
        return _Segment(re.compile(re.escape(part), re.IGNORECASE), _LITERAL)
    whole = parameters[0].group() == part
    if whole and parameters[0]["star"]:
        return _Segment(re.compile(""), _REST, name=parameters[0]["name"])
    narrow = not whole or parameters[0]["kind"]
    pattern = re.compile(_pattern(part, template), re.IGNORECASE)
    return _Segment(pattern, _NARROW if narrow else _WIDE, optional=whole and bool(parameters[0]["optional"]))


def _pattern(part: str, template: str) -> str:
    pattern, end = "", 0
    for parameter in _PARAMETER.finditer(part):
        pattern += re.escape(part[end : parameter.start()]) + _group(parameter, template)
        end = parameter.end()
    return pattern + re.escape(part[end:])


def _group(parameter: re.Match[str], template: str) -> str:
    kind = parameter["kind"]
    if kind is not None and kind not in _KINDS:
        remedy = f"Use one of {', '.join(_KINDS)}, or check the value in the function."
        raise AppError(f"The route '{template}' has the constraint '{kind}', which this host does not support.", remedy)
    return f"(?P<{parameter['name']}>{_KINDS[kind] if kind else '.+?'})"
