"""What the walkthrough reports and the views show."""

from dataclasses import dataclass
from enum import StrEnum

from cli.demo.questions import Answer
from cli.stack.azureml import TrainingProgress
from shared.api.runs import RunReport
from shared.models.project import LedgerEntry
from shared.models.receipt import Receipt


class Stage(StrEnum):
    """Where the upload is on its path; the value is the stage's title."""

    STACK = "Stack"
    UPLOAD = "Upload"
    RECEIPT = "Receipt"
    JOB = "Job"
    TRAINING = "Training"
    ENDPOINT = "Endpoint"
    QUESTIONS = "Questions"
    LEASE = "Lease"


@dataclass(frozen=True)
class StageStarted:
    """The next stage has started."""

    stage: Stage


@dataclass(frozen=True)
class Message:
    """Something that happened in this stage."""

    text: str


@dataclass(frozen=True)
class Waiting:
    """What the demo waits for now; the next event takes its place."""

    text: str


@dataclass(frozen=True)
class ServiceStarted:
    """A service of the stack is up."""

    name: str
    description: str
    """What is real about it and what is a stand-in."""
    address: str
    seconds: float
    """That it took to start."""


@dataclass(frozen=True)
class ReceiptWritten:
    """The receipt is in its container."""

    receipt: Receipt


@dataclass(frozen=True)
class QuestionAnswered:
    """Both models have answered a question."""

    answer: Answer
    number: int
    """1-based."""
    total: int


@dataclass(frozen=True)
class AnswersScored:
    """Both models have answered all questions."""

    answers: list[Answer]
    before: float
    """chrF of the base model's answers, 0 to 100."""
    after: float
    """chrF of the tuned model's answers."""


@dataclass(frozen=True)
class RunEnded:
    """The run has ended; the report goes from the upload to the end."""

    report: RunReport


@dataclass(frozen=True)
class EndpointBilled:
    """The endpoint's costs are in the ledger."""

    entry: LedgerEntry


@dataclass(frozen=True)
class DemoFinished:
    """All stages are done."""

    commands: list[tuple[str, str]]
    """To try next: each with what it does."""
    seconds: float
    """That the demo took."""


Event = (
    StageStarted
    | Message
    | Waiting
    | ServiceStarted
    | ReceiptWritten
    | TrainingProgress
    | QuestionAnswered
    | AnswersScored
    | RunEnded
    | EndpointBilled
    | DemoFinished
)
