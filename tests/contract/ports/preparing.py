"""A worker that prepares a run and is killed before or after a call: ``before commit 2``, ``after create 1``."""

import os
import signal
import threading
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

SMALL_SIZES = {(blobs, "_CHUNK_BYTES"): 2**18, (staging, "BLOCK"): 2**17}
"""Sizes in bytes with which a small upload is read and written in many pieces."""


class KillingPort:
    """A port that kills its process before or after the n-th call of a method."""

    def __init__(self, port: Any, moment: str) -> None:
        self._port = port
        self._moment = moment
        self._calls: Counter[str] = Counter()
        self._counting = threading.Lock()  # blocks are staged by several threads

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)
        return self._around(method, target) if callable(target) else target

    def _around(self, method: str, target: Any) -> Any:
        def call(*args: Any) -> Any:
            with self._counting:
                self._calls[method] += 1
                number = self._calls[method]
            self._kill_if(f"before {method} {number}")
            result = target(*args)
            self._kill_if(f"after {method} {number}")
            return result

        return call

    def _kill_if(self, now: str) -> None:
        if now == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


def with_doubles(storage: Ports) -> Ports:
    """The given storage, with a catalog and jobs in this process's memory."""
    doubles = memory_ports()
    return replace(storage, catalog=doubles.catalog, jobs=doubles.jobs)


def work(settings: Settings, project: str, run_id: str, moment: str) -> None:
    """Advance a run until it waits or the moment comes."""
    for (module, name), size in SMALL_SIZES.items():
        setattr(module, name, size)
    ports = with_doubles(joined(settings, credential()))
    blobs_port: Any = KillingPort(ports.blobs, moment)
    advance(project, run_id, replace(ports, blobs=blobs_port))
