"""The project: it owns one endpoint and one champion."""

from datetime import datetime
from typing import Literal, Self

from shared.models.base import Model

SlotKind = Literal["job", "endpoint"]


class Serving(Model):
    """The intended state of a project's endpoint, from which its traffic is derived."""

    project: str
    generation: int = 1
    """Number of the endpoint: names of endpoints are never used twice."""
    phase: Literal["up", "deleting"] = "up"
    deploy_lock: str | None = None
    """The run that may change the endpoint now."""
    champion: str | None = None
    """The deployment that takes all traffic."""
    champion_run: str | None = None
    previous_champion: str | None = None
    """The champion before, kept until the new one is seen to serve. If that fails, we roll back to it."""
    previous_champion_run: str | None = None
    scoring_uri: str | None = None
    """Where the endpoint scores. It is written with the champion, so that scoring never asks Azure ML."""
    gone: datetime | None = None
    """Since when the endpoint that is being deleted has been out of sight."""


class Capacity(Model):
    """Which runs and projects hold a slot. The numbers of jobs and endpoints at once are limited."""

    job: list[str] = []
    """Ids of runs that may have a job in training."""
    endpoint: list[str] = []
    """Projects that may have an endpoint."""

    def slots(self, kind: SlotKind) -> list[str]:
        """Holders of the slots of one kind."""
        return self.job if kind == "job" else self.endpoint

    def with_slots(self, kind: SlotKind, holders: list[str]) -> Self:
        """The same row with other holders of one kind."""
        return self if holders == self.slots(kind) else self.model_copy(update={kind: holders})


class Lease(Model):
    """Why a project's endpoint may live: until ``expires``, and while it is used."""

    project: str
    endpoint: str
    started: datetime
    renewed: datetime | None = None
    """When a new champion last renewed it. Idle time counts from here."""
    expires: datetime
    keep_until: datetime | None = None
    """Until then the endpoint is kept even when it is idle."""
    idle_seconds: int
    """How long the endpoint may be idle."""
    instance_type: str
    instances: int = 1


class Usage(Model):
    """When one app instance last scored for a project."""

    project: str
    instance: str
    last_used: datetime
    requests: int = 0


class LedgerEntry(Model):
    """How long an endpoint lived, what it cost, and what its deletion saves."""

    project: str
    endpoint: str
    run_id: str | None
    instance_type: str
    started: datetime
    ended: datetime
    hours: float
    cost_usd: float
    saved_usd_per_month: float
    reason: str
