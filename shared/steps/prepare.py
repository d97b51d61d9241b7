"""received → prepared: read the upload, write its splits and its receipt."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from shared.claims import HeldClaim, claimed
from shared.data import receipt as receipts
from shared.data import splits
from shared.data.prepare import REJECTED, Part
from shared.data.prepare import prepare as prepare_data
from shared.errors import ConflictError
from shared.models.receipt import Cost, Figures, Receipt
from shared.models.run import Run, Splits
from shared.policy import cost as costs
from shared.policy.hyperparameters import APP_DEFAULTS
from shared.ports import Ports
from shared.resources import PREPARED, RECEIPTS, UPLOADS
from shared.staging import StagedBlob, Staging
from shared.states import State
from shared.steps.outcome import Close, Forward, Outcome

_JSON: Final = "application/json"
_JSON_LINES: Final = "application/jsonl"
_MARKDOWN: Final = "text/markdown; charset=utf-8"

Outputs = Mapping[str, StagedBlob]
"""The splits under the claim's own path, so that no other claim's files are touched, and the bad lines."""


class _ReplacedError(Exception):
    """The upload is no longer the version that this run stands for."""


def prepare(run: Run, ports: Ports) -> Outcome:
    """Prepare a run's upload under a claim; more than one run's budget is put on hold, not refused.

    Raises:
        ConflictError: another worker prepares it, or took over.
    """
    with claimed(run, ports) as claim, Staging(ports.blobs, claim.owner) as staging:
        return _prepare(run, ports, claim, _outputs(run, claim, staging))


def _outputs(run: Run, claim: HeldClaim, staging: Staging) -> Outputs:
    written = {name: f"{run.run_id}/{claim.owner}/{name}.jsonl" for name in splits.NAMES}
    outputs = {name: staging.open(PREPARED, path, _JSON_LINES) for name, path in written.items()}
    return outputs | {REJECTED: staging.open(RECEIPTS, f"{receipts.stem(run)}.{REJECTED}.jsonl", _JSON_LINES)}


def _prepare(run: Run, ports: Ports, claim: HeldClaim, outputs: Outputs) -> Outcome:
    part = Part(_chunks(run, ports, claim), packed=run.upload.path.endswith(".gz"))
    try:
        figures = prepare_data([part], run.config, outputs)
    except _ReplacedError:
        return _replaced(run, ports, claim)
    cost = None if figures.refusal else _cost(run, figures, ports)
    hold = None if figures.refusal else _hold(run, cost, ports)
    found = receipts.receipt(figures, run.config, run.upload.path, run, cost, hold)
    written = None if figures.refusal else _write_splits(claim, outputs)
    _write_receipt(run, found, ports, claim, outputs)
    return _outcome(run, figures, found, written, hold, claim)


def _chunks(run: Run, ports: Ports, claim: HeldClaim) -> Iterator[bytes]:
    for chunk in _of_this_version(ports.blobs.chunks(UPLOADS, run.upload.path, run.upload.etag)):
        claim.check()
        yield chunk


def _of_this_version(chunks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except ConflictError as error:
        raise _ReplacedError from error


def _replaced(run: Run, ports: Ports, claim: HeldClaim) -> Outcome:
    if ports.blobs.info(UPLOADS, run.upload.path) is None:
        why = "The upload was deleted before it had been read."
        return Close(State.CANCELLED, why, error=f"{why} Upload it again.", under=claim.owner)
    why = "The upload was replaced by a newer version before it had been read; that version has its own run."
    return Close(State.SUPERSEDED, why, under=claim.owner)


def _cost(run: Run, figures: Figures, ports: Ports) -> Cost | None:
    cluster = ports.catalog.compute(ports.settings.compute)
    size = cluster.size if cluster else ports.settings.instance_type
    return costs.estimate(figures.tokens, _epochs(run), size, ports.settings.instance_type)


def _epochs(run: Run) -> float:
    """Epochs as far as known here; a value that is no number is refused before submission."""
    try:
        return max(float(run.config.hyperparameters["num_train_epochs"]), 0.0)
    except (KeyError, ValueError):
        return float(APP_DEFAULTS["num_train_epochs"])


def _hold(run: Run, cost: Cost | None, ports: Ports) -> str | None:
    if run.config.mode == "validate":
        return None
    budget = min(run.config.budget_usd or ports.settings.budget_per_run_usd, ports.settings.budget_per_run_usd)
    return costs.over_budget(cost, budget)


def _write_splits(claim: HeldClaim, outputs: Outputs) -> Splits:
    for name in splits.NAMES:
        claim.check()
        outputs[name].commit()
    return Splits(**{name: outputs[name].path for name in splits.NAMES})


def _write_receipt(run: Run, found: Receipt, ports: Ports, claim: HeldClaim, outputs: Outputs) -> None:
    """The receipt itself goes last, so that what it points to is there."""
    claim.check()
    if found.rejected:
        outputs[REJECTED].commit()
    stems = [receipts.stem(run)]
    newest = ports.blobs.info(UPLOADS, run.upload.path)
    if newest is not None and newest.etag == run.upload.etag:
        stems.append(receipts.latest(run))
    for stem in stems:
        ports.blobs.write(RECEIPTS, f"{stem}.json", [found.model_dump_json(indent=2).encode()], _JSON)
        ports.blobs.write(RECEIPTS, f"{stem}.md", [receipts.markdown(found).encode()], _MARKDOWN)


def _outcome(
    run: Run, figures: Figures, found: Receipt, written: Splits | None, hold: str | None, claim: HeldClaim
) -> Outcome:
    results = {"splits": written, "receipt": receipts.stem(run)}
    upload = run.upload.model_copy(update={"sha256": figures.sha256, "size": figures.size})
    record = {"upload": upload, "hold": hold}
    if figures.refusal:
        error = f"{figures.refusal} Mend the file as its receipt says, and upload it again."
        return Close(State.REJECTED, found.why, error=error, results=results, record=record, under=claim.owner)
    if run.config.mode == "validate":
        return Close(State.VALIDATED, found.why, results=results, record=record, under=claim.owner)
    return Forward(State.PREPARED, found.why, results=results, record=record, under=claim.owner)
