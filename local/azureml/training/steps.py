"""The four steps of the fine-tuning pipeline: each is a child process, whose inputs and outputs are in a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.azureml.core.addresses import registry_asset
from local.azureml.core.faults import Faults
from local.azureml.core.store import Document
from local.azureml.storage.assets import Assets
from local.azureml.training.pipeline import Plan
from local.processes import AsyncSupervisedProcess


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        name: its name in the runner.
        component: its component's name, which the studio shows.
        compute: the input that names its cluster.
        data: inputs of the pipeline that it gets as local files or folders.
        literals: inputs of the pipeline that it gets as values; ``*`` for all.
        outputs: names of the folders that it fills for later steps.
    """

    name: str
    component: str
    compute: str
    data: tuple[str, ...]
    literals: tuple[str, ...]
    outputs: tuple[str, ...]


_SOURCES: Final = ("mlflow_model_path", "pytorch_model_path")
_FILES: Final = ("train_file_path", "validation_file_path", "test_file_path")
_SHAPE: Final = ("task_name", "batch_size", "pad_to_max_length", "max_seq_length")
STEPS: Final = (
    Step(
        "model_import", "chat_completion_model_import", "compute_model_import",
        data=_SOURCES, literals=("huggingface_id",), outputs=("model_dir",),
    ),
    Step(
        "preprocess", "chat_completion_datapreprocess", "compute_preprocess",
        data=_FILES, literals=_SHAPE, outputs=("preprocess_dir",),
    ),
    Step(
        "finetune", "chat_completion_finetune", "compute_finetune",
        data=(), literals=("*",), outputs=("finetuned_dir",),
    ),
    Step(
        "convert", "ft_nlp_model_converter", "compute_finetune",
        data=(), literals=(), outputs=("mlflow_model_folder",),
    ),
)  # fmt: skip

PRODUCED: Final = {
    "mlflow_model_folder": ("convert", "mlflow_model_folder"),
    "pytorch_model_folder": ("finetune", "finetuned_dir"),
}
"""(step, name of its output) of each output of the component."""


class StepFailedError(Exception):
    """A step failed.

    Args:
        step: its name.
        code: what went wrong, for programs.
        message: what went wrong, for people.
        tolerated: whether the pipeline goes on.
    """

    def __init__(self, step: str, code: str, message: str, tolerated: bool = False) -> None:
        super().__init__(f"{step}: {message}")
        self.code = code
        self.message = message
        self.tolerated = tolerated


@dataclass(frozen=True)
class Attempt:
    """One attempt to run a step of a job.

    Args:
        folder: its working folder.
        earlier: local paths of the outputs of earlier steps.
        metrics: file for its metrics.
        log: file for its log.
    """

    job: str
    step: Step
    plan: Plan
    folder: Path
    earlier: Mapping[str, str]
    metrics: Path
    log: Path

    @property
    def outputs(self) -> dict[str, str]:
        """Local paths of its outputs, by their names."""
        return {name: str(self.folder / name) for name in self.step.outputs}


@dataclass(frozen=True)
class StepRunner:
    """Runs steps.

    Args:
        command: runs a step, as ``COMMAND STEP --spec FILE``.
        base_model_dir: model that stands in for every base model of the registry.
    """

    assets: Assets
    faults: Faults
    command: tuple[str, ...]
    base_model_dir: Path

    async def run(self, attempt: Attempt) -> None:
        """Run an attempt to its end; if this is cancelled, end its process.

        Raises:
            StepFailedError: the step failed.
            ApiError: 404, an input does not exist.
        """
        fault = self.faults.take("step", f"{attempt.job}/{attempt.step.name}")
        if fault is not None:
            raise StepFailedError(attempt.step.name, "UserError", fault["message"], fault["tolerated"])
        spec = attempt.folder / "spec.json"
        attempt.folder.mkdir(parents=True, exist_ok=True)
        attempt.metrics.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(json.dumps(await self._spec(attempt), indent=1))
        await self._execute(attempt, spec)

    async def _spec(self, attempt: Attempt) -> Document:
        step, plan = attempt.step, attempt.plan
        files = {name: plan.data[name] for name in step.data if name in plan.data}
        paths = {name: await self._local(uri, attempt.folder / "inputs" / name) for name, uri in files.items()}
        names = plan.literals if step.literals == ("*",) else step.literals
        literals = {name: plan.literals[name] for name in names if name in plan.literals}
        return {
            "run_dir": str(attempt.folder),
            "inputs": {**attempt.earlier, **literals, **paths},
            "outputs": attempt.outputs,
            "metrics_file": str(attempt.metrics),
            "base_model_dir": str(self.base_model_dir),
        }

    async def _local(self, uri: str, scratch: Path) -> str:
        """The local path of an input; a base model of the registry keeps its id, which the runner replaces."""
        return uri if registry_asset(uri) else str(await self.assets.local(uri, scratch))

    async def _execute(self, attempt: Attempt, spec: Path) -> None:
        stderr = attempt.folder / "stderr.txt"
        command = [*self.command, attempt.step.name, "--spec", str(spec)]
        process = await AsyncSupervisedProcess.start(command, attempt.log, stderr)
        try:
            status = await process.wait()
        finally:
            await process.stop()
        errors = stderr.read_text(errors="replace")
        with attempt.log.open("a") as file:
            file.write(errors)
        if status:
            raise _failure(attempt.step.name, status, errors)


def _failure(step: str, status: int, errors: str) -> StepFailedError:
    """The error on the last line of standard error, or else the exit status."""
    try:
        error: Any = json.loads(errors.strip().rpartition("\n")[2])["error"]
        return StepFailedError(step, str(error["code"]), str(error["message"]))
    except (ValueError, KeyError, TypeError):
        return StepFailedError(step, "SystemError", f"The step ended with exit status {status}.")
