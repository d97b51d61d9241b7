"""How a child process of `.venv-ml` behaves: no network, bounded threads, ends when told to."""

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
    """Set what the libraries read when they are imported; so call it before they are."""
    os.environ.update(ENVIRONMENT)
    os.environ["OMP_NUM_THREADS"] = str(threads or available_cores())
    warnings.filterwarnings("ignore", category=FutureWarning)  # what the libraries have to tell each other
    warnings.filterwarnings("ignore", message=".*type hint")  # MLflow wants a schema; chats have none


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cancel_on_sigterm() -> None:
    """Turn SIGTERM into an error in the main thread, so that it ends any step the way other errors do."""

    def cancel(_number: int, _frame: FrameType | None) -> None:
        raise StepError("Canceled", "The step was told to stop.")

    signal.signal(signal.SIGTERM, cancel)
