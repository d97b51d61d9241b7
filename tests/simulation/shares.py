"""Splits a large suite into two shares: ``make test`` runs every seventh schedule, ``make test-all`` the others.

A suite lists its schedules life by life and call by call, so every seventh is a sample of all of them. Seven is prime
to the numbers of kinds of faults, orders of workers and stale states, so the sample has all of these.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

T = TypeVar("T")
_EVERY: Final = 7


def every_seventh(schedules: Iterable[T]) -> list[T]:
    """The first schedule, the eighth, the fifteenth, …"""
    return list(schedules)[::_EVERY]


def the_others(schedules: Iterable[T]) -> list[T]:
    """All schedules that ``every_seventh`` leaves out, in the same order."""
    return [schedule for number, schedule in enumerate(schedules) if number % _EVERY]
