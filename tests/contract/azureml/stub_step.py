"""A stub of a training step, for tests of the control plane: writes the outputs and metrics, and trains nothing.

While ``{HOLD}/{job}.{step}`` exists, it waits, after it has written its process id to ``{HOLD}/{job}.{step}.pid``. It
fails if its data contains the word FAIL.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main(step: str, spec: dict[str, Any]) -> None:
    print(f"step {step} starts", flush=True)
    _hold(step, Path(spec["run_dir"]))
    inputs = spec["inputs"]
    for folder in spec["outputs"].values():
        Path(folder).mkdir(parents=True)
        (Path(folder) / "made-by.json").write_text(json.dumps({"step": step, "inputs": inputs}))
    if step == "preprocess":
        _check(Path(inputs["train_file_path"]).read_text())
    if step == "finetune":
        _measure(Path(spec["metrics_file"]))
    if step == "convert":
        (Path(spec["outputs"]["mlflow_model_folder"]) / "MLmodel").write_text("flavors: {}\n")


def _hold(step: str, run_dir: Path) -> None:
    gate = Path(os.environ["HOLD"]) / f"{run_dir.parent.parent.name}.{step}"
    if gate.exists():
        gate.with_name(f"{gate.name}.pid").write_text(str(os.getpid()))
    while gate.exists():
        time.sleep(0.02)


def _check(text: str) -> None:
    if "FAIL" in text:
        print(json.dumps({"error": {"code": "UserError", "message": "The data says FAIL."}}), file=sys.stderr)
        sys.exit(1)


def _measure(path: Path) -> None:
    with path.open("a") as file:
        for number in range(3):
            for name, value in (("loss", 3.0 - number), ("progress", (number + 1) / 3)):
                point = {"name": name, "value": value, "step": number, "t": time.time()}
                file.write(json.dumps(point) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[3]).read_text()))
