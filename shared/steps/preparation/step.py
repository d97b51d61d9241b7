"""received → prepared: read the upload, write its splits and its receipt.

    read ahead ─▶ check and sort ─▶ stage under the claim's own path ─▶ verdict ─▶ commit ─▶ evaluation rows ─▶ receipt

Nothing is visible before it is committed, and nothing counts before the engine has written the winner's paths into the
record. So a worker may die at any moment: the next one begins again under its own claim.
"""

from shared.core import naming
from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.core.states import State
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED
from shared.data.preparing.prepare import prepare as prepare_data
from shared.data.receipt import receipt as receipts
from shared.models.changes import ResultChanges
from shared.models.receipt import Figures
from shared.models.run import Run, Upload
from shared.policy import limits
from shared.ports import BlobInfo, Ports
from shared.runs.claims import HeldClaim, claimed
from shared.steps.common.outcome import Close, Outcome
from shared.steps.preparation import sources, verdict
from shared.steps.preparation.commit import Work, commit_splits, keep_evaluation_rows, settle, write_receipt
from shared.uploads import folder_uploads, intake, versions
from shared.uploads.staging import Staging


def prepare(run: Run, ports: Ports) -> Outcome:
    """Prepare a run's upload under a claim. A run over its budget is held, not refused.

    Raises:
        ConflictError: another worker is at the run, or its evaluation rows come from another run meanwhile.
        ThrottledError: Azure ML asks to wait.
    """
    with claimed(run, ports) as claim, Staging(ports.blobs, claim.owner) as staging:
        if run.results.end is not None:
            return _unread(run, ports, claim)
        paths = {name: naming.prepared_path(run.run_id, claim.owner, name) for name in splits.NAMES}
        opened = {name: staging.open(PREPARED, path) for name, path in paths.items()}
        rejected = staging.open(RECEIPTS, f"{receipts.stem(run)}.{REJECTED}.jsonl")
        try:
            return _prepare(Work(run, ports, claim, opened, rejected))
        except sources.ReplacedError as replaced:
            return _replaced(run, ports, claim, str(replaced))


def _prepare(work: Work) -> Outcome:
    terms = verdict.terms(work.run, work.ports)
    evaluation_rows = sources.evaluation_rows(work.run.project, work.ports.blobs)
    figures = _read(work, terms, evaluation_rows)
    digest = ".".join(work.splits[name].digest() for name in splits.NAMES)
    judged = verdict.judge(work.run, figures, digest, terms, _version_before(work, figures), work.ports)
    written = commit_splits(work, digest) if judged.end in (None, State.VALIDATED) else None
    if judged.end is None and evaluation_rows is None:
        keep_evaluation_rows(work)
        judged = judged.with_evaluation_rows(figures.test_rows)
    return settle(work, _upload(work.run, figures), judged, written)


def _version_before(work: Work, figures: Figures) -> Run | None:
    """The previous version's run, if only metadata has changed since; otherwise that run gives way now at the
    latest."""
    run = work.run.model_copy(update={"upload": _upload(work.run, figures)})
    work.claim.check()
    before = versions.repeated(run, work.ports)
    if before is None and run.upload.sequencer is None:
        versions.give_way(run.project, run.upload.path, work.ports, read=run)
    return before


def _upload(run: Run, figures: Figures) -> Upload:
    return run.upload.model_copy(update={"sha256": figures.sha256, "size": figures.size})


def _read(work: Work, terms: verdict.Terms, evaluation_rows: BlobInfo | None) -> Figures:
    check = work.claim.check
    return prepare_data(
        sources.upload_files(work.run, work.ports.blobs, check),
        terms.config,
        {**work.splits, REJECTED: work.rejected},
        evaluation_rows=sources.read_rows(evaluation_rows, work.ports.blobs),
        earlier=sources.earlier(work.run, work.ports, check) if terms.config.train_on == "project" else (),
        max_seq_length=limits.max_seq_length(terms.config, terms.model),
        upload=sources.main_file(work.run),
    )


def _unread(run: Run, ports: Ports, claim: HeldClaim) -> Outcome:
    """Settings or folder had mistakes when the upload came. Its receipt names them, and nothing is read."""
    why = None if run.results.problems else run.results.error
    receipt = receipts.build_unread(run.results.problems, run.upload.name, run.upload.size, run, why)
    write_receipt(run, receipt, ports)
    results: ResultChanges = {"receipt": receipts.stem(run)}
    return Close(State.REJECTED, receipt.why, error=run.results.error, results=results, claim_owner=claim.owner)


def _replaced(run: Run, ports: Ports, claim: HeldClaim, file: str) -> Outcome:
    newest = ports.blobs.info(UPLOADS, run.upload.path)
    if newest is None:
        why = "The upload was deleted before it had been read."
        return Close(State.CANCELLED, why, error=f"{why} Upload it again.", claim_owner=claim.owner)
    if newest.etag == run.upload.etag:
        why = folder_uploads.changed([file])
        return Close(State.REJECTED, why, error=why, claim_owner=claim.owner)
    if naming.is_upload(newest.path, newest.size):
        intake.accept_blob(newest, ports)
    why = "A newer version replaced the upload before it had been read. That version has its own run."
    return Close(State.SUPERSEDED, why, claim_owner=claim.owner)
