"""The receipt: what a data owner reads about one version of one upload. Immutable."""

from typing import Literal

from shared.models.base import Model
from shared.models.config import ProjectConfig


class Problem(Model):
    """One bad line, of an upload or of the project's ``tunedrop.yaml``."""

    file: str | None = None
    """Name of the file, where an upload has several, or of the settings."""
    line: int
    """1-based line number in the file."""
    path: str
    """JSON path of the offending value, ``$`` for the whole line."""
    reason: str
    """Stable code, for instance ``role.unknown``."""
    found: str
    """What kind of thing was found there; never content of a row."""
    hint: str
    """What to do about it."""


class Place(Model):
    """One line of an upload."""

    file: str | None = None
    line: int


class Sighting(Model):
    """Something that was seen in rows: how often, and where."""

    rows: int
    """Exact total."""
    places: list[Place] = []
    """The first of them."""


class Histogram(Model):
    """Rows by size: ``counts[i]`` rows have at least ``edges[i]`` and fewer than ``edges[i + 1]``, if there is one."""

    edges: list[int]
    counts: list[int]


class Repairable(Model):
    """What settings would make usable of the rejected lines."""

    rows: int
    """Rejected lines that become usable with all of ``settings``."""
    by: dict[str, int]
    """Those that each one needs, alone or with others: a rule of ``repair``, or ``roles``."""
    settings: str
    """Lines to paste into ``tunedrop.yaml``."""


class Shape(Model):
    """Another kind of file than chat rows, recognised, and the command that converts it."""

    name: str
    """``sharegpt``, ``alpaca``, ``json array``, ``csv``, …"""
    rows: int
    """Lines of this shape."""
    command: str


class Figures(Model):
    """What preparation found out: ``lines = accepted + rejected + duplicates + sampled_out``."""

    sha256: str | None
    """Of the upload's bytes; of several files, of their hashes in the order of their names.

    ``None``: nothing was read.
    """
    size: int
    """Bytes of the upload."""
    refusal: str | None = None
    """Why nothing of the upload is used, a sentence with its figures; ``None``: it is accepted."""

    lines: int
    """Without blank ones."""
    blank: int
    accepted: int
    rejected: int
    duplicates: int
    sampled_out: int = 0
    repaired: dict[str, int] = {}
    """Accepted rows that each rule of ``repair``, or ``roles``, has repaired; ``rows`` is how many in all."""

    train_rows: int
    validation_rows: int
    test_rows: int
    evaluation_rows: int = 0
    """Rows that are evaluation rows of the project, and therefore never trained on."""
    earlier_rows: int = 0
    """Rows to train on that come from earlier uploads of the project (``train_on: project``)."""

    tokens: int
    """Tokens of the training rows."""
    tokens_are: Literal["estimated", "calibrated", "exact"] = "estimated"
    max_seq_length: int | None = None
    """Tokens of the longest row that is trained on whole."""
    too_long: Sighting = Sighting(rows=0)
    """Rows longer than that; what became of them is the setting ``too_long``."""
    pii: dict[str, Sighting] = {}
    """Rows with personal data or secrets, by kind, never the text; what became of them is the setting ``pii``."""

    turns: Histogram = Histogram(edges=[], counts=[])
    """User and assistant messages of the accepted rows."""
    row_tokens: Histogram = Histogram(edges=[], counts=[])
    """Tokens of the accepted rows."""

    reasons: dict[str, int] = {}
    """Rejected lines by reason, exact."""
    problems: list[Problem] = []
    """The first bad lines of each reason; ``rejected.jsonl`` has all of them."""
    repairable: Repairable | None = None
    shape: Shape | None = None


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


class Receipt(Figures):
    """Verdict, every bad line, and what the upload becomes."""

    schema_version: Literal[1] = 1
    project: str | None
    """``None``: a file that was checked on someone's own machine."""
    run_id: str | None
    upload: str
    """Path within the uploads container, or of the local file."""
    verdict: Literal["accepted", "rejected"]
    why: str
    """One sentence a data owner understands."""
    settings: ProjectConfig | None = None
    """What the upload was prepared with; ``None``: the project's ``tunedrop.yaml`` cannot be used."""
    ceilings: list[str] = []
    """Settings that the platform's limits have tightened, a sentence each."""
    cost: Cost | None = None
