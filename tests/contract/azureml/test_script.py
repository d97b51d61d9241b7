"""A script that uses plain azure-ai-ml and knows nothing of the stand-in, run with the exported environment only."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.azureml.conftest import AT_ONCE, stand_in
from tests.contract.azureml.rest import Rest
from tests.contract.laptop import ROOT, Laptop, Server

SCRIPT = ROOT / "examples" / "azure_ai_ml_script.py"
MODELS = ROOT / ".tunedrop" / "models"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chats = tmp_path / "chats"
    chats.mkdir()
    for name, rows in (("train", 24), ("validation", 4), ("test", 4)):
        lines = [
            json.dumps(
                {
                    "messages": [
                        {"role": "user", "content": f"What is {number} plus {number}?"},
                        {"role": "assistant", "content": f"It is {number + number}."},
                    ]
                }
            )
            for number in range(rows)
        ]
        (chats / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    return chats


def exports(server: Server) -> dict[str, str]:
    """The environment that the stand-in printed."""
    printed = [line.removeprefix("export ") for line in server.log.read_text().splitlines() if "export " in line]
    return dict(shlex.split(line)[0].split("=", 1) for line in printed)


def run(server: Server, folder: Path) -> str:
    """Run the script; return its output."""
    names = (server.ready["subscription_id"], server.ready["resource_group"], server.ready["workspace"])
    environment = exports(server) | {"PATH": "/usr/bin:/bin", "HOME": str(folder.parent)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *names, str(folder)],
        cwd=folder.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def check(server: Server, printed: str) -> None:
    """Check that files were uploaded, the job ran, the model came down, and the endpoint answered and is deleted."""
    rest = Rest(server.ready)
    endpoint = re.search(r"deleted: (plain-\w+)", printed)
    assert endpoint, printed
    assert "Execution Summary" in printed
    assert "MLmodel" in printed
    assert rest.call("GET", f"{rest.workspace}/onlineEndpoints/{endpoint[1]}").status == 404
    uploads = [entry for entry in rest.requests(route="blob.put", path="/LocalUpload/") if entry["status"] == 201]
    assert len(uploads) == 3
    assert not [entry for entry in rest.requests() if entry["status"] >= 500]


def test_unmodified_script_runs_from_upload_to_deletion(
    laptop: Laptop, hold: Path, tmp_path: Path, folder: Path
) -> None:
    with stand_in(tmp_path / "state", laptop, hold, *AT_ONCE, "--submitter", "user") as server:
        printed = run(server, folder)
        check(server, printed)
        assert '"content": "What can you do?"' in printed


@pytest.mark.thorough
def test_unmodified_script_trains_and_asks_a_real_model(tmp_path: Path, folder: Path, laptop: Laptop) -> None:
    arguments = ["--submitter", "user", *AT_ONCE, "--base-model-dir", str(MODELS / "tiny-phi3")]
    with Server("local.azureml", tmp_path / "state", arguments, laptop.environment) as server:
        printed = run(server, folder)
        check(server, printed)
        assert re.search(r'answer: {.*"output"', printed)
