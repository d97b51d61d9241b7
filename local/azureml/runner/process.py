"""Set-up of a process in `.venv-ml`: no network, a limited number of threads, and an orderly end on SIGTERM."""

import os
import signal
import warnings
from types import FrameType

from local.azureml.runner.errors import StepError

ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "TQDM_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that spin while they wait make a busy machine several times slower.
    "OMP_WAIT_POLICY": "PASSIVE",
}


def prepare_environment(threads: int | None = None) -> None:
    """Set the environment that the libraries read when they are imported; call this before."""
    os.environ.update(ENVIRONMENT)
    os.environ["OMP_NUM_THREADS"] = str(threads or available_cores())
    warnings.filterwarnings("ignore", category=FutureWarning)  # of the libraries about each other
    warnings.filterwarnings("ignore", message=".*type hint")  # MLflow asks for a schema; chats have none


def available_cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cancel_on_sigterm() -> None:
    """Let SIGTERM raise a StepError in the main thread, so that it ends a step as other errors do."""

    def cancel(_number: int, _frame: FrameType | None) -> None:
        raise StepError("Canceled", "The step was canceled.")

    signal.signal(signal.SIGTERM, cancel)
