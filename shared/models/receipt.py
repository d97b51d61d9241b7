"""The receipt: what a data owner reads about one version of one upload. Immutable."""

from typing import Literal

from shared.models.base import Model


class Problem(Model):
    """One bad line."""

    line: int
    """1-based line number in the upload."""
    path: str
    """JSON path of the offending value, ``$`` for the whole line."""
    reason: str
    """Stable code, for instance ``role.unknown``."""
    found: str
    """What kind of thing was found there; never content."""
    hint: str
    """What to do about it."""


class Cost(Model):
    """What the run would cost on Azure, an estimate in US dollars (list prices, with their date)."""

    training_usd: float
    training_hours: float
    training_sku: str
    endpoint_usd_per_hour: float
    endpoint_sku: str
    priced_on: str
    assumes: str = ""
    """What the estimate rests on, for its reader."""


class Receipt(Model):
    """Verdict, every bad line, and what the upload becomes."""

    schema_version: Literal[1] = 1
    project: str
    run_id: str
    upload: str
    """Path within the uploads container."""
    sha256: str
    """Of the upload's bytes."""
    verdict: Literal["accepted", "rejected"]
    why: str
    """One sentence a data owner understands."""
    lines: int
    accepted: int
    rejected: int
    duplicates: int
    blank: int
    train_rows: int
    validation_rows: int
    test_rows: int
    tokens: int
    """Estimated training tokens."""
    problems: list[Problem]
    """The first ``PROBLEMS_SHOWN`` bad lines; ``rejected`` is the exact total."""
    cost: Cost | None = None
