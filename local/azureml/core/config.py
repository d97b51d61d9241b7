"""The stand-in's configuration, read from its command line."""

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from local.azureml.core.transitions import TRANSITIONS, Delay, Transition, adjusted
from local.processes import ROOT

SUBSCRIPTION: Final = "00000000-0000-0000-0000-00000000a3d1"
_DELAY_HELP: Final = "how long transitions last, such as jobs.start=2.5 (seconds) or endpoints.*=1call (see the README)"
_STATE: Final = ROOT / ".tunedrop" / "azureml"


@dataclass(frozen=True)
class Config:
    """Settings of one stand-in.

    Args:
        state: folder of all its files.
        certs: folder of the certificates (``local.tls``).
        port: port of the API; 0 for the one that it had before, or a free one.
        identity_port: port of the identity endpoint; 0 as for ``port``.
        blob_uri: storage account whose container ``prepared`` is the datastore of that name; empty for none.
        submitter: who submits jobs. A managed identity (``managed``) cannot lend its token to a job, so the job must
            have an identity of its own; a person (``user``) can.
        base_model_dir: model that stands in for every base model of the registry.
        step_command: runs a step, as ``COMMAND STEP --spec FILE``.
        serve_command: serves a model, as ``COMMAND --model DIR --port-file FILE``.
        quotas: cores by VM size, where they differ from ``data/sizes.json``.
        taken: endpoint names that other workspaces of the region use.
        transitions: when states change.
        throttled: whether management calls are limited as Azure Resource Manager documents.
    """

    state: Path
    certs: Path
    port: int = 0
    identity_port: int = 0
    blob_uri: str = ""
    subscription_id: str = SUBSCRIPTION
    resource_group: str = "tunedrop"
    workspace: str = "tunedrop-laptop"
    location: str = "eastus"
    submitter: Literal["managed", "user"] = "managed"
    base_model_dir: Path = ROOT / ".tunedrop" / "models" / "SmolLM2-135M-Instruct"
    step_command: tuple[str, ...] = ()
    serve_command: tuple[str, ...] = ()
    quotas: dict[str, int] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    transitions: Mapping[str, Transition] = field(default_factory=lambda: TRANSITIONS)
    throttled: bool = False


def parse(arguments: Sequence[str] | None = None) -> Config:
    """The configuration that ``arguments`` (by default the process's own) describe.

    Raises:
        SystemExit: an argument is wrong.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        transitions = adjusted(given.speed, [(name, Delay.parse(text)) for name, text in given.delay])
    except ValueError as error:
        parser.error(f"argument --delay: {error}")
    return Config(
        state=given.state.resolve(),
        certs=(given.certs or given.state / "certs").resolve(),
        port=given.port,
        identity_port=given.identity_port,
        blob_uri=given.blob_uri.rstrip("/"),
        subscription_id=given.subscription,
        resource_group=given.resource_group,
        workspace=given.workspace,
        location=given.location,
        submitter=given.submitter,
        base_model_dir=given.base_model_dir.resolve(),
        step_command=_command(given.step_command, given.python_ml, "local.azureml.runner"),
        serve_command=_command(given.serve_command, given.python_ml, "local.azureml.serving"),
        quotas={size: int(cores) for size, cores in given.quota},
        taken=tuple(given.taken),
        transitions=transitions,
        throttled=given.throttle,
    )


def _command(command: str, python: Path, module: str) -> tuple[str, ...]:
    return tuple(shlex.split(command)) or (str(python), "-m", module)


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"'{text}' must be NAME=VALUE")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.azureml", description="Azure ML's REST API, on loopback.")
    add = parser.add_argument
    add("--state", type=Path, default=_STATE, help="folder of all its files (default: %(default)s)")
    add("--certs", type=Path, help="folder of the certificates (default: STATE/certs)")
    add("--port", type=int, default=0, help="port of the API (default: the one it had before, or a free one)")
    add("--identity-port", type=int, default=0, help="port of the identity endpoint (same default)")
    add("--blob-uri", default="", help="storage account with the container 'prepared'")
    add("--subscription", default=Config.subscription_id)
    add("--resource-group", default=Config.resource_group)
    add("--workspace", default=Config.workspace)
    add("--location", default=Config.location)
    add("--submitter", choices=("managed", "user"), default="managed", help="who submits jobs (see the README)")
    add("--base-model-dir", type=Path, default=Config.base_model_dir, help="stands in for every base model")
    add("--python-ml", type=Path, default=_python_ml(), help="Python with torch")
    add("--step-command", default="", help="runs steps instead of local.azureml.runner, as 'COMMAND STEP --spec FILE'")
    add(
        "--serve-command",
        default="",
        help="serves models instead of local.azureml.serving, as 'COMMAND --model DIR --port-file FILE'",
    )
    add("--quota", type=_pair, action="append", default=[], metavar="SIZE=CORES", help="quota of a VM size")
    add("--taken", action="append", default=[], metavar="NAME", help="endpoint name that another workspace uses")
    add("--speed", type=float, default=1.0, help="divides the time that states take to change")
    add("--delay", type=_pair, action="append", default=[], metavar="TRANSITION=DELAY", help=_DELAY_HELP)
    add("--throttle", action="store_true", help="limit management calls as Azure Resource Manager documents")
    return parser


def _python_ml() -> Path:
    python = ROOT / ".venv-ml" / "bin" / "python"
    return python if python.exists() else Path(sys.executable)
