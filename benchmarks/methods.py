"""Ways to prepare the same file: ours and others. ``python -m benchmarks.methods NAME FILE OUT`` prints seconds.

All keep the same rows: each validates them by the same contract, removes exact duplicates, writes three splits by
content hash and the rejected rows, and computes the file's hash, the training tokens and the histograms of a receipt.
The time does not include imports and a small file that is prepared first.
"""

import hashlib
import json
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any, Final

import orjson
import xxhash

from shared.data.contract.validation import find_fault
from shared.data.preparing import splits
from shared.data.preparing.line_processor import LineProcessor, ProcessLines
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.data.preparing.tally import ROW_TOKENS, TURNS
from shared.data.preparing.tokens import TokenCounter, estimate
from shared.data.preparing.workers import process_in_parallel
from shared.models.config import ProjectConfig

_PIECE, _PIECE_FOR_WORKERS = 2**20, 2**18
"""Bytes. A thread is woken for each piece, so pieces are large; for workers they are small enough for the cache."""
_WARM: Final = 1000
"""Lines that each method reads before the clock starts."""


def exact(file: Path, out: Path) -> None:
    """Preparation with exact deduplication and without a scan for personal data."""
    _prepare(file, out, ProjectConfig(duplicates="exact", pii="off"))


def defaults(file: Path, out: Path) -> None:
    """Preparation without settings: normalised deduplication, and a scan for personal data."""
    _prepare(file, out, ProjectConfig())


def exact_by_two(file: Path, out: Path) -> None:
    """``exact`` with two workers."""
    _prepare(file, out, ProjectConfig(duplicates="exact", pii="off"), workers=2)


def defaults_by_two(file: Path, out: Path) -> None:
    """``defaults`` with two workers."""
    _prepare(file, out, ProjectConfig(), workers=2)


def _prepare(file: Path, out: Path, config: ProjectConfig, workers: int = 0) -> None:
    with ExitStack() as opened:
        sinks = {name: opened.enter_context((out / f"{name}.jsonl").open("wb")) for name in (*splits.NAMES, REJECTED)}
        process_lines = opened.enter_context(_workers(file, config, workers))
        pieces = _pieces(file, _PIECE_FOR_WORKERS if workers else _PIECE)
        prepare([UploadFile(pieces, process_lines=process_lines)], config, sinks)


def _workers(file: Path, config: ProjectConfig, workers: int) -> AbstractContextManager[ProcessLines | None]:
    if not workers:
        return nullcontext()
    return process_in_parallel(file, LineProcessor(config, TokenCounter(), None), workers)


def _pieces(file: Path, size: int) -> Iterator[bytes]:
    with file.open("rb", buffering=0) as opened:
        while piece := opened.read(size):
            yield piece


def pandas(file: Path, out: Path) -> None:
    """pandas, as in the lesson: the whole file in one table."""
    import pandas

    table = pandas.read_json(file, lines=True, dtype=False)
    faults = table.apply(lambda row: find_fault({"messages": row["messages"]}), axis=1)
    rejected = table[faults.notna()].assign(line=lambda bad: bad.index + 1, fault=faults)
    rejected.to_json(out / f"{REJECTED}.jsonl", orient="records", lines=True, force_ascii=False)
    table = table[faults.isna()]
    table["key"] = table["messages"].apply(_key)
    table = table.drop_duplicates("key")
    table["tokens"] = table["key"].apply(_tokens)
    table["turns"] = table["messages"].apply(len)
    table["split"] = table["key"].apply(_split_of)
    for name in splits.NAMES:
        rows = table.loc[table["split"] == name, ["messages"]]
        rows.to_json(out / f"{name}.jsonl", orient="records", lines=True, force_ascii=False)
    figures = {
        "sha256": _sha256(file),
        "tokens": int(table.loc[table["split"] == "train", "tokens"].sum()),
        "turns": pandas.cut(table["turns"], [*TURNS, 10**9], right=False).value_counts().tolist(),
        "row_tokens": pandas.cut(table["tokens"], [*ROW_TOKENS, 10**9], right=False).value_counts().tolist(),
    }
    (out / "figures.json").write_text(json.dumps(figures))


def datasets(file: Path, out: Path) -> None:
    """Hugging Face ``datasets``, streaming."""
    import datasets

    digests: set[bytes] = set()
    tokens = dict.fromkeys(splits.NAMES, 0)
    turns, row_tokens = [0] * len(TURNS), [0] * len(ROW_TOKENS)
    with ExitStack() as opened:
        sinks = {name: opened.enter_context((out / f"{name}.jsonl").open("wb")) for name in (*splits.NAMES, REJECTED)}
        rows = datasets.load_dataset("json", data_files=str(file), split="train", streaming=True)
        for line, row in enumerate(rows, 1):
            if fault := find_fault(row):
                sinks[REJECTED].write(orjson.dumps(row | {"line": line, "fault": list(fault)}) + b"\n")
                continue
            key = _key(row["messages"])
            digest = xxhash.xxh3_128_digest(key.encode())
            if digest not in digests:
                digests.add(digest)
                name, count = _split_of(key), _tokens(key)
                tokens[name] += count
                turns[bisect_right(TURNS, len(row["messages"])) - 1] += 1
                row_tokens[bisect_right(ROW_TOKENS, count) - 1] += 1
                sinks[name].write(orjson.dumps({"messages": row["messages"]}) + b"\n")
    figures = {"sha256": _sha256(file), "tokens": tokens["train"], "turns": turns, "row_tokens": row_tokens}
    (out / "figures.json").write_text(json.dumps(figures))


def bare(file: Path, _: Path) -> None:
    """A loop that parses each line and does nothing else."""
    with file.open("rb") as opened:
        for line in opened:
            orjson.loads(line)


def _key(messages: list[dict[str, str]]) -> str:
    return "\0".join([message["content"] for message in messages])


def _tokens(key: str) -> int:
    return round(estimate(key.encode()))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _split_of(key: str) -> str:
    bucket = xxhash.xxh3_64_intdigest(key.encode()) % 100
    return "train" if bucket >= 20 else splits.HELD_OUT[bucket // 10]


METHODS: Final[dict[str, Callable[[Path, Path], None]]] = {
    method.__name__: method for method in (exact, defaults, exact_by_two, defaults_by_two, pandas, datasets, bare)
}


def rows(out: Path) -> tuple[int, int]:
    """How many rows were written, and the sum of their hashes."""
    count = total = 0
    for name in splits.NAMES:
        for line in (out / f"{name}.jsonl").open("rb"):
            messages: list[dict[str, Any]] = orjson.loads(line)["messages"]
            count += 1
            total += xxhash.xxh3_64_intdigest(orjson.dumps(messages))
    return count, total % 2**64


def main(name: str, file: Path, out: Path) -> None:
    small = out / "small.jsonl"
    with file.open("rb") as opened:
        small.write_bytes(b"".join(next(opened) for _ in range(_WARM)))
    METHODS[name](small, out)
    began = time.perf_counter()
    METHODS[name](file, out)
    print(json.dumps(time.perf_counter() - began))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
