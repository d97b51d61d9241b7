"""The receipt: what a data owner reads about one version of one upload. Same input, same output."""

from collections.abc import Iterator, Sequence
from typing import Final

from shared.models.config import ProjectConfig
from shared.models.receipt import Cost, Figures, Problem, Receipt
from shared.models.run import Run
from shared.naming import CONFIG_FILE

_HOURS_A_DAY: Final = 24


def receipt(
    figures: Figures,
    config: ProjectConfig,
    upload: str,
    run: Run | None = None,
    cost: Cost | None = None,
    hold: str | None = None,
    ceilings: Sequence[str] = (),
) -> Receipt:
    """The receipt of an upload, or of a local file.

    Args:
        config: what it was prepared with.
        upload: its path.
        run: what the upload becomes; ``None``: it was checked on someone's own machine.
        hold: why the run waits for an approval.
        ceilings: the sentences of ``policy.ceilings.tighten``.
    """
    return Receipt(
        **dict(figures),
        project=run.project if run else None,
        run_id=run.run_id if run else None,
        upload=upload,
        verdict="rejected" if figures.refusal else "accepted",
        why=figures.refusal or _accepted(figures, config, run, hold),
        settings=config,
        ceilings=list(ceilings),
        cost=cost,
    )


def unread(problems: Sequence[Problem], upload: str, size: int, run: Run | None = None) -> Receipt:
    """The receipt of an upload that was not read, because the project's settings cannot be used.

    Args:
        problems: what ``data.config.read`` found.
        size: bytes of the upload.
    """
    mistakes = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    refusal = f"The upload was not read, because {CONFIG_FILE} has {mistakes}."
    return Receipt(
        project=run.project if run else None,
        run_id=run.run_id if run else None,
        upload=upload,
        sha256=None,
        size=size,
        refusal=refusal,
        verdict="rejected",
        why=refusal,
        problems=list(problems),
    )


def _accepted(figures: Figures, config: ProjectConfig, run: Run | None, hold: str | None) -> str:
    ready = f"{_rows(figures.accepted)} can be used."
    if run is None:
        return ready
    if config.mode == "validate":
        return f"{ready} Nothing is trained: mode is validate."
    return f"{ready} Training waits for an approval: {hold}" if hold else f"{ready} Training follows."


def stem(run: Run) -> str:
    """Path of a run's receipt within the receipts container, without a suffix."""
    return f"{run.upload.path}/{run.run_id}"


def latest(run: Run) -> str:
    """Path of the receipt of an upload's newest version, without a suffix."""
    return f"{run.upload.path}/latest"


def markdown(found: Receipt) -> str:
    """The receipt as its owner reads it: the verdict, what to mend, then figures."""
    return "\n".join([*_verdict(found), *_to_mend(found), *_figures(found), *_cost(found.cost)])


def _verdict(found: Receipt) -> Iterator[str]:
    yield f"# {found.verdict.capitalize()}: {_code(found.upload)}"
    yield ""
    yield found.why
    yield ""


def _to_mend(found: Receipt) -> Iterator[str]:
    if not found.rejected:
        return
    yield "## What to mend"
    yield ""
    yield from map(_problem, found.problems)
    if more := found.rejected - len(found.problems):
        yield f"- and {more:,} more"
    yield ""
    yield f"All of them, with their text, are in {_code(_rejects_of(found))} beside this receipt."
    yield ""


def _rejects_of(found: Receipt) -> str:
    return f"{found.run_id}.rejected.jsonl" if found.run_id else "rejected.jsonl"


def _problem(problem: Problem) -> str:
    where = "" if problem.path == "$" else f" at {_code(problem.path)}"
    return f"- **line {problem.line}** {_code(problem.reason)}: {problem.found}{where}. {problem.hint}"


def _figures(found: Receipt) -> Iterator[str]:
    yield "## Figures"
    yield ""
    yield "| | |"
    yield "|---|---:|"
    figures = {
        "lines": found.lines,
        "usable rows": found.accepted,
        "bad lines": found.rejected,
        "duplicates": found.duplicates,
        "blank lines": found.blank,
        "rows to train on": found.train_rows,
        "rows to validate with": found.validation_rows,
        "rows to test with": found.test_rows,
        "tokens to train on, estimated": found.tokens,
    }
    yield from (f"| {name} | {figure:,} |" for name, figure in figures.items())
    yield ""


def _cost(cost: Cost | None) -> Iterator[str]:
    if cost is None:
        return
    yield "## Cost on Azure, estimated"
    yield ""
    yield f"- training: ${cost.training_usd:,.2f} ({cost.training_hours:g} h of {cost.training_sku})"
    day = cost.endpoint_usd_per_hour * _HOURS_A_DAY
    yield f"- endpoint: ${cost.endpoint_usd_per_hour:,.2f} an hour, ${day:,.2f} a day, on {cost.endpoint_sku}"
    yield ""
    yield f"Prices as of {cost.priced_on}. {cost.assumes}".rstrip()
    yield ""


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _code(text: str) -> str:
    """Text that Markdown takes literally."""
    return f"`{text.replace('`', chr(39))}`"
