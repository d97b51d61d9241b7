"""What the story tells and the view shows."""

from dataclasses import dataclass
from enum import StrEnum

from cli.demo.questions import Answer
from shared.models.project import LedgerEntry
from shared.models.receipt import Receipt
from shared.models.run import Run, TimelineEntry


class Station(StrEnum):
    """Where the upload is on its path; the value is its title."""

    STACK = "Stack"
    UPLOAD = "Upload"
    RECEIPT = "Receipt"
    JOB = "Job"
    TRAINING = "Training"
    ENDPOINT = "Endpoint"
    QUESTIONS = "Questions"
    LEASE = "Lease"


@dataclass(frozen=True)
class Entered:
    """The next station is reached."""

    station: Station


@dataclass(frozen=True)
class Said:
    """Something that happened at this station."""

    text: str


@dataclass(frozen=True)
class Waiting:
    """What is being waited for now; the next fact takes its place."""

    text: str


@dataclass(frozen=True)
class PartUp:
    """A part of the stack is up. ``role`` says what is real about it and what is a stand-in."""

    name: str
    role: str
    address: str
    seconds: float


@dataclass(frozen=True)
class ReceiptRead:
    """The receipt lies in its container."""

    receipt: Receipt


@dataclass(frozen=True)
class Training:
    """How far the fine-tuning is. ``losses`` are (step, training loss); ``seconds_left`` once it can be told."""

    step: str
    losses: list[tuple[float, float]]
    fraction: float
    seconds_left: float | None


@dataclass(frozen=True)
class Answered:
    """One question has both answers."""

    answer: Answer
    number: int
    of: int


@dataclass(frozen=True)
class Compared:
    """All questions have; chrF of each model against the references, 0 to 100."""

    answers: list[Answer]
    before: float
    after: float


@dataclass(frozen=True)
class Told:
    """The run, from the upload to its end."""

    run: Run
    timeline: list[TimelineEntry]


@dataclass(frozen=True)
class Billed:
    """What the endpoint would have cost on Azure, and what its end saves."""

    entry: LedgerEntry


@dataclass(frozen=True)
class Finished:
    """The end: what to try next."""

    commands: list[tuple[str, str]]
    seconds: float


Fact = Entered | Said | Waiting | PartUp | ReceiptRead | Training | Answered | Compared | Told | Billed | Finished
