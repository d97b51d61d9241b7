"""What a step is told: the file that the stand-in writes before it starts one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azureml.runner.errors import StepError
from local.azureml.runner.process import available_cores

Value = str | int | float | bool


@dataclass(frozen=True)
class Spec:
    """One step's inputs and where its outputs go.

    Attributes:
        inputs: local paths and literal values, by the component's names.
        outputs: folders to create and fill.
        base_model_dir: the model that stands in for whatever the registry would have given.
    """

    run_dir: Path
    inputs: dict[str, Value]
    outputs: dict[str, Path]
    metrics_file: Path
    base_model_dir: Path
    threads: int

    @classmethod
    def read(cls, path: Path) -> "Spec":
        """Read a spec.

        Raises:
            StepError: the file is missing, is not JSON or lacks a field.
        """
        try:
            return cls._parse(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StepError("BadSpec", f"{path} is not a step's spec: {error!r}.") from None

    @classmethod
    def _parse(cls, raw: dict[str, Any]) -> "Spec":
        return cls(
            run_dir=Path(raw["run_dir"]),
            inputs={name: value for name, value in raw["inputs"].items() if value is not None},
            outputs={name: Path(path) for name, path in raw["outputs"].items()},
            metrics_file=Path(raw["metrics_file"]),
            base_model_dir=Path(raw["base_model_dir"]),
            threads=int(raw.get("threads") or available_cores()),
        )

    def path(self, name: str) -> Path:
        """The local path given as input ``name``.

        Raises:
            StepError: it was not given or nothing is there.
        """
        if name not in self.inputs:
            raise StepError("MissingInput", f"The input {name} was not given.")
        path = Path(str(self.inputs[name]))
        if not path.exists():
            raise StepError("MissingInput", f"The input {name} is {path}, where nothing is.")
        return path

    def output(self, name: str) -> Path:
        """The folder of output ``name``, created; its parents too."""
        if name not in self.outputs:
            raise StepError("MissingOutput", f"No folder was given for the output {name}.")
        self.outputs[name].mkdir(parents=True, exist_ok=True)
        return self.outputs[name]
