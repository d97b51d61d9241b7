"""Run every benchmark, print the ratios, and write them to results.json."""

import json
import sys
from pathlib import Path

from benchmarks import cold_start, event_to_effect, reconcile

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """0 where every ratio holds, 1 where one does not."""
    ratios = [*cold_start.measure(), *reconcile.measure(), *event_to_effect.measure()]
    for ratio in ratios:
        verdict = "ok" if ratio.holds else "TOO HIGH"
        print(f"{ratio.name:20} {ratio.ratio:6.2f} x  {ratio.peer}  (at most {ratio.at_most:g})  {verdict}")
    RESULTS.write_text(json.dumps([ratio.model_dump() for ratio in ratios], indent=2) + "\n")
    return 0 if all(ratio.holds for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
