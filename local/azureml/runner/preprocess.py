"""Step 2: tokenise the three data files, with labels on the assistant's turns only."""

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
"""Maximum number of tokens of a chat, whatever is requested: longer chats need more memory than a laptop has."""


def run(spec: Spec, metrics: MetricLog) -> None:
    """Write ``{split}.jsonl`` and ``counts.json`` into the output ``preprocess_dir``.

    Raises:
        StepError: an input is missing or wrong, or no chat can be trained on.
    """
    model = spec.path("model_dir")
    files = {split: spec.path(f"{split}_file_path") for split in SPLITS}
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model)
    longest = max_length(_requested_length(spec), model)
    target = spec.output("preprocess_dir")
    counts = {split: _write(tokenizer, file, target / f"{split}.jsonl", longest) for split, file in files.items()}
    if not counts["train"]["rows"]:
        raise StepError("NoTrainingRows", f"No chat of {files['train'].name} can be used for training.")
    (target / "counts.json").write_text(json.dumps(counts, indent=2), encoding="utf-8")
    _report(counts, metrics)
    metrics.write({"progress": 1.0})


def max_length(requested: int, model: Path) -> int:
    """The maximum number of tokens of a chat: as requested (-1: the model's limit), but at most ``LONGEST``."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    limit = min(int(config.get("max_position_embeddings", LONGEST)), LONGEST)
    return min(requested, limit) if requested > 0 else limit


def _requested_length(spec: Spec) -> int:
    requested = spec.inputs.get("max_seq_length", -1)
    try:
        return int(requested)
    except ValueError:
        raise StepError("BadHyperparameter", f"max_seq_length must be a whole number; it was {requested!r}.") from None


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
    """A chat with nothing left to learn, because its answers were cut away, is dropped, as in Azure's component."""
    if not encoded.learned:
        counts["dropped"] += 1
        return
    counts["rows"] += 1
    counts["tokens"] += len(encoded.input_ids)
    counts["learned_tokens"] += encoded.learned
    counts["truncated"] += encoded.truncated


def _read_chats(source: Path) -> Iterator[Messages]:
    """The chats of a JSONL file; those with fewer than two messages are skipped, as in Azure's component."""
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
        raise StepError("BadData", f"Line {number} of {source.name} has no messages with role and content.") from None


def _report(counts: dict[str, dict[str, int]], metrics: MetricLog) -> None:
    for split, numbers in counts.items():
        metrics.write({f"{split}_{name}": value for name, value in numbers.items()})
        print(f"{split}: " + ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in numbers.items()))
