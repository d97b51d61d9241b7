"""Suite: Azure refuses a promotion, and one call fails while the app rolls back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.core.errors import TunedropError
from shared.core.states import State
from tests.doubles.faults import Kind
from tests.doubles.world import chat
from tests.simulation.lives import Lived
from tests.simulation.simulation import DAY, Batch, Simulation, Single

CHATS = tuple(chat(rows=12, topic=f"topic {number}") for number in range(2))
_KINDS: Final[tuple[Kind, ...]] = ("crash before", "crash after", "timed out")


@dataclass(frozen=True)
class Refused(Single):
    """Two uploads of one project: Azure refuses the traffic of the second until its run fails."""

    plan: tuple[tuple[int, Kind], ...] = ()
    """(number of the call, what happens to it)."""

    def begun(self) -> Lived:
        return Lived(self.live, Simulation(dict(self.plan)))

    def live(self, simulation: Simulation) -> range:
        """Live through it; the numbers of the calls from the promotion until it is rolled back."""
        ports = simulation.ports
        ports.jobs.lasts = ports.endpoints.hosting.deployment_seconds = 15
        first = simulation.deliver(simulation.upload("support/faq.jsonl", CHATS[0])) or ""
        set_traffic = ports.endpoints.set_traffic

        def refuse(name: str, traffic: Mapping[str, int]) -> None:
            if f"{first}-1" not in traffic:
                raise TunedropError("(BadRequest) The traffic cannot be changed.")
            set_traffic(name, traffic)

        ports.endpoints.set_traffic = refuse  # type: ignore[method-assign]
        simulation.until_state(first, State.LIVE)
        simulation.until(simulation.at_rest)
        simulation.history.causes.add(("support/chats.jsonl", State.FAILED))
        second = simulation.deliver(simulation.upload("support/chats.jsonl", CHATS[1])) or ""
        simulation.until_state(second, State.DEPLOYED, State.EVALUATED)
        began = simulation.faults.first_calls[-1]
        simulation.clock.advance(3600)
        simulation.until_state(second, State.FAILED)
        simulation.until(simulation.at_rest)
        ended = len(simulation.faults.calls)
        if [endpoint.traffic for endpoint in ports.endpoints.tagged()] != [{f"{first}-1": 100}]:
            simulation.watch.violations.append(f"{first} no longer serves, though no other run took its place")
        simulation.clock.advance(DAY)
        simulation.until(lambda: not simulation.reap() and not ports.active.rows and simulation.at_rest())
        return range(began, ended)


def at_any_call() -> list[Batch]:
    """The process dies or loses a reply, at every call until the promotion is rolled back."""
    return [Refused(((call, kind),)) for call in Refused().live(Simulation()) for kind in _KINDS]
