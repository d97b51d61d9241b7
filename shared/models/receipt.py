"""The receipt: what a data owner reads about one version of one upload. Immutable."""

from typing import Literal

from shared.models.base import Model
from shared.models.config import ProjectConfig


class Problem(Model):
    """A rejected line of an upload, or a mistake in the project's ``tunedrop.yaml``."""

    file: str | None = None
    """Name of the file: ``tunedrop.yaml``, or one of several files of an upload."""
    line: int
    """Number of the line in the file, from 1."""
    path: str
    """JSON path of the offending value, ``$`` for the whole line."""
    reason: str
    """Stable code, for instance ``role.unknown``."""
    detail: str
    """What is wrong there, for instance ``an empty list``; never content of a row."""
    hint: str
    """What to do about it."""


class Location(Model):
    """One line of an upload."""

    file: str | None = None
    """Name of the file, if the upload has several."""
    line: int
    """Number of the line in the file, from 1."""


class Occurrences(Model):
    """How often something occurs in the rows of an upload, and where."""

    rows: int
    """Rows in which it occurs, exact."""
    locations: list[Location] = []
    """The first of these rows."""


class Histogram(Model):
    """Rows by size: ``counts[i]`` rows have at least ``edges[i]`` and fewer than ``edges[i + 1]``, if there is one."""

    edges: list[int]
    counts: list[int]


class Repairable(Model):
    """Settings that would make rejected lines usable."""

    rows: int
    """Rejected lines that become usable with all of ``settings``."""
    by_repair: dict[str, int]
    """How many of these lines need each repair, alone or with others: a rule of ``repair``, or ``roles``."""
    settings: str
    """Lines to paste into ``tunedrop.yaml``."""


class Shape(Model):
    """A known kind of file other than chat rows, and the command that converts it."""

    name: str
    """``sharegpt``, ``alpaca``, ``json array``, ``csv``, …"""
    rows: int
    """Lines of this shape."""
    command: str
    """A shell command for the owner's own machine."""


class Figures(Model):
    """The figures of a prepared upload: ``lines = accepted + rejected + duplicates + sampled_out``."""

    sha256: str | None
    """Hash of the upload's bytes; of several files, hash of their hashes in the order of their names.

    ``None``: nothing was read.
    """
    size: int
    """Bytes of the upload."""
    refusal: str | None = None
    """Why the whole upload is rejected, a sentence with the figures; ``None``: it is accepted."""

    lines: int
    """Lines that are not blank."""
    blank: int
    """Blank lines."""
    accepted: int
    """Rows that are used."""
    rejected: int
    """Lines that are not valid rows, or that the settings exclude."""
    duplicates: int
    """Rows that are the same as an earlier one."""
    sampled_out: int = 0
    """Rows that ``sample_pc`` leaves out."""
    repaired: dict[str, int] = {}
    """Accepted rows by the repair they needed, a rule of ``repair`` or ``roles``; ``rows`` counts each row once."""

    train_rows: int
    validation_rows: int
    test_rows: int
    evaluation_rows: int = 0
    """Test rows that are evaluation rows of the project, and therefore never trained on."""
    earlier_rows: int = 0
    """Rows from earlier uploads of the project (``train_on: project``)."""

    tokens: int
    """Tokens of the training rows."""
    tokens_are: Literal["estimated", "calibrated", "exact"] = "estimated"
    """How tokens were counted: estimated from bytes, corrected by a counted sample, or all counted by a tokenizer."""
    max_seq_length: int | None = None
    """Tokens of the longest row that is trained on whole; ``None``: not known."""
    too_long: Occurrences = Occurrences(rows=0)
    """Rows with more tokens than that; the setting ``too_long`` decides what happens to them."""
    pii: dict[str, Occurrences] = {}
    """Rows with personal data or secrets, by kind; the setting ``pii`` decides what happens to them."""

    turns: Histogram = Histogram(edges=[], counts=[])
    """Accepted rows by their number of user and assistant messages."""
    row_tokens: Histogram = Histogram(edges=[], counts=[])
    """Accepted rows by their number of tokens."""

    reasons: dict[str, int] = {}
    """Rejected lines by reason, exact."""
    problems: list[Problem] = []
    """The first rejected lines of each reason; ``rejected.jsonl`` has all of them."""
    repairable: Repairable | None = None
    """Settings that would make rejected lines usable; ``None``: none would."""
    shape: Shape | None = None
    """The kind of file that the upload is instead of chat rows, if it is a known one."""


class Cost(Model):
    """What the run would cost on Azure, an estimate in US dollars (list prices, with their date)."""

    training_usd: float
    training_hours: float
    training_sku: str
    endpoint_usd_per_hour: float
    endpoint_sku: str
    priced_on: str
    """Date of the list prices."""
    assumes: str = ""
    """What the estimate is based on, for its reader."""


class Receipt(Figures):
    """The verdict on an upload, its rejected lines, and what becomes of its rows."""

    schema_version: Literal[1] = 1
    project: str | None
    """``None``: a file that was checked on its owner's machine."""
    run_id: str | None
    """``None``: a file that was checked on its owner's machine."""
    upload: str
    """Path within the uploads container, or of the local file."""
    verdict: Literal["accepted", "rejected"]
    why: str
    """The reason for the verdict, in one or two sentences for the data owner."""
    settings: ProjectConfig | None = None
    """The settings that the upload was prepared with; ``None``: the project's ``tunedrop.yaml`` cannot be used."""
    ceilings: list[str] = []
    """Settings that the platform's limits have tightened, one sentence each."""
    cost: Cost | None = None
    """``None``: the run would not train, or its cost is not known."""
