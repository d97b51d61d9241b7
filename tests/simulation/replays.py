"""Single schedules as JSON data, and in words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tests.doubles.faults import Kind
from tests.simulation.clocks import AMinuteApart
from tests.simulation.crashes import ONE, Failing
from tests.simulation.interleavings import Joined, Meeting
from tests.simulation.lives import Undisturbed
from tests.simulation.overwrites import Overwritten
from tests.simulation.promotions import Refused
from tests.simulation.simulation import Simulation, Single, violations
from tests.simulation.slow import Slow
from tests.simulation.stale import READS, Lagging
from tests.simulation.storm import Fault, Part, Storm
from tests.simulation.touches import Touched

Written = dict[str, Any]
_KINDS: Final[Mapping[str, Callable[..., Any]]] = {
    kind.__name__: kind
    for kind in (
        *(Undisturbed, Failing, Meeting, Lagging, Overwritten, Storm),
        *(Touched, Refused, AMinuteApart, Slow),
    )
}
_VERSIONS: Final = ("older", "newer")
_HAPPENS: Final[Mapping[Kind, str]] = {
    "crash before": "the process dies before {}",
    "crash after": "the process dies after {}",
    "throttled": "{} is throttled",
    "failed": "{} answers 500",
    "timed out": "{} takes effect, but its answer is lost",
    "stalled": "the worker is stalled at {}",
}


def written(schedule: Single) -> Written:
    """A schedule as data that ``read`` turns back into the schedule."""
    values = {name: sorted(value) if name == "without" else value for name, value in vars(schedule).items()}
    return {"kind": type(schedule).__name__, **values}


def read(data: Written) -> Single:
    """The schedule of this data."""
    values = {name: _frozen(value) for name, value in data.items() if name != "kind"}
    if "without" in values:
        values["without"] = frozenset(values["without"])
    schedule: Single = _KINDS[data["kind"]](**values)
    return schedule


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def described(schedule: Single) -> str:
    """What happens in a schedule, in the current app."""
    begun = schedule.begun()
    violations(begun)
    simulation = begun.simulation
    match schedule:
        case Undisturbed(life):
            return f"{life}; nothing fails"
        case Failing(plan, life):
            return ("" if life == ONE else f"{life}; ") + _faults(plan, simulation)
        case Touched(plan):
            return f"an upload whose metadata changes while its job runs; {_faults(plan, simulation)}"
        case Refused(plan):
            return f"two uploads of one project, the second's traffic is refused; {_faults(plan, simulation)}"
        case Slow(effect, until_asked, until_there):
            late = f"`{effect}` is called {until_asked:g} s late, and takes {until_there:g} s"
            return f"an upload that is cancelled just before a step's effect; {late}"
        case Meeting(life, at, other, turns):
            return f"{life}; {other} joins in at {_station(at, simulation)}; turns of {_all(turns)} calls"
        case Lagging(life, reads, lag):
            which = _all(_call(read, simulation) for read in reads if simulation.faults.calls[read] in READS)
            return f"{life}; {which} answers {lag} {'state' if lag == 1 else 'states'} late"
        case Overwritten(order, rounds):
            versions = _all(_VERSIONS[number] for number in order)
            return (
                f"an upload in two versions, whose events come in the order {versions}; {rounds} rounds after the first"
            )
        case Storm():
            parts = sorted((part for _, part in schedule.parts()), key=lambda part: getattr(part, "at", 0))
            return f"storm {schedule.seed}: {'; '.join(_part(part, simulation) for part in parts)}"
    return str(schedule)


def _part(part: Part, simulation: Simulation) -> str:
    return _fault(part.call, part.kind, simulation) if isinstance(part, Fault) else str(part)


def _faults(plan: Iterable[tuple[int, Kind]], simulation: Simulation) -> str:
    return "; ".join(_fault(call, kind, simulation) for call, kind in plan) or "nothing fails"


def _fault(call: int, kind: Kind, simulation: Simulation) -> str:
    return _HAPPENS[kind].format(_call(call, simulation))


def _call(number: int, simulation: Simulation) -> str:
    calls = simulation.faults.calls
    return f"`{calls[number]}` (call {number})" if number < len(calls) else f"call {number}, which is never made"


def _station(at: int, simulation: Simulation) -> str:
    assert isinstance(simulation, Joined)
    name, began, ended = simulation.stations[at]
    moves = f" from {began} to {ended}" if ended is not began else f" of a run that is {began}" if began else ""
    return f"`{name}`{moves} (invocation {at})"


def _all(parts: Iterable[Any]) -> str:
    return ", ".join(map(str, parts))
