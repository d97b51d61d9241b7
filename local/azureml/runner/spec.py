"""The specification of a step: the file that the stand-in writes before it starts the step."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azureml.runner.errors import StepError
from local.azureml.runner.process import available_cores

Value = str | int | float | bool


@dataclass(frozen=True)
class Spec:
    """The inputs and outputs of one step.

    Attributes:
        run_dir: its working folder.
        inputs: local paths and values, by the component's names.
        outputs: folders to create and fill, by the component's names.
        metrics_file: file for its metrics.
        base_model_dir: model that stands in for every base model of the registry.
        threads: number of threads that it may use.
    """

    run_dir: Path
    inputs: dict[str, Value]
    outputs: dict[str, Path]
    metrics_file: Path
    base_model_dir: Path
    threads: int

    @classmethod
    def read(cls, path: Path) -> "Spec":
        """Read a specification.

        Raises:
            StepError: the file is missing, is not JSON, or lacks a field.
        """
        try:
            return cls._parse(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StepError("BadSpec", f"{path} is not the specification of a step: {error!r}.") from None

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
        """The local path of input ``name``.

        Raises:
            StepError: the input is missing, or does not exist.
        """
        if name not in self.inputs:
            raise StepError("MissingInput", f"The input {name} is missing.")
        path = Path(str(self.inputs[name]))
        if not path.exists():
            raise StepError("MissingInput", f"The input {name} does not exist: {path}.")
        return path

    def output(self, name: str) -> Path:
        """The folder of output ``name``; it is created.

        Raises:
            StepError: the specification names no folder for it.
        """
        if name not in self.outputs:
            raise StepError("MissingOutput", f"The output {name} has no folder.")
        self.outputs[name].mkdir(parents=True, exist_ok=True)
        return self.outputs[name]
