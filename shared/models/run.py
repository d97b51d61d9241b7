"""The run: what one version of one upload becomes."""

from datetime import datetime
from typing import Literal

from shared.core.naming import READY
from shared.core.states import Intent, State
from shared.models.base import Model
from shared.models.config import ProjectConfig, Scalar
from shared.models.receipt import Cost, Problem
from shared.models.training import TrainingJob

Decided = Literal["approve", "cancel", "retry"]
Queue = Literal["job", "endpoint", "deploy_lock"]
"""What a run may wait for: a slot for a job, a slot for an endpoint, or its project's deploy lock."""


class UploadPart(Model):
    """One file of a folder upload, in the version that it had when the folder was closed."""

    path: str
    etag: str
    size: int
    """Bytes."""


class Upload(Model):
    """One version of one blob in the uploads container. For a folder upload, the blob is its ``_READY`` file."""

    path: str
    etag: str
    """Without quotes."""
    sequencer: str | None = None
    """Orders the versions of one blob name, by string comparison; ``None``: no event announced this version."""
    written: datetime | None = None
    """By the storage service's clock, to the second; ``None``: the event did not say."""
    size: int
    """Bytes; of a folder, the sum of its parts."""
    parts: list[UploadPart] = []
    """The files of a folder; empty: the blob itself is the upload."""
    sha256: str | None = None
    """``None`` until the upload has been read."""

    @property
    def name(self) -> str:
        """What people call it: its path, or its folder's path."""
        return self.path.removesuffix(f"/{READY}")


class Claim(Model):
    """Which worker is doing a long step of this run, and until when no other worker may."""

    owner: str
    until: datetime


class Splits(Model):
    """Where the prepared files are, as paths within the prepared container."""

    train: str
    validation: str
    test: str
    digest: str = ""
    """Of the rows of each file. It is the same for the same rows in any order."""


class ModelRef(Model):
    """A registered model."""

    name: str
    version: str


class AutomaticRetry(Model):
    """Another attempt that the app makes by itself after a failure."""

    note: str
    """A sentence for the timeline."""
    hyperparameters: dict[str, Scalar] = {}
    """What the attempt sets differently."""


class SmokeTest(Model):
    """The first question that a deployment answered."""

    shape: Literal["nested", "flat"]
    """How ``input_string`` must be nested for this deployment."""
    answered_characters: int


class Evaluation(Model):
    """How a deployment did before it may take traffic."""

    tries: int = 0
    """Smoke tests that failed so far."""
    smoke: SmokeTest | None = None


class Results(Model):
    """What the steps found out or made. Each field is written once in an attempt."""

    problems: list[Problem] = []
    """What is wrong in the project's ``tunedrop.yaml``."""
    splits: Splits | None = None
    receipt: str | None = None
    """Path of the receipt within the receipts container, without its suffix."""
    base_model: ModelRef | None = None
    plan: TrainingJob | None = None
    """The job to submit. It is written down before it is submitted, so that a repeated submission is the same one."""
    job: str | None = None
    metrics: dict[str, float] | None = None
    model: ModelRef | None = None
    endpoint: str | None = None
    deployment: str | None = None
    evaluation: Evaluation | None = None
    end: State | None = None
    """The end that ``closing`` leads to."""
    error: str | None = None
    """Why the run ended early, with what to do about it."""
    failure: str | None = None
    """The failure's entry in the catalogue (``policy/failures.yaml``)."""
    azure_message: str | None = None
    """Azure's own words about the failure, shortened."""
    gone: datetime | None = None
    """While the run is closed: since when its deployment has been out of sight."""
    automatic_retry: AutomaticRetry | None = None
    """The attempt that follows ``closing`` instead of an end."""


class Decision(Model):
    """What somebody decided about a run."""

    what: Decided
    by: str
    """A person, or ``tunedrop`` itself."""
    time: datetime


class Notice(Model):
    """A transition, a decision, or trouble. The outbox holds it until it has been published."""

    id: str
    """``{run_id}:{seq}``: the same for every delivery."""
    type: str
    """``tunedrop.run.{state}``, ``tunedrop.decision.{what}`` or ``tunedrop.trouble``."""
    time: datetime
    state: State
    attempt: int = 1
    detail: str


class Run(Model):
    """The record of a run. (attempt, state) only rises; every change is a conditional write."""

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
    """Why the run waits for an approval; ``None``: it does not."""
    queue: Queue | None = None
    """What the run waits for, in the order of arrival; ``None``: it does not wait."""
    claim: Claim | None = None
    deadline: datetime
    config: ProjectConfig = ProjectConfig()
    """The project's settings as they were when the upload arrived."""
    adjustments: dict[str, Scalar] = {}
    """Hyperparameters that differ from ``config`` because an earlier attempt failed."""
    cost: Cost | None = None
    """Estimated cost of training once; ``None``: not known, or not prepared yet."""
    fingerprint: str | None = None
    """SHA-256 of data, settings, component and base model: equal fingerprints mean the same job."""
    next_due: datetime
    not_before: datetime | None = None
    """Azure asked us to wait until then; no event makes a step come earlier."""
    outbox: list[Notice] = []
    """Notices that are neither in the timeline nor published yet."""
    unsent: list[Notice] = []
    """Notices that are in the timeline but not published yet."""
    seq: int = 0
    """Number of transitions, decisions and troubles so far: of entries in the timeline."""
    results: Results = Results()
    created: datetime
    updated: datetime

    def is_like(self, other: "Run") -> bool:
        """Whether both have the same content and settings. Content is known once an upload has been read."""
        is_read = self.upload.sha256 is not None
        return is_read and self.upload.sha256 == other.upload.sha256 and self.config == other.config

    def is_newer(self, than: "Run", now: str | None) -> bool:
        """Whether its version of their upload was written later.

        Sequencers decide where both versions have one. Otherwise the version that the container holds is newer. If it
        holds neither, the time of writing decides.

        Args:
            now: ETag of the version that the container holds.
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
