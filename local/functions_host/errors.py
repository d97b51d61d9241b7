"""What goes wrong in the host.

TunedropError (shared.errors)
├── AppError           the app's code or host.json cannot be served; the host does not start
└── InvocationError    a function raised, or ran for too long
"""

from shared.errors import TunedropError


class AppError(TunedropError):
    """The app's code or its host.json cannot be served as it is."""


class InvocationError(TunedropError):
    """A function raised, or ran for longer than ``functionTimeout``."""
