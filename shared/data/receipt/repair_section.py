"""The receipt's section on what to repair: each kind of mistake, how often it occurs, where, and what to do."""

from collections.abc import Iterator, Mapping
from typing import Final

from shared.core.naming import CONFIG_FILE
from shared.data.contract.faults import HINTS
from shared.data.reading import shapes
from shared.data.receipt.markdown import code, fenced, lines
from shared.models.receipt import Problem, Receipt, Repairable, Shape

_EXAMPLES: Final = 5
"""Lines that are shown of each kind of mistake."""
_LINE_SHAPES: Final[Mapping[str, str]] = {
    shapes.SHAREGPT: "ShareGPT conversations",
    shapes.ALPACA: "Alpaca instructions",
    shapes.COMPLETION: "pairs of a question and an answer",
    shapes.BARE_LIST: "bare lists of messages",
}
_FILE_SHAPES: Final[Mapping[str, str]] = {
    shapes.JSON_ARRAY: "one JSON array",
    shapes.JSON: "one JSON document over several lines",
    shapes.CSV: "a CSV table",
    shapes.PARQUET: "a Parquet file",
    "zstandard": "a Zstandard archive",
    "gzip": "a gzip archive whose name does not end in .gz",
    "zip": "a ZIP archive",
    "utf-16": "text in UTF-16",
}


def section(receipt: Receipt) -> Iterator[str]:
    """Lines of Markdown; none if there is nothing to repair."""
    if not receipt.problems and receipt.shape is None:
        return
    yield "## What to repair"
    yield ""
    if receipt.shape:
        yield from _shape(receipt.shape, receipt.lines)
    yield from _reasons(receipt) if receipt.reasons else map(_setting, receipt.problems)
    yield ""
    if receipt.repairable:
        yield from _repairable(receipt.repairable, receipt)
    if receipt.rejected:
        yield _full_list(receipt)
        yield ""


def _shape(shape: Shape, total: int) -> Iterator[str]:
    if shape.name in _LINE_SHAPES:
        yield f"{shape.rows:,} of {lines(total)} are {_LINE_SHAPES[shape.name]}, not chat rows."
    else:
        yield f"The file is {_FILE_SHAPES.get(shape.name, shape.name)}, not chat rows."
    yield "Convert it on your own machine with this command, and upload the file that it writes:"
    yield ""
    yield from fenced([shape.command], "sh")
    yield "Without conversion, these are its problems:"
    yield ""


def _reasons(receipt: Receipt) -> Iterator[str]:
    """The most frequent reason first."""
    for reason, count in sorted(receipt.reasons.items(), key=lambda item: (-item[1], item[0])):
        problems = [problem for problem in receipt.problems if problem.reason == reason]
        hint = HINTS.get(reason) or problems[0].hint
        yield f"- **{lines(count)}: {code(reason)}.** {hint}"
        yield from (f"  - {_example(problem)}" for problem in problems[:_EXAMPLES])


def _example(problem: Problem) -> str:
    where = "" if problem.path == "$" else f" at {code(problem.path)}"
    return f"{_location(problem)}: {problem.detail}{where}"


def _setting(problem: Problem) -> str:
    return f"- **{_location(problem)}**: {problem.detail}. {problem.hint}"


def _location(problem: Problem) -> str:
    return f"{problem.file}, line {problem.line:,}" if problem.file else f"line {problem.line:,}"


def _repairable(repairable: Repairable, receipt: Receipt) -> Iterator[str]:
    folder = f" in the folder {code(f'uploads/{receipt.project}')}" if receipt.project else ""
    yield f"These settings would make {repairable.rows:,} of the {receipt.rejected:,} rejected lines usable:"
    yield ""
    yield from fenced(repairable.settings.splitlines(), "yaml")
    yield f"Paste them into {code(CONFIG_FILE)}{folder}, in place of `repair` and `roles` if it has them already,"
    yield "and upload the chats again. This is how many lines need each repair:"
    yield ""
    for name, count in sorted(repairable.by_repair.items(), key=lambda item: (-item[1], item[0])):
        yield f"- {code(name)}: {lines(count)}"
    yield ""


def _full_list(receipt: Receipt) -> str:
    """Where all rejected lines are: this page shows only the first of them."""
    place = f"{code(f'{receipt.run_id}.rejected.jsonl')}, next to this receipt"
    if receipt.run_id is None:
        place = "`rejected.jsonl`, which `tunedrop prepare` writes"
    return f"All rejected lines, each with its text and what to do about it, are in {place}."
