"""A kind of failure of Azure ML, with its cause and remedy."""

from typing import Literal

from shared.models.base import Model

AutomaticRemedy = Literal["halve_batch", "resubmit"]


class Failure(Model):
    """An entry of the catalogue ``policy/failures.yaml``."""

    kind: str
    patterns: list[str]
    """Regular expressions. One that matches anywhere in Azure's message identifies the failure; case is ignored."""
    cause: str
    """One sentence."""
    remedy: str
    """What a person can safely do next."""
    automatic: AutomaticRemedy | None = None
    """What the app does by itself, as a new attempt, at most once per run."""
