import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import paths
from cli.main import app

MAKEFILE = (paths.ROOT / "Makefile").read_text()
COMMANDS = {
    *("setup", "demo", "up"),
    *("check", "prepare", "convert", "import", "drop"),
    *("runs", "status", "approve", "cancel", "retry", "score"),
    *("rebuild", "test", "lint", "bench", "soak"),
}


@pytest.fixture(autouse=True)
def _no_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "STACK", tmp_path)
    monkeypatch.delenv("TUNEDROP_URL", raising=False)


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(re.search(rf"\b{command}\b", shown) for command in COMMANDS)


def test_preparing_a_file_loads_nothing_of_the_cloud_or_of_tables() -> None:
    """What is imported stays in memory, beside the rows."""
    heavy = ("azure", "datasets", "pandas", "pyarrow", "ssl", "fastapi", "tokenizers", "rich.markdown")
    code = f"import sys, cli.main, cli.data.check; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_target_of_make_is_described_and_calls_the_command_of_its_name() -> None:
    described = set(re.findall(r"^([a-z]+):.*## .+$", MAKEFILE, re.MULTILINE))
    called = set(re.findall(r"\$\(TUNEDROP\) ([a-z]+)", MAKEFILE))
    assert described - {"check"} == called - {"lint"} | {"help", "clean"}
    assert called <= COMMANDS


@pytest.mark.parametrize(
    "arguments", [["runs"], ["status", "lumo"], ["retry", "lumo-0"], ["score", "lumo", "How deep?"]]
)
def test_without_a_stack_a_command_says_how_to_start_one(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "The local stack is not running. Start it in another terminal with `make up`" in result.output


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["drop", str(tmp_path / "none.jsonl"), "--project", "lumo"])
    assert result.exit_code == 1
    assert "There is no file" in result.output


@pytest.mark.parametrize("arguments", [["nonsense"], ["drop"], ["convert", "x", "--nonsense"]])
def test_wrong_usage_exits_with_1_because_2_says_that_data_was_rejected(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 1


@pytest.mark.parametrize(
    ("command", "target"),
    [("lint", "check"), *((name, name) for name in ("setup", "demo", "up", "test", "bench", "soak"))],
)
def test_a_command_that_needs_a_checkout_says_so_in_an_installed_package(
    command: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "IS_CHECKOUT", False)
    result = CliRunner().invoke(app, [command])
    assert (result.exit_code, result.output) == (
        1,
        f"Error: `tunedrop {command}` works only in a checkout of Tunedrop's repository."
        f" Clone the repository and run `make {target}` in it.\n",
    )
