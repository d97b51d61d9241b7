"""YAML as ``tunedrop.yaml`` is written: plain values, with the line of each and the keys that stand twice.

Values are what the JSON Schema for editors takes them for: numbers and text as in YAML 1.2, so that ``1e-5`` is
a number, and ``off`` and ``2026-12-24`` are text. Aliases and tags are
refused: settings are simple, and a few aliases could fill the memory.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

Path = tuple[str | int, ...]
_DEEPEST: Final = 3


class Document(NamedTuple):
    """A YAML file."""

    value: Any
    lines: dict[Path, int]
    """Line (from 1) of each key, and of each entry of a list, by its place."""
    twice: list[tuple[Path, int, int]]
    """Keys that stand twice in one mapping: their place, their line, and that of the first."""


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, "aliases and tags are not read here", event.start_mark)
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
    """The file's value.

    Raises:
        yaml.YAMLError: it is not YAML; a ``MarkedYAMLError`` names the place.
        ValueError: a number or a time in it is none.
        RecursionError: it is nested too deeply.
    """
    loader = _Loader(raw)
    try:
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    finally:
        loader.dispose()
    found = list(_places(node, ()))
    lines: dict[Path, int] = {}
    twice = []
    for path, line in found:
        if path in lines:
            twice.append((path, line, lines[path]))
        lines[path] = line
    return Document(value, lines, twice)


def _places(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, int]]:
    """Each key and entry, with its line."""
    if len(path) == _DEEPEST:
        return
    if isinstance(node, yaml.MappingNode):
        inner: list[tuple[str | int, yaml.Node, yaml.Node]] = [
            (str(key.value), key, value) for key, value in node.value
        ]
    elif isinstance(node, yaml.SequenceNode):
        inner = [(index, entry, entry) for index, entry in enumerate(node.value)]
    else:
        return
    for name, where, value in inner:
        yield (*path, name), where.start_mark.line + 1
        yield from _places(value, (*path, name))
