"""The host's errors.

TunedropError (shared.core.errors)
├── AppError           the host cannot serve the app's code or its host.json, and does not start
└── InvocationError    a function raised an error or ran too long
"""

from shared.core.errors import TunedropError


class AppError(TunedropError):
    """The host cannot serve the app's code or its host.json."""


class InvocationError(TunedropError):
    """A function raised an error, or ran longer than ``functionTimeout``."""
