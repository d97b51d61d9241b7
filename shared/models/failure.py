"""A way in which Azure ML fails, and what to do about it."""

from typing import Literal

from shared.models.base import Model

Remedial = Literal["halve_batch", "resubmit"]


class Failure(Model):
    """One entry of the catalogue ``policy/failures.yaml``."""

    kind: str
    patterns: list[str]
    """Regular expressions, found anywhere in what Azure said."""
    cause: str
    remedy: str
    """One thing that a person can safely do next."""
    automatic: Remedial | None = None
    """What the app does by itself, once a run, as a new attempt."""
