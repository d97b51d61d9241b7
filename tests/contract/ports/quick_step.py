"""A training step that takes no time: it makes its output folders and one metric.

The real steps need torch, which the contract of the ports has no use for.
"""

import argparse
import json
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("step")
parser.add_argument("--spec", type=Path, required=True)
given = parser.parse_args()

spec = json.loads(given.spec.read_text())
for name, folder in spec["outputs"].items():
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "MLmodel").write_text(f"# made by {given.step} as {name}\nflavors: {{python_function: {{}}}}\n")
with Path(spec["metrics_file"]).open("a") as metrics:
    for step, value in enumerate((2.0, 0.5)):
        metrics.write(json.dumps({"name": "train_loss", "value": value, "step": step, "t": time.time()}) + "\n")
