"""A storm that violates something, without all that the violation does not need."""

from dataclasses import replace

from tests.simulation.simulation import Single, violations
from tests.simulation.storm import Storm


def shrunk(schedule: Single) -> Single:
    """A storm without all that its violation does not need; other schedules have nothing to spare."""
    return _shrunk(schedule) if isinstance(schedule, Storm) else schedule


def _shrunk(storm: Storm) -> Storm:
    """Leaves out halves of the plan, then smaller pieces, as long as something is still violated."""
    kept = [number for number, _ in storm.parts()]
    size = (len(kept) + 1) // 2
    while size:
        pieces = (kept[:start] + kept[start + size :] for start in range(0, len(kept), size))
        less = next((piece for piece in pieces if violations(_only(storm, piece))), None)
        if less is None:
            size //= 2
        else:
            kept = less
    return _only(storm, kept)


def _only(storm: Storm, kept: list[int]) -> Storm:
    numbers = {number for number, _ in replace(storm, without=frozenset()).parts()}
    return replace(storm, without=frozenset(numbers - set(kept)))
