import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.functions_host import starting
from tests.contract.functions_host.conftest import APP, NEVER
from tests.contract.functions_host.starting import Ended
from tests.contract.laptop import ROOT, Laptop

SETTINGS = {"TICK_SCHEDULE": NEVER, "WORK_QUEUE": "work", "JOURNAL": ""}
HEAVY = ["pandas", "fastapi", "azure.ai.ml", "datasets", "torch", "pydantic_settings", "uvicorn"]


def run(laptop: Laptop, app: Path, state: Path, without: str = "", **settings: str) -> Ended:
    environment = {**laptop.environment, **SETTINGS, **settings}
    environment.pop(without, None)
    errors = state.with_name(f"{state.name}.stderr")
    return starting.run(["--app", str(app), "--state", str(state)], environment, errors)


def an_app(folder: Path, source: str, host_json: str = '{"version": "2.0"}') -> Path:
    (folder / "function_app.py").write_text(source)
    (folder / "host.json").write_text(host_json)
    return folder


@pytest.mark.parametrize(
    "setting",
    ["TICK_SCHEDULE", "WORK_QUEUE", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__blobServiceUri"],
)
def test_missing_setting_is_named_and_the_host_does_not_start(laptop: Laptop, tmp_path: Path, setting: str) -> None:
    ended = run(laptop, APP, tmp_path, without=setting)
    assert ended.status == 1
    assert f"The app setting {setting} is missing" in ended.errors
    assert "Set it" in ended.errors


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import azure.functions as func\nimport no_such_module\n", "there is no module 'no_such_module'"),
        ("raise KeyError('SECRET_SETTING')\n", "KeyError: 'SECRET_SETTING'"),
        ("x = 1\n", "0 FunctionApp objects"),
        ("import azure.functions as func\napp = func.FunctionApp()\n", "defines no functions"),
        (
            "import azure.functions as func\napp = func.FunctionApp()\n@app.route(route='a/{b:odd}')\n"
            "def f(req: func.HttpRequest) -> str: ...\n",
            "constraint 'odd'",
        ),
        (
            "import azure.functions as func\napp = func.FunctionApp()\n@app.route(route='a')\n"
            "def f(request: func.HttpRequest) -> str: ...\n",
            "Function 'f' has the parameters ['request']",
        ),
        (
            "import azure.functions as func\napp = func.FunctionApp()\n"
            "@app.blob_trigger(arg_name='b', path='c/{n}', connection='C')\ndef f(b: func.InputStream): ...\n",
            "Function 'f' has blobTrigger",
        ),
    ],
)
def test_app_that_cannot_be_served_says_why(laptop: Laptop, tmp_path: Path, source: str, message: str) -> None:
    ended = run(laptop, an_app(tmp_path, source), tmp_path / "state")
    assert ended.status == 1
    assert message in ended.errors
    assert not (tmp_path / "state" / "ready.json").exists()


def test_wrong_host_json_is_named(laptop: Laptop, tmp_path: Path) -> None:
    app = an_app(tmp_path, "", '{"version": "2.0", "functionTimeout": "5 min"}')
    assert "functionTimeout is '5 min'" in run(laptop, app, tmp_path).errors
    (tmp_path / "host.json").unlink()
    assert "host.json is missing" in run(laptop, app, tmp_path).errors


def test_storage_that_does_not_answer_is_named(laptop: Laptop, tmp_path: Path) -> None:
    ended = run(laptop, APP, tmp_path, AzureWebJobsStorage__blobServiceUri="https://127.0.0.1:9/devstoreaccount1")
    assert ended.status == 1
    assert "The storage at https://127.0.0.1:9/devstoreaccount1" in ended.errors


def test_host_itself_loads_nothing_heavy() -> None:
    code = f"import sys, local.functions_host.host; print([n for n in {HEAVY!r} if n in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
