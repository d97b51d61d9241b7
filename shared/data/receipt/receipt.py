"""The receipt: what a data owner reads about one version of one upload. The same input gives the same receipt."""

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


def build(
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
        figures: of the prepared upload.
        config: the settings that it was prepared with.
        upload: its path.
        run: the upload's run; ``None``: the file was checked on its owner's machine.
        cost: what the run would cost.
        hold_reason: why the run waits for an approval, a sentence.
        unchanged: why an upload that could be trained on is not, the end of a sentence.
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


def build_unread(
    problems: Sequence[Problem], upload: str, size: int, run: Run | None = None, why: str | None = None
) -> Receipt:
    """The receipt of an upload that was not read, because the project's settings or the folder cannot be used.

    Args:
        problems: the mistakes that ``settings.reader.read`` returned.
        upload: path of the upload.
        size: bytes of the upload.
        run: the upload's run; ``None``: the file was checked on its owner's machine.
        why: what is wrong with the folder, and what to do about it.
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
        return f"{ready} Nothing is trained, because 'mode' is 'validate'."
    if unchanged:
        return f"{ready} Nothing is trained: {unchanged}"
    return f"{ready} Training waits for an approval: {hold_reason}" if hold_reason else f"{ready} Training is next."


def stem(run: Run) -> str:
    """Path of a run's receipt in the receipts container, without a suffix."""
    return f"{run.upload.name}/{run.run_id}"


def latest(run: Run) -> str:
    """Path of the receipt of the upload's newest version, without a suffix."""
    return f"{run.upload.name}/latest"


def markdown(receipt: Receipt) -> str:
    """The receipt as its owner reads it: the verdict, what to repair, then figures."""
    return "\n".join([*_verdict(receipt), *repair_section.section(receipt), *figure_sections.sections(receipt)])


def _verdict(receipt: Receipt) -> Iterator[str]:
    yield f"# {receipt.verdict.capitalize()}: {code(receipt.upload)}"
    yield ""
    yield receipt.why
    yield ""
    if advice := _advice(receipt):
        yield advice
        yield ""


def _advice(receipt: Receipt) -> str | None:
    """What to do next, if ``why`` does not say it."""
    if receipt.sha256 is None:
        return f"Correct {code(CONFIG_FILE)}, then upload the file again." if receipt.problems else None
    if receipt.verdict == "rejected":
        if receipt.rejected:
            return "Repair the file, then upload it again."
        return f"Change the file or {code(CONFIG_FILE)}, then upload the file again."
    if not receipt.rejected:
        return None
    were, them = ("was", "it") if receipt.rejected == 1 else ("were", "them")
    rejected = f"{receipt.rejected:,} of {lines(receipt.lines)} {were} rejected and left out."
    return f"{rejected} To use {them} too, repair {them} and upload the file again."
