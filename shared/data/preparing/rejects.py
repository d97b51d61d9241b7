"""The rejected lines of an upload: reported, written as they came, and searched for what would make them usable."""

import base64
from collections import Counter
from typing import Any, Final

import orjson

from shared.data.contract import repair, validation
from shared.data.contract.faults import HINTS
from shared.data.preparing.line_processor import RejectedLine
from shared.data.preparing.outputs import BufferedSink, Sink
from shared.data.reading import shapes
from shared.models.config import ProjectConfig
from shared.models.receipt import Problem, Repairable, Shape

PROBLEMS_SHOWN: Final = 20
"""Rejected lines of each reason that a receipt lists; ``rejected.jsonl`` has all of them."""
_HEAD_BYTES: Final = 4096
"""How much of a file is needed to recognise its kind."""


class Rejects:
    """Collects rejected lines.

    Args:
        sink: where all of them are written, as JSON lines.
        config: the settings that they were rejected with.
    """

    def __init__(self, sink: Sink, config: ProjectConfig) -> None:
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self.problems: list[Problem] = []
        """The first ``PROBLEMS_SHOWN`` of each reason."""
        self._sink = BufferedSink(sink)
        self._config = config
        self._repairs: Counter[str] = Counter()
        """Lines by the repair that would help; ``rows`` counts each line once."""
        self._role_words: set[str] = set()
        self._shapes: Counter[str] = Counter()
        self._head = b""

    def add(self, rejected: RejectedLine, file: str | None, number: int) -> None:
        """Report a rejected line and write it.

        Args:
            file: name of its file, if the upload has several.
            number: its number in the file, from 1.
        """
        line, fault, _ = rejected
        self.count += 1
        self.reasons[fault.reason] += 1
        location: dict[str, str | int] = {"line": number} if file is None else {"file": file, "line": number}
        problem = {**location, **fault._asdict(), "hint": HINTS[fault.reason]}
        if self.reasons[fault.reason] <= PROBLEMS_SHOWN:
            self.problems.append(Problem.model_validate(problem))
        self._sink.write(orjson.dumps(problem | _raw(line), option=orjson.OPT_APPEND_NEWLINE))
        if len(self._head) < _HEAD_BYTES:
            self._head += line[:_HEAD_BYTES] + b"\n"
        if (record := validation.parse_rejected(line, fault)) is not None:
            self._look_for_remedy(record)

    def _look_for_remedy(self, record: Any) -> None:
        if shape := shapes.of_line(record):
            self._shapes[shape] += 1
        elif repaired := repair.suggest(record):
            self._repairs.update([*repaired.repairs, "rows"])
            self._role_words |= repaired.role_words

    def close(self) -> None:
        """Write what is still buffered: no line follows."""
        self._sink.flush()

    def repairable(self) -> Repairable | None:
        """The settings that would make rejected lines usable, with those that the project has; ``None``: none would."""
        by_repair = dict(sorted(self._repairs.items()))
        rows = by_repair.pop("rows", 0)
        if not rows:
            return None
        roles = self._config.roles | {word: repair.ROLE_SYNONYMS[word] for word in self._role_words}
        settings = repair.as_settings({*by_repair, *self._config.repair}, roles)
        return Repairable(rows=rows, by_repair=by_repair, settings=settings)

    def shape(self, lines: int, upload: str) -> Shape | None:
        """The kind of file that the upload is instead of chat rows; ``None``: not a known one, or not for most lines.

        Args:
            lines: how many lines the upload has.
            upload: its name, for the command.
        """
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
