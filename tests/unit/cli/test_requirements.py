"""Nothing is required that nothing uses."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.paths import ROOT

FILES: Final = ("requirements.txt", "requirements-cli.txt", "requirements-laptop.txt")
NOT_IMPORTED: Final[Mapping[str, str]] = {
    "azure-monitor-opentelemetry": "the Functions worker loads it (PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY)",
    "httpx2": "fastapi.testclient needs it",
    "import-linter": "`tunedrop lint` runs it",
    "mypy": "`tunedrop lint` runs it",
    "pytest-xdist": "a plug-in of pytest",
    "ruff": "`tunedrop lint` runs it",
    "setuptools": "it builds the package",
    "types-pyyaml": "mypy reads it",
}
"""Requirements that no module imports, and what uses them."""


def requirements() -> Iterator[str]:
    for file in FILES:
        for line in (ROOT / file).read_text().splitlines():
            if line and not line.startswith("#"):
                yield canonicalize_name(Requirement(line).name)


def modules(requirement: str) -> list[str]:
    """The names that a requirement is imported by."""
    if requirement.startswith("azure-"):
        return [requirement.replace("-", ".")]
    return [
        module
        for module, owners in packages_distributions().items()
        if any(canonicalize_name(owner) == requirement for owner in owners)
    ]


@cache
def code() -> str:
    folders = ("benchmarks", "cli", "functions", "local", "shared", "tests")
    return "\n".join(file.read_text() for folder in folders for file in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("requirement", sorted(set(requirements()) - NOT_IMPORTED.keys()))
def test_a_requirement_is_imported(requirement: str) -> None:
    pattern = "|".join(map(re.escape, modules(requirement)))
    assert re.search(rf"^\s*(from|import) ({pattern})\b", code(), re.MULTILINE)


def test_every_exception_is_still_required() -> None:
    assert set(requirements()) >= NOT_IMPORTED.keys()
