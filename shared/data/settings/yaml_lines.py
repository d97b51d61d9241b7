"""Parses the YAML of ``tunedrop.yaml``: plain values, with the line of each and the duplicate keys.

Values have the types that the JSON Schema for editors expects: numbers and text as in YAML 1.2, so that ``1e-5`` is
a number, and ``off`` and ``2026-12-24`` are text. Aliases and tags are rejected: settings do not need them, and a few
aliases could fill the memory.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""
_MAX_DEPTH: Final = 3


class Duplicate(NamedTuple):
    """A key that occurs again in one mapping."""

    path: Path
    line: int
    previous_line: int


class Document(NamedTuple):
    """A YAML file."""

    value: Any
    lines: dict[Path, int]
    """Line (from 1) of each key and list entry, by its path."""
    duplicates: list[Duplicate]


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, "aliases and tags are not supported", event.start_mark)
        return super().compose_node(parent, index)


_TYPES: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
)
for _tag, _pattern, _first in _TYPES:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^({_pattern})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def parse(raw: bytes) -> Document:
    """Parse a YAML file.

    Raises:
        yaml.YAMLError: it is not YAML; a ``MarkedYAMLError`` names the line.
        ValueError: a number in it is too long.
        RecursionError: it is nested too deeply.
    """
    loader = _Loader(raw)
    try:
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    finally:
        loader.dispose()
    lines: dict[Path, int] = {}
    duplicates = []
    for path, line in _lines(node, ()):
        if path in lines:
            duplicates.append(Duplicate(path, line, lines[path]))
        lines[path] = line
    return Document(value, lines, duplicates)


def _lines(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, int]]:
    """The path and line of each key and entry."""
    if len(path) == _MAX_DEPTH:
        return
    if isinstance(node, yaml.MappingNode):
        children: list[tuple[str | int, yaml.Node, yaml.Node]] = [
            (str(key.value), key, value) for key, value in node.value
        ]
    elif isinstance(node, yaml.SequenceNode):
        children = [(index, entry, entry) for index, entry in enumerate(node.value)]
    else:
        return
    for name, named, value in children:
        yield (*path, name), named.start_mark.line + 1
        yield from _lines(value, (*path, name))
