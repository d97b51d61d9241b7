"""Runs the runner and the server as the stand-in does: as child processes."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """A step that has ended."""

    status: int
    output: str
    errors: str
    metrics: list[dict[str, Any]]

    @property
    def error(self) -> dict[str, str]:
        """The error on the last line of its standard error."""
        error: dict[str, str] = json.loads(self.errors.strip().splitlines()[-1])["error"]
        return error

    def values(self, name: str) -> list[float]:
        """All values of a metric, in order."""
        return [line["value"] for line in self.metrics if line["name"] == name]


class Runs:
    """Runs steps, each in its own folder.

    Args:
        folder: parent of these folders.
        base_model: the specification's ``base_model_dir``.
    """

    def __init__(self, folder: Path, base_model: Path) -> None:
        self._folder = folder
        self._base_model = base_model
        self._count = 0

    def run(self, step: str, inputs: Mapping[str, object], outputs: Mapping[str, Path]) -> Ended:
        """Run a step to its end."""
        process, metrics = self.start(step, inputs, outputs)
        output, errors = process.communicate()
        return Ended(process.returncode, output, errors, read_metrics(metrics))

    def start(
        self, step: str, inputs: Mapping[str, object], outputs: Mapping[str, Path]
    ) -> tuple["subprocess.Popen[str]", Path]:
        """Start a step; return its process and its file of metrics."""
        spec = self._write_spec(inputs, outputs)
        command = [sys.executable, "-m", "local.azureml.runner", step, "--spec", str(spec)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True), spec.with_name("metrics.jsonl")

    def _write_spec(self, inputs: Mapping[str, object], outputs: Mapping[str, Path]) -> Path:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir(parents=True)
        spec = {
            "run_dir": str(folder),
            "inputs": {name: str(value) for name, value in inputs.items()},
            "outputs": {name: str(path) for name, path in outputs.items()},
            "metrics_file": str(folder / "metrics.jsonl"),
            "base_model_dir": str(self._base_model),
        }
        (folder / "spec.json").write_text(json.dumps(spec))
        return folder / "spec.json"


def read_metrics(file: Path) -> list[dict[str, Any]]:
    """The lines of a file of metrics; none if there is no file."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def read_until(stream: IO[str], word: str) -> str:
    """Read until a line contains ``word``; return the line."""
    return next(line for line in stream if word in line)


class Server:
    """A model server that listens.

    Args:
        url: its URL.
        process: its process.
    """

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self.process = process

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return self._send(Request(self.url + path))[1]

    def score(self, body: object) -> tuple[int, Any]:
        """Post a body to /score; return status and JSON of the response."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._send(Request(f"{self.url}/score", content, {"Content-Type": "application/json"}))

    def _send(self, request: Request) -> tuple[int, Any]:
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)


@contextmanager
def serving(model: Path, folder: Path) -> Iterator[Server]:
    """A server of ``model``, ended afterwards."""
    port_file = folder / "port"
    command = [sys.executable, "-m", "local.azureml.serving", "--model", str(model), "--port-file", str(port_file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            read_until(process.stdout, "ready")
            yield Server(f"http://127.0.0.1:{port_file.read_text()}", process)
        finally:
            process.terminate()
