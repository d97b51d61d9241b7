"""Run all benchmarks or the named ones, print the ratios, and write them to results.json."""

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
    """0 if every ratio is within its bound, otherwise 1."""
    ratios = [ratio for name in names or BENCHMARKS for ratio in BENCHMARKS[name]()]
    for ratio in ratios:
        verdict = "ok" if ratio.holds else "OUT OF BOUND"
        print(f"{ratio.name:45} {ratio.ratio:6.2f} x  {ratio.peer}  ({ratio.bound})  {verdict}")
    _write(ratios)
    return 0 if all(ratio.holds for ratio in ratios) else 1


def _write(ratios: list[Ratio]) -> None:
    """Replace the results of these benchmarks and keep those of the others."""
    earlier = {row["name"]: row for row in json.loads(RESULTS.read_text())}
    results = earlier | {ratio.name: ratio.model_dump(exclude_none=True) for ratio in ratios}
    RESULTS.write_text(json.dumps(list(results.values()), indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
