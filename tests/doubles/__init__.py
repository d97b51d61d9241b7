"""In-memory doubles of every port. They pass the same contract tests as the gateways (``tests/contract/ports``).

``memory`` joins them; ``world`` runs the app over them in one thread; ``faults`` makes their calls fail.
"""

from tests.doubles.clock import FakeClock
from tests.doubles.memory import MemoryPorts, memory_ports

__all__ = ["FakeClock", "MemoryPorts", "memory_ports"]
