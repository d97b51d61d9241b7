"""The four steps of the fine-tuning pipeline, each a child process that is told its work in a file."""

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
        name: the runner's word for it.
        component: the studio's.
        compute: input that names its cluster.
        data: inputs of the component that it reads as files or folders.
        literals: inputs of the component that it takes as they are; ``*``: all.
        outputs: folders that it makes for the steps after it.
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
"""Which step makes each output of the component, and under what name."""


class StepFailedError(Exception):
    """A step ended other than well."""

    def __init__(self, step: str, code: str, message: str, tolerated: bool = False) -> None:
        super().__init__(f"{step}: {message}")
        self.code = code
        self.message = message
        self.tolerated = tolerated


@dataclass(frozen=True)
class Attempt:
    """One try at a step of a job: where it works, what it may read, where it tells its progress."""

    job: str
    step: Step
    plan: Plan
    folder: Path
    earlier: Mapping[str, str]
    metrics: Path
    log: Path

    @property
    def outputs(self) -> dict[str, str]:
        return {name: str(self.folder / name) for name in self.step.outputs}


@dataclass(frozen=True)
class StepRunner:
    """Runs tries.

    Args:
        command: runs a step, as ``COMMAND STEP --spec FILE``.
        base_model_dir: what stands for every base model of the registry.
    """

    assets: Assets
    faults: Faults
    command: tuple[str, ...]
    base_model_dir: Path

    async def run(self, attempt: Attempt) -> None:
        """Run a try to its end; when cancelled, end its process.

        Raises:
            StepFailedError: it failed.
            ApiError: an input does not exist.
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
        local = {name: await self._local(uri, attempt.folder / "inputs" / name) for name, uri in files.items()}
        wanted = plan.literals if step.literals == ("*",) else step.literals
        literals = {name: plan.literals[name] for name in wanted if name in plan.literals}
        return {
            "run_dir": str(attempt.folder),
            "inputs": {**attempt.earlier, **literals, **local},
            "outputs": attempt.outputs,
            "metrics_file": str(attempt.metrics),
            "base_model_dir": str(self.base_model_dir),
        }

    async def _local(self, uri: str, scratch: Path) -> str:
        """A local path; but the runner takes a base model of the registry by its id."""
        return uri if registry_asset(uri) else str(await self.assets.local(uri, scratch))

    async def _execute(self, attempt: Attempt, spec: Path) -> None:
        errors = attempt.folder / "stderr.txt"
        command = [*self.command, attempt.step.name, "--spec", str(spec)]
        process = await AsyncSupervisedProcess.start(command, attempt.log, errors)
        try:
            status = await process.wait()
        finally:
            await process.stop()
        said = errors.read_text(errors="replace")
        with attempt.log.open("a") as file:
            file.write(said)
        if status:
            raise _failure(attempt.step.name, status, said)


def _failure(step: str, status: int, said: str) -> StepFailedError:
    """What the step said last on standard error, or that it died."""
    try:
        error: Any = json.loads(said.strip().rpartition("\n")[2])["error"]
        return StepFailedError(step, str(error["code"]), str(error["message"]))
    except (ValueError, KeyError, TypeError):
        return StepFailedError(step, "SystemError", f"The step ended with exit status {status}.")
