"""Shrinks storms: removes the parts that the violation does not need."""

from dataclasses import replace

from tests.simulation.simulation import Single, violations
from tests.simulation.storm import Storm


def shrunk(schedule: Single) -> Single:
    """The schedule with only what its violation needs. Only storms can be shrunk."""
    return _shrunk(schedule) if isinstance(schedule, Storm) else schedule


def _shrunk(storm: Storm) -> Storm:
    """Removes halves of the plan, then smaller pieces, as long as something is still violated."""
    needed = [number for number, _ in storm.parts()]
    size = (len(needed) + 1) // 2
    while size:
        pieces = (needed[:start] + needed[start + size :] for start in range(0, len(needed), size))
        less = next((piece for piece in pieces if violations(_only(storm, piece))), None)
        if less is None:
            size //= 2
        else:
            needed = less
    return _only(storm, needed)


def _only(storm: Storm, wanted: list[int]) -> Storm:
    numbers = {number for number, _ in replace(storm, without=frozenset()).parts()}
    return replace(storm, without=frozenset(numbers - set(wanted)))
