"""Questions with reference answers, from chat records; and how close answers come to the references."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.core.errors import TunedropError


@dataclass(frozen=True)
class Question:
    """A conversation up to the question, and the answer that the data owner wrote."""

    messages: list[dict[str, str]]
    reference: str

    @property
    def text(self) -> str:
        """The question itself."""
        return self.messages[-1]["content"]


@dataclass(frozen=True)
class Answer:
    """A question with the answers of the base model (``before``) and of the tuned model (``after``)."""

    question: str
    before: str
    after: str
    reference: str


def questions(lines: bytes, limit: int) -> list[Question]:
    """Questions from a JSONL of chat records that end with an answer: at most ``limit``, spread over the file.

    Raises:
        TunedropError: there are none.
    """
    records = (json.loads(line) for line in lines.split(b"\n") if line.strip())
    candidates = [question for record in records if (question := _question(record))]
    if not candidates:
        raise TunedropError("No row was held out, so there is no question to ask.", "Drop a file with more rows.")
    count = min(limit, len(candidates))
    return [candidates[number * len(candidates) // count] for number in range(count)]


def chrf(answers: Sequence[str], references: Sequence[str]) -> float:
    """chrF of a set of answers, 0 to 100 (sacrebleu's corpus score)."""
    from sacrebleu.metrics import CHRF

    return float(CHRF().corpus_score(list(answers), [list(references)]).score)


def _question(record: dict[str, Any]) -> Question | None:
    messages = record["messages"]
    if len(messages) < 2 or messages[-1]["role"] != "assistant":
        return None
    return Question(messages[:-1], messages[-1]["content"])
