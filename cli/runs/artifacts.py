"""What a run leaves in the storage account: its upload, its receipt, its held-out rows, its endpoint's bill."""

from shared.core import resources
from shared.core.errors import NotFoundError
from shared.models.project import LedgerEntry
from shared.models.receipt import Receipt
from shared.models.run import Run
from shared.ports import Ports


def upload(ports: Ports, path: str, content: bytes) -> None:
    """Put a file into the uploads container; ``path`` is relative to it."""
    ports.blobs.write(resources.UPLOADS, path, [content], "application/octet-stream")


def receipt(ports: Ports, run: Run) -> Receipt:
    """A run's receipt.

    Raises:
        NotFoundError: it is not in its container.
    """
    return Receipt.model_validate_json(_blob(ports, resources.RECEIPTS, f"{run.results.receipt}.json"))


def held_out(ports: Ports, run: Run) -> bytes:
    """The rows of the run's upload that it was not trained on, as JSON lines.

    Raises:
        NotFoundError: they are not in their container.
    """
    assert run.results.splits is not None
    return _blob(ports, resources.PREPARED, run.results.splits.test)


def bill(ports: Ports, run: Run) -> LedgerEntry | None:
    """What was recorded when the run's endpoint was deleted; ``None``: it has not been deleted."""
    entries = (entry for entry in ports.ledger.entries(run.project) if entry.endpoint == run.results.endpoint)
    return next(entries, None)


def _blob(ports: Ports, container: str, path: str) -> bytes:
    content = ports.blobs.read(container, path)
    if content is None:
        raise NotFoundError(
            f"The file '{path}' is missing from the container '{container}'.",
            "Check whether someone, or a lifecycle rule of the storage account, has deleted it.",
        )
    return content
