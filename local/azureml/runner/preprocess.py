"""Step 2: turn the three data files into tokens, with labels on the assistant's turns only."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from local.azureml.runner.chat import Encoded, Messages, encode
from local.azureml.runner.errors import StepError
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.spec import Spec

SPLITS = ("train", "validation", "test")
LONGEST = 1024
"""Tokens of a chat at most, whatever is asked: longer ones outgrow a laptop's memory."""


def run(spec: Spec, metrics: MetricLog) -> None:
    """Write ``{split}.jsonl`` and ``counts.json`` into the output ``preprocess_dir``."""
    model = spec.path("model_dir")
    files = {split: spec.path(f"{split}_file_path") for split in SPLITS}
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model)
    longest = max_length(_asked_length(spec), model)
    target = spec.output("preprocess_dir")
    counts = {split: _write(tokenizer, file, target / f"{split}.jsonl", longest) for split, file in files.items()}
    if not counts["train"]["rows"]:
        raise StepError("NoTrainingRows", f"No chat of {files['train'].name} is usable for training.")
    (target / "counts.json").write_text(json.dumps(counts, indent=2), encoding="utf-8")
    _report(counts, metrics)
    metrics.write({"progress": 1.0})


def max_length(asked: int, model: Path) -> int:
    """Tokens that a chat may have: as asked, or where -1 is asked the model's limit; never above ``LONGEST``."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    limit = min(int(config.get("max_position_embeddings", LONGEST)), LONGEST)
    return min(asked, limit) if asked > 0 else limit


def _asked_length(spec: Spec) -> int:
    asked = spec.inputs.get("max_seq_length", -1)
    try:
        return int(asked)
    except ValueError:
        raise StepError("BadHyperparameter", f"max_seq_length is {asked!r}, not a whole number.") from None


def _write(tokenizer: Any, source: Path, target: Path, longest: int) -> dict[str, int]:
    counts: Counter[str] = Counter(rows=0, tokens=0, learned_tokens=0, truncated=0, dropped=0)
    with target.open("w", encoding="utf-8") as file:
        for messages in _read_chats(source):
            encoded = encode(tokenizer, messages, longest)
            _count(counts, encoded)
            if encoded.learned:
                file.write(json.dumps({"input_ids": encoded.input_ids, "labels": encoded.labels}) + "\n")
    return dict(counts)


def _count(counts: Counter[str], encoded: Encoded) -> None:
    """A chat with nothing left to learn (all cut away) is dropped, as the component drops it."""
    if not encoded.learned:
        counts["dropped"] += 1
        return
    counts["rows"] += 1
    counts["tokens"] += len(encoded.input_ids)
    counts["learned_tokens"] += encoded.learned
    counts["truncated"] += encoded.truncated


def _read_chats(source: Path) -> Iterator[Messages]:
    """The chats of a JSONL file; those of under two messages are skipped, as the component skips them."""
    with source.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                messages = _parse(source, number, line)
                if len(messages) >= 2:
                    yield messages


def _parse(source: Path, number: int, line: str) -> Messages:
    try:
        messages = json.loads(line)["messages"]
        return [{"role": str(message["role"]), "content": str(message["content"])} for message in messages]
    except (ValueError, KeyError, TypeError):
        raise StepError("BadData", f"Line {number} of {source.name} has no messages of role and content.") from None


def _report(counts: dict[str, dict[str, int]], metrics: MetricLog) -> None:
    for split, numbers in counts.items():
        metrics.write({f"{split}_{name}": value for name, value in numbers.items()})
        print(f"{split}: " + ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in numbers.items()))
