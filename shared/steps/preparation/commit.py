"""What preparation writes: splits, the project's evaluation rows, rejected lines, and the receipt last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.core import naming
from shared.core.errors import ConflictError
from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.core.states import State
from shared.data.receipt import receipt as receipts
from shared.models.changes import ResultChanges, RunChanges
from shared.models.receipt import Receipt
from shared.models.run import Run, Splits, Upload
from shared.ports import Ports
from shared.runs.claims import HeldClaim
from shared.steps.common.outcome import Close, Forward, Outcome
from shared.steps.preparation.verdict import Verdict
from shared.uploads.staging import JSON_LINES, StagedRows

_JSON: Final = "application/json"
_MARKDOWN: Final = "text/markdown; charset=utf-8"


@dataclass(frozen=True)
class Work:
    """What one worker prepares, and where it writes."""

    run: Run
    ports: Ports
    claim: HeldClaim
    splits: Mapping[str, StagedRows]
    """Under the claim's own path, so that no other claim's files are touched."""
    rejected: StagedRows


def commit_splits(work: Work, digest: str) -> Splits:
    """Make the splits visible.

    Raises:
        ConflictError: the claim is lost.
    """
    for rows in work.splits.values():
        work.claim.check()
        rows.commit()
    paths = {name: rows.path for name, rows in work.splits.items()}
    return Splits(train=paths["train"], validation=paths["validation"], test=paths["test"], digest=digest)


def keep_evaluation_rows(work: Work) -> None:
    """Keep the test rows of the first upload that is trained on: no later run of the project trains on them.

    Raises:
        ConflictError: another run was first. This run begins again, and holds those rows out.
    """
    work.claim.check()
    blobs, test = work.ports.blobs, work.splits["test"]
    rows = blobs.chunks(PREPARED, test.path, test.etag)
    if not blobs.create(PREPARED, naming.evaluation_rows_path(work.run.project), rows, JSON_LINES):
        raise ConflictError(f"The evaluation rows of {work.run.project} come from another run.")


def settle(work: Work, upload: Upload, judged: Verdict, written: Splits | None) -> Outcome:
    """Write the receipt, last, so that everything it points to exists; then the outcome.

    Raises:
        ConflictError: the claim is lost.
    """
    run, receipt = work.run, judged.receipt
    work.claim.check()
    if receipt.rejected:
        work.rejected.commit()
    write_receipt(run, receipt, work.ports)
    results: ResultChanges = {"splits": written, "receipt": receipts.stem(run)}
    record: RunChanges = {"upload": upload, "hold_reason": judged.hold_reason, "cost": receipt.cost}
    if judged.end is None:
        return Forward(State.PREPARED, receipt.why, results, record, work.claim.owner)
    error = f"{receipt.why} The receipt says what to do; then upload the file again." if receipt.refusal else None
    return Close(judged.end, receipt.why, error, results, record, work.claim.owner)


def write_receipt(run: Run, receipt: Receipt, ports: Ports) -> None:
    """Write the receipt of this version, and as ``latest`` if this is the upload's newest version."""
    stems = [receipts.stem(run)]
    newest = ports.blobs.info(UPLOADS, run.upload.path)
    if newest is not None and newest.etag == run.upload.etag:
        stems.append(receipts.latest(run))
    for stem in stems:
        ports.blobs.write(RECEIPTS, f"{stem}.json", [receipt.model_dump_json(indent=2).encode()], _JSON)
        ports.blobs.write(RECEIPTS, f"{stem}.md", [receipts.markdown(receipt).encode()], _MARKDOWN)
