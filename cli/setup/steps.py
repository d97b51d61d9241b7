"""The steps of set-up. A step is done when its product exists and its sources have not changed since."""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.paths import BASE_MODEL, FUNCTIONS_2, HOME, PYTHON_ML, ROOT, TINY_MODEL

STAMPS: Final = HOME / "setup"
_AZURITE: Final = ROOT / "local" / "azurite"
_RUNNER: Final = ROOT / "local" / "azureml" / "runner"
_PIP: Final = (str(PYTHON_ML), "-m", "pip", "install", "--disable-pip-version-check", "--no-input")


@dataclass(frozen=True)
class Step:
    """One thing to install.

    Args:
        name: file name of its stamp.
        title: what a person reads while it runs.
        commands: run one after the other, in ``folder``.
        sources: the step is not done any more when one of these files changes.
        product: the step is not done while this does not exist.
        folder: working directory of the commands.
    """

    name: str
    title: str
    commands: tuple[tuple[str, ...], ...]
    sources: tuple[Path, ...]
    product: Path
    folder: Path = ROOT

    @property
    def done(self) -> bool:
        """Whether it need not run."""
        return self.product.exists() and self._stamp.exists() and self._stamp.read_text() == self._fingerprint()

    def stamp(self) -> None:
        """Record that it is done."""
        self._stamp.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.write_text(self._fingerprint())

    @property
    def _stamp(self) -> Path:
        return STAMPS / self.name

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(repr(self.commands).encode())
        for source in self.sources:
            digest.update(source.read_bytes())
        return digest.hexdigest()


def _newer_functions() -> str:
    """The requirement of azure-functions on Python 3.13 and newer."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return next(line.partition(";")[0] for line in lines if line.startswith("azure-functions==2"))


AZURITE: Final = Step(
    "azurite",
    "Azurite, the storage emulator",
    (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),),
    (_AZURITE / "package-lock.json",),
    _AZURITE / "node_modules" / "azurite" / "dist" / "src" / "azurite.js",
    _AZURITE,
)
ENVIRONMENT: Final = Step(
    "environment",
    "Training environment: torch for the CPU, transformers, peft, mlflow",
    (
        (sys.executable, "-m", "venv", str(PYTHON_ML.parent.parent)),
        (*_PIP, "-c", "constraints-ml.txt", "-r", "requirements-ml.txt"),
        (*_PIP, "--no-deps", "-r", "requirements-ml-nodeps.txt"),
    ),
    (ROOT / "constraints-ml.txt", ROOT / "requirements-ml.txt", ROOT / "requirements-ml-nodeps.txt"),
    PYTHON_ML,
)
BASE: Final = Step(
    "base-model",
    "Base model: SmolLM2-135M-Instruct, converted once",
    ((str(PYTHON_ML), "-m", "local.azureml.runner.base_model", "--out", str(BASE_MODEL)),),
    (_RUNNER / "base_model.py", ROOT / "requirements-ml-nodeps.txt"),
    BASE_MODEL / "config.json",
)
TINY: Final = Step(
    "tiny-model",
    "Tiny Phi-3 for the tests",
    ((str(PYTHON_ML), "-m", "local.azureml.runner.tiny_phi3", "--out", str(TINY_MODEL)),),
    (_RUNNER / "tiny_phi3.py",),
    TINY_MODEL / "config.json",
)

NEWER_FUNCTIONS: Final = Step(
    "azure-functions-2",
    "azure-functions for Python 3.13, for the tests that load the app with it",
    (
        (
            sys.executable,
            *_PIP[1:],
            "--no-deps",
            "--ignore-requires-python",
            "--target",
            str(FUNCTIONS_2),
            _newer_functions(),
        ),
    ),
    (ROOT / "requirements.txt",),
    FUNCTIONS_2 / "azure" / "functions" / "__init__.py",
)

LIGHT: Final = (AZURITE,)
TRAINING: Final = (ENVIRONMENT, BASE)
TESTING: Final = (TINY, NEWER_FUNCTIONS)
ALL: Final = (*LIGHT, *TRAINING, *TESTING)
