"""The receipt's section on what to repair: what is wrong how often, where first, and what to do about it."""

from collections.abc import Iterator, Mapping
from typing import Final

from shared.core.naming import CONFIG_FILE
from shared.data.contract.faults import HINTS
from shared.data.reading import shapes
from shared.data.receipt.markdown import code, fenced, lines
from shared.models.receipt import Problem, Receipt, Repairable, Shape

_EXAMPLES: Final = 5
"""Lines that are shown of each kind of mistake."""
_LINES: Final[Mapping[str, str]] = {
    shapes.SHAREGPT: "ShareGPT conversations",
    shapes.ALPACA: "Alpaca instructions",
    shapes.COMPLETION: "pairs of a question and an answer",
    shapes.BARE_LIST: "bare lists of messages",
}
_FILES: Final[Mapping[str, str]] = {
    shapes.JSON_ARRAY: "one JSON array",
    shapes.JSON: "one JSON document over several lines",
    shapes.CSV: "a CSV table",
    shapes.PARQUET: "a Parquet file",
    "zstandard": "a Zstandard archive",
    "gzip": "a gzip archive whose name does not end in .gz",
    "zip": "a ZIP archive",
    "utf-16": "text in UTF-16",
}


def section(found: Receipt) -> Iterator[str]:
    """Lines of Markdown; none where nothing is to be repaired."""
    if not found.problems and found.shape is None:
        return
    yield "## What to repair"
    yield ""
    if found.shape:
        yield from _shape(found.shape, found.lines)
    yield from _reasons(found) if found.reasons else map(_setting, found.problems)
    yield ""
    if found.repairable:
        yield from _repairable(found.repairable, found)
    if found.rejected:
        yield _whole_list(found)
        yield ""


def _shape(shape: Shape, of: int) -> Iterator[str]:
    if shape.name in _LINES:
        yield f"{shape.rows:,} of {lines(of)} hold {_LINES[shape.name]}, not chat rows."
    else:
        yield f"The file is {_FILES.get(shape.name, shape.name)}, not chat rows."
    yield "This command on your own machine repairs that; upload what it writes:"
    yield ""
    yield from fenced([shape.command], "sh")
    yield "Read as it is, it has:"
    yield ""


def _reasons(found: Receipt) -> Iterator[str]:
    """The most frequent first."""
    for reason, count in sorted(found.reasons.items(), key=lambda item: (-item[1], item[0])):
        shown = [problem for problem in found.problems if problem.reason == reason]
        hint = HINTS.get(reason) or shown[0].hint
        yield f"- **{lines(count)}: {code(reason)}.** {hint}"
        yield from (f"  - {_example(problem)}" for problem in shown[:_EXAMPLES])


def _example(problem: Problem) -> str:
    where = "" if problem.path == "$" else f" at {code(problem.path)}"
    return f"{_place(problem)}: {problem.found}{where}"


def _setting(problem: Problem) -> str:
    return f"- **{_place(problem)}**: {problem.found}. {problem.hint}"


def _place(problem: Problem) -> str:
    return f"{problem.file}, line {problem.line:,}" if problem.file else f"line {problem.line:,}"


def _repairable(repairable: Repairable, found: Receipt) -> Iterator[str]:
    folder = f" in the folder {code(f'uploads/{found.project}')}" if found.project else ""
    yield f"{repairable.rows:,} of {found.rejected:,} rejected lines become usable with:"
    yield ""
    yield from fenced(repairable.settings.splitlines(), "yaml")
    yield f"Paste that into {code(CONFIG_FILE)}{folder}, in place of its `repair` and `roles` if it has them,"
    yield "and upload the file again. What each is needed for:"
    yield ""
    for name, count in sorted(repairable.by.items(), key=lambda item: (-item[1], item[0])):
        yield f"- {code(name)}: {lines(count)}"
    yield ""


def _whole_list(found: Receipt) -> str:
    """Where all bad lines are: this page shows the first of them."""
    place = f"{code(f'{found.run_id}.rejected.jsonl')} beside this receipt"
    if found.run_id is None:
        place = "the `rejected.jsonl` that `tunedrop prepare` writes"
    return f"Every bad line, with its text and its remedy, is in {place}."
