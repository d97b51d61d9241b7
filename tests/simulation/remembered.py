"""Preparation is pure, so a process prepares the same files with the same settings only once."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from shared.data.preparing.outputs import Sink
from shared.data.preparing.prepare import UploadFile, prepare
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures

_DONE: Final[dict[Hashable, tuple[Figures, dict[str, bytes]]]] = {}
"""Figures and the content of each sink, by the arguments."""


def prepared(
    parts: Iterable[UploadFile],
    config: ProjectConfig,
    sinks: Mapping[str, Sink],
    *,
    evaluation_rows: Iterable[bytes] = (),
    earlier: Iterable[UploadFile] = (),
    **others: Any,
) -> Figures:
    """``shared.data.preparing.prepare.prepare``, from memory if possible. It reads its arguments in the same order."""
    held_out = tuple(evaluation_rows)
    uploaded, before = _read(parts), _read(earlier)
    key = (uploaded, config.model_dump_json(), held_out, before, *others.values())
    if key not in _DONE:
        written: dict[str, bytes] = defaultdict(bytes)
        recording = {name: _RecordingSink(written, name) for name in sinks}
        _DONE[key] = prepare(uploaded, config, recording, evaluation_rows=held_out, earlier=before, **others), written
    figures, rows = _DONE[key]
    for name, content in rows.items():
        sinks[name].write(content)
    return figures


def _read(parts: Iterable[UploadFile]) -> tuple[UploadFile, ...]:
    return tuple(replace(part, chunks=tuple(part.chunks)) for part in parts)


class _RecordingSink:
    """Stores what is written, by the sink's name."""

    def __init__(self, written: dict[str, bytes], name: str) -> None:
        self._written = written
        self._name = name

    def write(self, data: bytes, /) -> None:
        self._written[self._name] += data
