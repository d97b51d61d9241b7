"""received → prepared: read the upload, write its splits and its receipt.

    read ahead ─▶ check and sort ─▶ stage under the claim's own path ─▶ verdict ─▶ commit ─▶ pin ─▶ receipt

Nothing shows before it is committed, and nothing counts before the engine has written the winner's path into
the record. So a worker may die at any moment: the next one begins again under its own claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.core.states import State
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED
from shared.data.preparing.prepare import prepare as prepare_data
from shared.data.receipt import receipt as receipts
from shared.models.receipt import Figures, Receipt
from shared.models.run import Run, Splits, Upload
from shared.policy import limits
from shared.ports import BlobInfo, Ports
from shared.runs.claims import HeldClaim, claimed
from shared.steps.common.outcome import Close, Forward, Outcome
from shared.steps.preparation import sources, verdict
from shared.uploads import folder_uploads, intake, versions
from shared.uploads.staging import JSON_LINES, StagedRows, Staging

_JSON: Final = "application/json"
_MARKDOWN: Final = "text/markdown; charset=utf-8"


@dataclass(frozen=True)
class _Work:
    """What one worker has in hand."""

    run: Run
    ports: Ports
    claim: HeldClaim
    splits: Mapping[str, StagedRows]
    """Under the claim's own path, so that no other claim's files are touched."""
    rejected: StagedRows


def prepare(run: Run, ports: Ports) -> Outcome:
    """Prepare a run's upload under a claim; more than one run's budget is put on hold, not refused.

    Raises:
        ConflictError: another worker prepares it, or took over, or what it reads has changed: begin again.
    """
    with claimed(run, ports) as claim, Staging(ports.blobs, claim.owner) as staging:
        if run.results.end is not None:
            return _unread(run, ports, claim)
        paths = {name: naming.prepared_path(run.run_id, claim.owner, name) for name in splits.NAMES}
        opened = {name: staging.open(PREPARED, path) for name, path in paths.items()}
        rejected = staging.open(RECEIPTS, f"{receipts.stem(run)}.{REJECTED}.jsonl")
        try:
            return _prepare(_Work(run, ports, claim, opened, rejected))
        except sources.ReplacedError as gone:
            return _replaced(run, ports, claim, str(gone))


def _prepare(work: _Work) -> Outcome:
    held = verdict.terms(work.run, work.ports)
    evaluation_rows = sources.evaluation_rows(work.run.project, work.ports.blobs)
    figures = _read(work, held, evaluation_rows)
    digest = ".".join(work.splits[name].digest() for name in splits.NAMES)
    found = verdict.judge(work.run, figures, digest, held, _before(work, figures), work.ports)
    written = _commit(work, digest) if found.end in (None, State.VALIDATED) else None
    if found.end is None and evaluation_rows is None:
        _keep_evaluation_rows(work)
        found = found.with_evaluation_rows(figures.test_rows)
    return _settle(work, figures, found, written)


def _before(work: _Work, figures: Figures) -> Run | None:
    """The version before, if nothing but metadata has changed; else that one gives way at the latest now."""
    run = work.run.model_copy(update={"upload": _upload(work.run, figures)})
    work.claim.check()
    before = versions.repeated(run, work.ports)
    if before is None and run.upload.sequencer is None:
        versions.give_way(run.project, run.upload.path, work.ports, read=run)
    return before


def _upload(run: Run, figures: Figures) -> Upload:
    return run.upload.model_copy(update={"sha256": figures.sha256, "size": figures.size})


def _read(work: _Work, held: verdict.Terms, evaluation_rows: BlobInfo | None) -> Figures:
    check = work.claim.check
    return prepare_data(
        sources.parts(work.run, work.ports.blobs, check),
        held.config,
        {**work.splits, REJECTED: work.rejected},
        evaluation_rows=sources.read_rows(evaluation_rows, work.ports.blobs),
        earlier=sources.earlier(work.run, work.ports, check) if held.config.train_on == "project" else (),
        max_seq_length=limits.max_seq_length(held.config, held.model),
        upload=sources.main_file(work.run),
    )


def _commit(work: _Work, digest: str) -> Splits:
    for rows in work.splits.values():
        work.claim.check()
        rows.commit()
    return Splits(**{name: rows.path for name, rows in work.splits.items()}, digest=digest)


def _keep_evaluation_rows(work: _Work) -> None:
    """Keep the test rows of the first upload that is trained on: no later run of the project trains on them.

    Raises:
        ConflictError: another run was first. This one begins again, with those rows held out.
    """
    work.claim.check()
    blobs, test = work.ports.blobs, work.splits["test"]
    rows = blobs.chunks(PREPARED, test.path, test.etag)
    if not blobs.create(PREPARED, naming.evaluation_rows_path(work.run.project), rows, JSON_LINES):
        raise ConflictError(f"{work.run.project} has its evaluation rows from another run.")


def _settle(work: _Work, figures: Figures, found: verdict.Verdict, written: Splits | None) -> Outcome:
    """The receipt goes last, so that what it points to is there."""
    run, under = work.run, work.claim.owner
    work.claim.check()
    if figures.rejected:
        work.rejected.commit()
    _write_receipt(run, found.receipt, work.ports)
    results = {"splits": written, "receipt": receipts.stem(run)}
    record = {"upload": _upload(run, figures), "hold_reason": found.hold_reason, "cost": found.receipt.cost}
    why = found.receipt.why
    if found.end is None:
        return Forward(State.PREPARED, why, results=results, record=record, under=under)
    error = f"{why} The receipt says what to do; upload the file again then." if found.receipt.refusal else None
    return Close(found.end, why, error=error, results=results, record=record, under=under)


def _unread(run: Run, ports: Ports, claim: HeldClaim) -> Outcome:
    """Settings or folder were faulty when the upload came: that is all its receipt says."""
    why = None if run.results.problems else run.results.error
    found = receipts.build_unread(run.results.problems, run.upload.name, run.upload.size, run, why)
    _write_receipt(run, found, ports)
    results = {"receipt": receipts.stem(run)}
    return Close(State.REJECTED, found.why, error=run.results.error, results=results, under=claim.owner)


def _replaced(run: Run, ports: Ports, claim: HeldClaim, file: str) -> Outcome:
    newest = ports.blobs.info(UPLOADS, run.upload.path)
    if newest is None:
        why = "The upload was deleted before it had been read."
        return Close(State.CANCELLED, why, error=f"{why} Upload it again.", under=claim.owner)
    if newest.etag == run.upload.etag:
        why = folder_uploads.changed([file])
        return Close(State.REJECTED, why, error=why, under=claim.owner)
    if naming.is_upload(newest.path, newest.size):
        intake.found(newest, ports)
    why = "The upload was replaced by a newer version before it had been read; that version has its own run."
    return Close(State.SUPERSEDED, why, under=claim.owner)


def _write_receipt(run: Run, found: Receipt, ports: Ports) -> None:
    """Beside the upload's other receipts; that of its newest version also as ``latest``."""
    stems = [receipts.stem(run)]
    newest = ports.blobs.info(UPLOADS, run.upload.path)
    if newest is not None and newest.etag == run.upload.etag:
        stems.append(receipts.latest(run))
    for stem in stems:
        ports.blobs.write(RECEIPTS, f"{stem}.json", [found.model_dump_json(indent=2).encode()], _JSON)
        ports.blobs.write(RECEIPTS, f"{stem}.md", [receipts.markdown(found).encode()], _MARKDOWN)
