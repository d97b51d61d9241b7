"""Helpers for tests of preparation: upload a file, and read what was written."""

from shared.core import naming
from shared.core.resources import PREPARED, RECEIPTS, UPLOADS
from shared.data.preparing.splits import NAMES
from shared.models.config import ProjectConfig
from shared.models.receipt import Receipt
from shared.models.run import Run, Splits, Upload
from shared.steps.common.outcome import Outcome
from tests.doubles import MemoryPorts
from tests.receipts import read

PATH = "acme/may.jsonl"


def uploaded(ports: MemoryPorts, data: bytes, path: str = PATH, **config: object) -> Run:
    """The run of a file that was just uploaded."""
    ports.blobs.write(UPLOADS, path, [data], "application/octet-stream")
    info = ports.blobs.info(UPLOADS, path)
    assert info is not None
    now = ports.clock.now()
    run = Run(
        project="acme",
        run_id=naming.run_id(ports.blobs.account, UPLOADS, path, info.etag),
        upload=Upload(path=path, etag=info.etag, size=info.size),
        config=ProjectConfig.model_validate(config),
        deadline=now,
        next_due=now,
        created=now,
        updated=now,
    )
    assert ports.runs.create(run)
    return run


def as_stored(ports: MemoryPorts, run: Run) -> Run:
    """The record as it stands now."""
    stored = ports.runs.get(run.project, run.run_id)
    assert stored is not None
    return stored.value


def splits_of(outcome: Outcome) -> Splits:
    """Paths of the outcome's splits."""
    splits = outcome.results["splits"]
    assert isinstance(splits, Splits)
    return splits


def files_of(outcome: Outcome, ports: MemoryPorts) -> dict[str, bytes]:
    """The content of each split, by its name."""
    paths = dict(splits_of(outcome))
    return {name: ports.blobs.read(PREPARED, paths[name]) or b"" for name in NAMES}


def rows_of(outcome: Outcome, ports: MemoryPorts) -> dict[str, set[bytes]]:
    """The rows of each split, by its name."""
    return {name: set(content.splitlines()) for name, content in files_of(outcome, ports).items()}


def receipt_of(ports: MemoryPorts, outcome: Outcome) -> Receipt:
    """The outcome's receipt."""
    return read(ports.blobs.read(RECEIPTS, f"{outcome.results['receipt']}.json"))


def receipts(ports: MemoryPorts) -> set[str]:
    """Paths of all receipts."""
    return {info.path for info in ports.blobs.within(RECEIPTS)}
