"""A worker that prepares a run and dies by SIGKILL around one of its calls: ``before commit 2``, ``after create 1``."""

import os
import signal
from collections import Counter
from dataclasses import replace
from typing import Any

from shared.core.settings import Settings
from shared.engine.advance import advance
from shared.gateways import blobs
from shared.gateways.credential import credential
from shared.ports import Ports
from shared.uploads import staging
from shared.wiring import joined
from tests.doubles import memory_ports

SMALL = {(blobs, "_CHUNK_BYTES"): 2**18, (staging, "BLOCK"): 2**17}
"""Bytes, so that a small upload is read and written in many pieces."""


class Mortal:
    """A port that ends its process before or after the n-th call of a method."""

    def __init__(self, port: Any, moment: str) -> None:
        self._port = port
        self._moment = moment
        self._calls: Counter[str] = Counter()

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)
        return self._around(method, target) if callable(target) else target

    def _around(self, method: str, target: Any) -> Any:
        def call(*args: Any) -> Any:
            self._calls[method] += 1
            self._die_if("before", method)
            answer = target(*args)
            self._die_if("after", method)
            return answer

        return call

    def _die_if(self, when: str, method: str) -> None:
        if f"{when} {method} {self._calls[method]}" == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


def with_doubles(storage: Ports) -> Ports:
    """Real storage, and an Azure ML that is of this process only."""
    doubles = memory_ports()
    return replace(storage, catalog=doubles.catalog, jobs=doubles.jobs)


def work(settings: Settings, project: str, run_id: str, moment: str) -> None:
    """Advance a run, until it waits or the moment comes."""
    for (module, name), size in SMALL.items():
        setattr(module, name, size)
    ports = with_doubles(joined(settings, credential()))
    mortal: Any = Mortal(ports.blobs, moment)
    advance(project, run_id, replace(ports, blobs=mortal))
