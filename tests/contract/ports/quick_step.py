"""A training step that takes no time: it writes its output folders and one metric.

The real steps need torch, which these tests do without.
"""

import argparse
import json
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("step")
parser.add_argument("--spec", type=Path, required=True)
arguments = parser.parse_args()

spec = json.loads(arguments.spec.read_text())
for name, folder in spec["outputs"].items():
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "MLmodel").write_text(f"# made by {arguments.step} as {name}\nflavors: {{python_function: {{}}}}\n")
with Path(spec["metrics_file"]).open("a") as metrics:
    for step, value in enumerate((2.0, 0.5)):
        metrics.write(json.dumps({"name": "train_loss", "value": value, "step": step, "t": time.time()}) + "\n")
