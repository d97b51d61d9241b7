"""The receipt: what a data owner reads about one version of one upload. Same input, same output."""

from collections.abc import Iterator, Sequence
from typing import Final

from shared.core.naming import CONFIG_FILE
from shared.data.receipt import figure_sections, repair_section
from shared.data.receipt.markdown import code, lines, rows
from shared.models.config import ProjectConfig
from shared.models.receipt import Cost, Figures, Problem, Receipt
from shared.models.run import Run

_COUNTS: Final = (
    *("lines", "blank", "accepted", "rejected", "duplicates"),
    *("train_rows", "validation_rows", "test_rows", "tokens"),
)


def receipt(
    figures: Figures,
    config: ProjectConfig,
    upload: str,
    run: Run | None = None,
    cost: Cost | None = None,
    hold_reason: str | None = None,
    unchanged: str | None = None,
    ceilings: Sequence[str] = (),
) -> Receipt:
    """The receipt of an upload, or of a local file.

    Args:
        config: what it was prepared with.
        upload: its path.
        run: what the upload becomes; ``None``: it was checked on someone's own machine.
        hold_reason: why the run waits for an approval.
        unchanged: why nothing is trained, the end of a sentence.
        ceilings: the sentences of ``policy.ceilings.tighten``.
    """
    return Receipt(
        **dict(figures),
        project=run.project if run else None,
        run_id=run.run_id if run else None,
        upload=upload,
        verdict="rejected" if figures.refusal else "accepted",
        why=figures.refusal or _accepted(figures, config, run, hold_reason, unchanged),
        settings=config,
        ceilings=list(ceilings),
        cost=cost,
    )


def unread(
    problems: Sequence[Problem], upload: str, size: int, run: Run | None = None, why: str | None = None
) -> Receipt:
    """The receipt of an upload that was not read, because the project's settings or its folder cannot be used.

    Args:
        problems: what ``data.config.read`` found.
        size: bytes of the upload.
        why: what is wrong with the folder, a sentence with its remedy.
    """
    mistakes = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    refusal = why or f"The upload was not read, because {CONFIG_FILE} has {mistakes}."
    return Receipt(
        **dict.fromkeys(_COUNTS, 0),
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


def _accepted(
    figures: Figures, config: ProjectConfig, run: Run | None, hold_reason: str | None, unchanged: str | None
) -> str:
    ready = f"{rows(figures.accepted)} can be used."
    if run is None:
        return ready
    if config.mode == "validate":
        return f"{ready} Nothing is trained: mode is validate."
    if unchanged:
        return f"{ready} Nothing is trained: {unchanged}"
    return f"{ready} Training waits for an approval: {hold_reason}" if hold_reason else f"{ready} Training follows."


def stem(run: Run) -> str:
    """Path of a run's receipt within the receipts container, without a suffix."""
    return f"{run.upload.name}/{run.run_id}"


def latest(run: Run) -> str:
    """Path of the receipt of an upload's newest version, without a suffix."""
    return f"{run.upload.name}/latest"


def markdown(found: Receipt) -> str:
    """The receipt as its owner reads it: the verdict, what to repair, then figures."""
    return "\n".join([*_verdict(found), *repair_section.section(found), *figure_sections.sections(found)])


def _verdict(found: Receipt) -> Iterator[str]:
    yield f"# {found.verdict.capitalize()}: {code(found.upload)}"
    yield ""
    yield found.why
    yield ""
    if advice := _advice(found):
        yield advice
        yield ""


def _advice(found: Receipt) -> str | None:
    """What to do next, where ``why`` does not say it."""
    if found.sha256 is None:
        return f"Repair {code(CONFIG_FILE)}, then upload the file again." if found.problems else None
    if found.verdict == "rejected":
        remedy = "Repair the file" if found.rejected else f"Change the file, or {code(CONFIG_FILE)}"
        return f"{remedy}, then upload it again."
    if not found.rejected:
        return None
    left_out = f"{found.rejected:,} of {lines(found.lines)} cannot be used and {_is(found.rejected)} left out."
    return f"{left_out} To use them too, repair them and upload the file again."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
