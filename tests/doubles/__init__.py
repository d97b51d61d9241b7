"""In-memory doubles of every port, held to the same contract tests as the gateways."""

from tests.doubles.clock import FakeClock
from tests.doubles.memory import MemoryPorts, memory_ports

__all__ = ["FakeClock", "MemoryPorts", "memory_ports"]
