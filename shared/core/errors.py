"""All errors that Tunedrop raises itself.

TunedropError               what happened, and what to do next (``remedy``)
├── SettingsError           an app setting is missing or wrong
├── ConfigError             a file of settings is wrong
├── EventError              an event is not for this app
├── PreflightError          the job cannot be submitted as asked
├── ConflictError           somebody else wrote first (If-Match), or the name is in use for something else
├── DecisionError           the run's state does not allow this decision
├── NotFoundError           the requested thing does not exist
├── QuotaError              Azure has no quota or capacity
├── ThrottledError          Azure asks to come back later
├── NoticeError             the topic does not accept notices now
└── ScoringError            a deployment answered with an error, or not at all
"""


class TunedropError(Exception):
    """An error with a remedy: what a person can do next.

    Args:
        message: what is wrong and where, in one sentence.
        remedy: what to do about it, in one sentence; empty if nothing can be done.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".rstrip())
        self.message = message
        self.remedy = remedy


class SettingsError(TunedropError):
    """An app setting is missing or wrong."""


class ConfigError(TunedropError):
    """A file of settings is wrong."""


class EventError(TunedropError):
    """An event is not for this app: wrong topic, type, container or name."""


class PreflightError(TunedropError):
    """The job cannot be submitted as asked: hyperparameters, compute or base model."""


class ConflictError(TunedropError):
    """Somebody else wrote first, or a name is in use for something else."""


class DecisionError(TunedropError):
    """The run's state does not allow this decision."""


class NotFoundError(TunedropError):
    """The requested thing does not exist."""


class QuotaError(TunedropError):
    """Azure has no quota or capacity."""


class ThrottledError(TunedropError):
    """Azure asks to come back later.

    Args:
        retry_after: seconds to wait.
    """

    def __init__(self, message: str, retry_after: float = 10.0) -> None:
        super().__init__(message, f"Try again in {retry_after:g} s.")
        self.retry_after = retry_after


class NoticeError(TunedropError):
    """The topic does not accept notices now."""


class ScoringError(TunedropError):
    """A deployment answered a scoring request with an error, or not at all.

    Args:
        status: the HTTP status of the answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
