"""The run: what one version of one upload becomes."""

from datetime import datetime
from typing import Any, Literal

from shared.core.naming import READY
from shared.core.states import Intent, State
from shared.models.base import Model
from shared.models.config import ProjectConfig, Scalar
from shared.models.receipt import Cost, Problem
from shared.models.training import TrainingJob

Decided = Literal["approve", "cancel", "retry"]
Queue = Literal["job", "endpoint", "deploy_lock"]
"""A slot among the jobs in training, among the endpoints, or the project's deploy lock."""


class UploadPart(Model):
    """One file of a folder drop, in the version it had when the folder was closed."""

    path: str
    etag: str
    size: int


class Upload(Model):
    """One version of one blob in the uploads container, or of a folder: then the blob is its ``_READY``."""

    path: str
    etag: str
    """Without quotes."""
    sequencer: str | None = None
    """Orders the versions of one blob name, by string comparison."""
    written: datetime | None = None
    """By the storage service's clock, to the second; ``None``: the event did not say."""
    size: int
    """Bytes; of a folder, those of its parts."""
    parts: list[UploadPart] = []
    """The files of a folder; empty: the blob itself is the upload."""
    sha256: str | None = None
    """Known once the upload has been read."""

    @property
    def name(self) -> str:
        """What people call it: its path, or its folder's."""
        return self.path.removesuffix(f"/{READY}")


class Claim(Model):
    """Who is doing a long step of this run, and until when nobody else may."""

    owner: str
    until: datetime


class Splits(Model):
    """Where the prepared files lie, as paths within the prepared container."""

    train: str
    validation: str
    test: str
    digest: str = ""
    """Of the rows of each: the same for the same rows in any order."""


class ModelRef(Model):
    """A registered model."""

    name: str
    version: str


class AutomaticRetry(Model):
    """What the app does by itself about a failure: another attempt."""

    note: str
    """A sentence for the timeline."""
    hyperparameters: dict[str, Scalar] = {}
    """What the attempt sets otherwise."""


class Results(Model):
    """What the steps found out or made; each is written once."""

    problems: list[Problem] = []
    """What is wrong in the project's ``tunedrop.yaml``."""
    splits: Splits | None = None
    receipt: str | None = None
    """Path of the receipt within the receipts container, without its suffix."""
    base_model: ModelRef | None = None
    plan: TrainingJob | None = None
    """The job to submit, decided and written down before it is: a repeated submission is the same one."""
    job: str | None = None
    metrics: dict[str, float] | None = None
    model: ModelRef | None = None
    endpoint: str | None = None
    deployment: str | None = None
    evaluation: dict[str, Any] | None = None
    end: State | None = None
    """The end that ``closing`` leads to."""
    error: str | None = None
    """Why the run ended early, a sentence with its remedy."""
    failure: str | None = None
    """Which failure of the catalogue it was."""
    azure_message: str | None = None
    """Why, in Azure's words where it said something, shortened."""
    gone: datetime | None = None
    """While it is closed: since when its deployment is not to be seen any more."""
    automatic_retry: AutomaticRetry | None = None
    """The attempt that follows ``closing`` in place of the end."""


class Decision(Model):
    """What somebody decided about a run."""

    what: Decided
    by: str
    """A person, or ``tunedrop`` itself."""
    time: datetime


class Notice(Model):
    """A transition, somebody's decision, or trouble, to tell the world about; sent from the outbox."""

    id: str
    """``{run_id}:{seq}``: the same for every delivery."""
    type: str
    """``tunedrop.run.{state}`` of a transition, ``tunedrop.decision.{what}`` of a decision, ``tunedrop.trouble``."""
    time: datetime
    state: State
    attempt: int = 1
    detail: str


class Run(Model):
    """The record. (attempt, state) only rises; every change is a conditional write."""

    schema_version: int = 1
    project: str
    run_id: str
    upload: Upload
    attempt: int = 1
    state: State = State.RECEIVED
    intent: Intent = Intent.PROCEED
    decisions: list[Decision] = []
    """Those that changed something, oldest first."""
    hold_reason: str | None = None
    """Why the run waits for an approval."""
    queue: Queue | None = None
    """What capacity the run waits for, in the order of arrival."""
    claim: Claim | None = None
    deadline: datetime
    config: ProjectConfig = ProjectConfig()
    adjustments: dict[str, Scalar] = {}
    """Hyperparameters that a failed attempt taught to set otherwise than ``config`` does."""
    cost: Cost | None = None
    """What training once is estimated to cost; ``None``: not known, or not prepared yet."""
    fingerprint: str | None = None
    """SHA-256 of data, settings, component and base model: what an attempt's job stands for."""
    next_due: datetime
    not_before: datetime | None = None
    """Azure asked to be left alone until then, whatever event comes earlier."""
    traceparent: str | None = None
    outbox: list[Notice] = []
    """What the timeline is to tell, and the world."""
    unsent: list[Notice] = []
    """What the timeline tells already, and the world could not be told yet."""
    seq: int = 0
    """Number of transitions and decisions so far: of entries in the timeline."""
    results: Results = Results()
    created: datetime
    updated: datetime

    def is_like(self, other: "Run") -> bool:
        """Whether both have the same content, which is known once they have been read, and the same settings."""
        known = self.upload.sha256 is not None
        return known and self.upload.sha256 == other.upload.sha256 and self.config == other.config

    def is_newer(self, than: "Run", now: str | None) -> bool:
        """Whether its version of their upload was written later.

        By sequencer; a version that was found has none: then what the container holds, with the ETag ``now``, is
        newest, and where it holds neither, the time of writing says it.
        """
        ours, theirs = self.upload.sequencer, than.upload.sequencer
        if ours and theirs:
            return ours > theirs
        if now in (self.upload.etag, than.upload.etag):
            return self.upload.etag == now != than.upload.etag
        return (self.upload.written or self.created) > (than.upload.written or than.created)


class TimelineEntry(Model):
    """One thing that happened to a run."""

    seq: int
    time: datetime
    state: State
    attempt: int
    note: str
