"""The metrics of a run: one JSON object a line, flushed at once, so that they can be watched during the run."""

import json
import time
from collections.abc import Mapping
from pathlib import Path


class MetricLog:
    """Appends metrics to a file.

    Args:
        path: the file; it and its folder are created.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        path.touch()

    def write(self, values: Mapping[str, float], step: int = 0) -> None:
        """Append ``values`` that were measured now, at the optimiser's ``step``."""
        now = time.time()
        lines = [json.dumps({"name": name, "value": value, "step": step, "t": now}) for name, value in values.items()]
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
