"""The large suites in two shares: ``make test`` runs every seventh schedule, ``make test-all`` the others.

Schedules are listed life by life and call by call, so every seventh is a sample of all of them. Seven is a prime and
none of the suites' periods: kinds of faults, orders of workers and numbers of states behind all take their turns.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

T = TypeVar("T")
Share = Callable[[Iterable[T]], list[T]]

_EVERY: Final = 7


def every_seventh(schedules: Iterable[T]) -> list[T]:
    """The first one, the eighth, the fifteenth, …"""
    return list(schedules)[::_EVERY]


def the_others(schedules: Iterable[T]) -> list[T]:
    """All that ``every_seventh`` leaves out, in the same order."""
    return [schedule for number, schedule in enumerate(schedules) if number % _EVERY]
