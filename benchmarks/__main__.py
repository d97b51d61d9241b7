"""Run the benchmarks, all or those named, print the ratios, and write them to results.json."""

import json
import sys
from pathlib import Path
from typing import Final

from benchmarks import blob_to_blob, cold_start, event_to_effect, preparation, reconcile, simulated_steps
from benchmarks.ratio import Ratio

RESULTS: Final = Path(__file__).parent / "results.json"
BENCHMARKS: Final = {
    "cold_start": cold_start.measure,
    "reconcile": reconcile.measure,
    "event_to_effect": event_to_effect.measure,
    "simulated_steps": simulated_steps.measure,
    "preparation": preparation.measure,
    "blob_to_blob": blob_to_blob.measure,
}


def main(names: list[str]) -> int:
    """0 where every ratio holds, 1 where one does not."""
    ratios = [ratio for name in names or BENCHMARKS for ratio in BENCHMARKS[name]()]
    for ratio in ratios:
        verdict = "ok" if ratio.holds else "DOES NOT HOLD"
        print(f"{ratio.name:45} {ratio.ratio:6.2f} x  {ratio.peer}  ({ratio.bound})  {verdict}")
    _write(ratios)
    return 0 if all(ratio.holds for ratio in ratios) else 1


def _write(ratios: list[Ratio]) -> None:
    """Replace the rows of these ratios, and keep those of the benchmarks that did not run."""
    rows = {row["name"]: row for row in json.loads(RESULTS.read_text())}
    rows |= {ratio.name: ratio.model_dump(exclude_none=True) for ratio in ratios}
    RESULTS.write_text(json.dumps(list(rows.values()), indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
