"""The bad lines of an upload: reported, kept as they came, and searched for what would make them usable."""

import base64
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared.data.contract import repair, validation
from shared.data.contract.faults import HINTS
from shared.data.preparing.examiner import RejectedLine
from shared.data.preparing.outputs import Buffered, Sink
from shared.data.reading import shapes
from shared.models.config import ProjectConfig
from shared.models.receipt import Problem, Repairable, Shape

PROBLEMS_SHOWN: Final = 20
"""Bad lines of each reason that a receipt lists; ``rejected.jsonl`` has all of them."""
_HEAD: Final = 4096
"""Bytes of a file that show what kind it is."""


class Rejects:
    """Collects bad lines."""

    def __init__(self, sink: Sink, config: ProjectConfig) -> None:
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self.problems: list[Problem] = []
        self._sink = Buffered(sink)
        self._config = config
        self._repairable: Counter[str] = Counter()
        self._words: set[str] = set()
        self._shapes: Counter[str] = Counter()
        self._head = b""

    def add(self, rejected: RejectedLine, place: Mapping[str, Any]) -> None:
        """A bad line, and where it is, as in ``Problem``."""
        line, fault, _ = rejected
        self.count += 1
        self.reasons[fault.reason] += 1
        problem = {**place, **fault._asdict(), "hint": HINTS[fault.reason]}
        if self.reasons[fault.reason] <= PROBLEMS_SHOWN:
            self.problems.append(Problem.model_validate(problem))
        self._sink.write(orjson.dumps(problem | _raw(line), option=orjson.OPT_APPEND_NEWLINE))
        if len(self._head) < _HEAD:
            self._head += line[:_HEAD] + b"\n"
        if (record := validation.parsed(line, fault)) is not None:
            self._look_into(record)

    def _look_into(self, record: Any) -> None:
        if shape := shapes.of_line(record):
            self._shapes[shape] += 1
        elif repaired := repair.suggest(record):
            self._repairable.update([*repaired.used, "rows"])
            self._words |= repaired.words

    def close(self) -> None:
        """Nothing more will come."""
        self._sink.flush()

    def repairable(self) -> Repairable | None:
        """What settings would make usable, beside those that there are."""
        by = dict(sorted(self._repairable.items()))
        rows = by.pop("rows", 0)
        if not rows:
            return None
        roles = self._config.roles | {word: repair.SYNONYMS[word] for word in self._words}
        return Repairable(rows=rows, by=by, settings=repair.settings({*by, *self._config.repair}, roles))

    def shape(self, lines: int, upload: str) -> Shape | None:
        """The other kind of file that most of its ``lines`` show."""
        if 2 * self.count <= lines:
            return None
        name, rows = shapes.of_file(self._head), self.count
        if name is None and self._shapes:
            [(name, rows)] = self._shapes.most_common(1)
        if name is None or 2 * rows <= lines:
            return None
        return Shape(name=name, rows=rows, command=shapes.command(name, upload))


def _raw(line: bytes) -> dict[str, str]:
    try:
        return {"raw": line.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(line).decode()}
