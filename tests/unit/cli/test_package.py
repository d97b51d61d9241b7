"""What `pip install .` installs, in an environment that has only what the package declares."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from cli import paths

PACKAGES = ("cli", "local", "shared")
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "requirements.txt", "requirements-cli.txt")
EXAMPLE = paths.EXAMPLES / "lumo" / "support-chats.jsonl"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no `build` folder is left in the checkout and none of an earlier build is used."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*SOURCES, "requirements-laptop.txt"):
        shutil.copy(paths.ROOT / name, source)
    for name in PACKAGES:
        shutil.copytree(paths.ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(target))
    subprocess.run([*PIP, "wheel", *options, str(source)], check=True)
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel, and with links to the distributions that the wheel requires."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    subprocess.run([*PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], check=True)
    [site] = folder.glob("lib/*/site-packages")
    [metadata] = site.glob("tunedrop-*.dist-info")
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for installed in required(PathDistribution(metadata)):
        for path in top_level(installed):
            if not (dependencies / path.name).exists():
                (dependencies / path.name).symlink_to(path)
    # Of a folder that a .pth file names, Python reads no .pth files: the tests' own editable install stays out.
    (site / "dependencies.pth").write_text(f"{dependencies}\n")
    return folder


def required(package: Distribution) -> Iterator[Distribution]:
    """What a package requires without its extras, and what that requires."""
    pending, seen = [(text, frozenset[str]()) for text in package.requires or []], set[tuple[str, frozenset[str]]]()
    while pending:
        text, parent_extras = pending.pop()
        requirement = Requirement(text)
        key = (requirement.name, frozenset(requirement.extras))
        if key not in seen and applies(requirement, parent_extras):
            seen.add(key)
            yield (dependency := distribution(requirement.name))
            pending += [(further, key[1]) for further in dependency.requires or []]


def applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": name}) for name in ("", *extras))


def top_level(package: Distribution) -> set[Path]:
    """The files and folders of a distribution directly in site-packages."""
    names = {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}
    return {Path(str(package.locate_file(name))) for name in names}


class Ran:
    """A command of the installed package that has ended, with its exit status and what it has printed."""

    def __init__(self, environment: Path, folder: Path, *command: object, **variables: str) -> None:
        inherited = {"PATH": os.environ["PATH"], "HOME": str(folder), "HF_HUB_OFFLINE": "1"}
        program, *arguments = map(str, command)
        done = subprocess.run(
            [environment / "bin" / program, *arguments],
            cwd=folder,
            env=inherited | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr


def test_the_wheel_holds_every_file_of_its_packages_and_nothing_else(wheel: Path) -> None:
    files = {
        path.relative_to(paths.ROOT).as_posix()
        for package in PACKAGES
        for path in (paths.ROOT / package).rglob("*")
        if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts)
    }
    with ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if ".dist-info/" not in name} == files


def test_the_environment_has_the_wheels_code_and_only_what_the_package_requires(
    environment: Path, tmp_path: Path
) -> None:
    where = Ran(environment, tmp_path, "python", "-c", "import cli, shared; print(cli.__file__, shared.__file__)")
    assert all(Path(file).is_relative_to(environment) for file in where.output.split())
    for laptop_only in ("trustme", "croniter", "pytest", "setuptools", "pip"):
        missing = Ran(environment, tmp_path, "python", "-c", f"import {laptop_only}")
        assert f"No module named '{laptop_only}'" in missing.errors


def test_the_installed_command_lists_its_commands(environment: Path, tmp_path: Path) -> None:
    ran = Ran(environment, tmp_path, "tunedrop", "--help")
    assert (ran.status, ran.errors) == (0, "")
    assert "Say whether files would be accepted" in ran.output


def test_the_installed_command_checks_a_file_from_any_folder(environment: Path, tmp_path: Path) -> None:
    accepted = Ran(environment, tmp_path, "tunedrop", "check", EXAMPLE, "--json")
    assert (accepted.status, accepted.errors) == (0, "")
    assert json.loads(accepted.output)["accepted"] == 112
    (tmp_path / "empty.jsonl").touch()
    rejected = Ran(environment, tmp_path, "tunedrop", "check", "empty.jsonl")
    assert (rejected.status, rejected.errors) == (2, "")
    assert rejected.output.startswith("# Rejected: `empty.jsonl`")


def test_the_installed_command_counts_tokens_and_prepares(environment: Path, tmp_path: Path) -> None:
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "model": {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"},
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    ran = Ran(environment, tmp_path, "tunedrop", "prepare", EXAMPLE, "--out", "out", "--tokenizer", "tokenizer.json")
    assert (ran.status, ran.errors) == (0, "Written to out.\n")
    assert json.loads((tmp_path / "out" / "receipt.json").read_text())["tokens_are"] == "exact"


def test_the_installed_command_converts_and_imports(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "train.csv").write_text("prompt,completion\nHow deep?,Two metres.\n")
    converted = Ran(environment, tmp_path, "tunedrop", "convert", "set/train.csv", "--out", "rows.jsonl")
    assert (converted.status, converted.errors) == (0, "")
    imported = Ran(environment, tmp_path, "tunedrop", "import", "set", "--split-pc", 100)
    assert (imported.status, imported.errors) == (0, "")
    written = tmp_path / ".tunedrop" / "imports" / "set" / "train.jsonl"
    assert written.read_bytes() == (tmp_path / "rows.jsonl").read_bytes() != b""


def test_the_installed_command_talks_to_the_app_that_is_named(environment: Path, tmp_path: Path) -> None:
    unnamed = Ran(environment, tmp_path, "tunedrop", "runs")
    assert (unnamed.status, "TUNEDROP_URL is not set" in unnamed.errors) == (1, True)
    named = Ran(environment, tmp_path, "tunedrop", "runs", TUNEDROP_URL="http://127.0.0.1:1")
    assert (named.status, "http://127.0.0.1:1 does not answer" in named.errors) == (1, True)


@pytest.mark.parametrize("command", ["setup", "demo", "up", "lint"])
def test_the_installed_command_says_what_needs_a_checkout(command: str, environment: Path, tmp_path: Path) -> None:
    ran = Ran(environment, tmp_path, "tunedrop", command)
    assert ran.status == 1
    assert f"`tunedrop {command}` works only in a checkout" in ran.errors
