import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.functions_host.conftest import APP, NEVER
from tests.contract.functions_host.starting import Ended, Hosts
from tests.contract.laptop import ROOT, Laptop

SETTINGS = {"TICK_SCHEDULE": NEVER, "WORK_QUEUE": "work", "JOURNAL": ""}
HEAVY = ["pandas", "fastapi", "azure.ai.ml", "datasets", "torch", "pydantic_settings", "uvicorn"]


Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts() as hosts:
        yield hosts


@pytest.fixture
def run(hosts: Hosts, laptop: Laptop, tmp_path: Path) -> Run:
    """Run a host that does not start, with settings of its own."""

    def run(app: Path, without: str = "", **settings: str) -> Ended:
        environment = {**laptop.environment, **SETTINGS, **settings}
        environment.pop(without, None)
        arguments = ["--app", str(app), "--state", str(tmp_path / "state")]
        return hosts.run(arguments, environment, tmp_path / "stderr.txt")

    return run


def an_app(folder: Path, source: str, host_json: str = '{"version": "2.0"}') -> Path:
    (folder / "function_app.py").write_text(source)
    (folder / "host.json").write_text(host_json)
    return folder


@pytest.mark.parametrize(
    "setting",
    ["TICK_SCHEDULE", "WORK_QUEUE", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__blobServiceUri"],
)
def test_missing_setting_is_named_and_the_host_does_not_start(run: Run, setting: str) -> None:
    ended = run(APP, without=setting)
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
def test_app_that_cannot_be_served_says_why(run: Run, tmp_path: Path, source: str, message: str) -> None:
    ended = run(an_app(tmp_path, source))
    assert ended.status == 1
    assert message in ended.errors
    assert not (tmp_path / "state" / "ready.json").exists()


def test_wrong_host_json_is_named(run: Run, tmp_path: Path) -> None:
    app = an_app(tmp_path, "", '{"version": "2.0", "functionTimeout": "5 min"}')
    assert "functionTimeout is '5 min'" in run(app).errors
    (tmp_path / "host.json").unlink()
    assert "host.json is missing" in run(app).errors


def test_storage_that_does_not_answer_is_named(run: Run) -> None:
    ended = run(APP, AzureWebJobsStorage__blobServiceUri="https://127.0.0.1:9/devstoreaccount1")
    assert ended.status == 1
    assert "The storage at https://127.0.0.1:9/devstoreaccount1" in ended.errors


def test_host_itself_loads_nothing_heavy() -> None:
    code = f"import sys, local.functions_host.host; print([n for n in {HEAVY!r} if n in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
