"""What goes wrong in the host.

TunedropError (shared.core.errors)
├── AppError           the app's code or host.json cannot be served; the host does not start
└── InvocationError    a function raised, or ran for too long
"""

from shared.core.errors import TunedropError


class AppError(TunedropError):
    """The app's code or its host.json cannot be served as it is."""


class InvocationError(TunedropError):
    """A function raised, or ran for longer than ``functionTimeout``."""
