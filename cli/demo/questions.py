"""Questions with reference answers, from chat records; and how near answers come to the references."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.core.errors import TunedropError

PARAMETERS: Final = {"max_new_tokens": 200, "do_sample": False}
"""Of generation, unless told otherwise: the likeliest words, and enough of them."""


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
    """A question with what the base model and the tuned model say to it."""

    question: str
    before: str
    after: str
    reference: str


def questions(lines: bytes, limit: int) -> list[Question]:
    """Questions of a JSONL of chat records that end with an answer: at most ``limit``, spread over the file.

    Raises:
        TunedropError: it holds none.
    """
    records = (json.loads(line) for line in lines.split(b"\n") if line.strip())
    found = [question for record in records if (question := _question(record))]
    if not found:
        raise TunedropError("There is no held-out question to ask.", "Upload more rows: a tenth of them is held out.")
    count = min(limit, len(found))
    return [found[number * len(found) // count] for number in range(count)]


def chrf(answers: Sequence[str], references: Sequence[str]) -> float:
    """chrF of a set of answers, 0 to 100 (sacrebleu's corpus score)."""
    from sacrebleu.metrics import CHRF

    return float(CHRF().corpus_score(list(answers), [list(references)]).score)


def _question(record: dict[str, Any]) -> Question | None:
    messages = record["messages"]
    if len(messages) < 2 or messages[-1]["role"] != "assistant":
        return None
    return Question(messages[:-1], messages[-1]["content"])
