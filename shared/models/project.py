"""The project: it owns one endpoint and one champion."""

from datetime import datetime
from typing import Literal, Self

from shared.models.base import Model


class Serving(Model):
    """What a project's endpoint is meant to be. The row is intent: traffic is derived from it."""

    project: str
    generation: int = 1
    phase: Literal["up", "deleting"] = "up"
    deploy_lock: str | None = None
    """The run that may change the endpoint now."""
    champion: str | None = None
    """The deployment that takes all traffic."""
    champion_run: str | None = None
    previous_champion: str | None = None
    """The champion before, until the new one is seen to serve: if it never does, this one is it again."""
    previous_champion_run: str | None = None
    scoring_uri: str | None = None
    """Where the endpoint scores; written with the champion, so that scoring never asks Azure ML."""
    evaluated_against: str | None = None
    gone: datetime | None = None
    """Since when the endpoint that is being deleted is out of sight."""


class Capacity(Model):
    """Who has a slot where only so many may be at once."""

    job: list[str] = []
    """Ids of runs that may have a job in training."""
    endpoint: list[str] = []
    """Projects that may have an endpoint."""

    def slots(self, kind: Literal["job", "endpoint"]) -> list[str]:
        """Who has a slot of that kind."""
        return self.job if kind == "job" else self.endpoint

    def with_slots(self, kind: Literal["job", "endpoint"], who: list[str]) -> Self:
        """The same with others in the slots of that kind."""
        return self if who == self.slots(kind) else self.model_copy(update={kind: who})


class Lease(Model):
    """Why a project's endpoint may live: until ``expires``, and while it is used."""

    project: str
    endpoint: str
    started: datetime
    renewed: datetime | None = None
    """When a newer champion last renewed it: idleness counts from here."""
    expires: datetime
    keep_until: datetime | None = None
    """Until then it is kept even when idle; a pin expires."""
    idle_seconds: int
    instance_type: str
    instances: int = 1


class Usage(Model):
    """When one app instance last scored for a project."""

    project: str
    instance: str
    last_used: datetime
    requests: int = 0


class LedgerEntry(Model):
    """Hours an endpoint lived, what they cost, and what its deletion saves."""

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
