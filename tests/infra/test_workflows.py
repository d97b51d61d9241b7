"""The workflows that run on GitHub."""

from typing import Any

import pytest
import yaml

from scripts.package import python_version
from tests.infra.snapshot import INFRA, ROOT

NAMES = ("ci", "deploy")


def _workflow(name: str) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    return workflow


def _steps(name: str) -> list[dict[str, Any]]:
    return [step for job in _workflow(name)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(("name", "more"), [("ci", {}), ("deploy", {"id-token": "write"})])
def test_jobs_may_read_the_code_and_no_more_than_they_need(name: str, more: dict[str, str]) -> None:
    workflow = _workflow(name)
    assert workflow["permissions"] == {"contents": "read", **more}
    assert not [job for job in workflow["jobs"].values() if "permissions" in job]


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_to_a_version(name: str) -> None:
    actions = [step["uses"] for step in _steps(name) if "uses" in step]
    assert actions
    assert all(action.rpartition("@")[2].lstrip("v").split(".")[0].isdigit() for action in actions)


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_used(name: str) -> None:
    assert "secrets." not in (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()


def test_deployment_is_started_by_hand() -> None:
    (triggers,) = (value for key, value in _workflow("deploy").items() if key is True or key == "on")
    assert set(triggers) == {"workflow_dispatch"}


def test_the_drift_check_uses_the_compiler_that_built_what_is_committed() -> None:
    (install,) = (step["run"] for step in _steps("ci") if "az bicep install" in step.get("run", ""))
    version = install.rpartition("--version v")[2]
    assert f'"version": "{version}.' in (INFRA / "main.json").read_text()


def test_the_package_is_built_with_the_python_version_of_the_app() -> None:
    (setup,) = (step for step in _steps("deploy") if step.get("uses", "").startswith("actions/setup-python"))
    assert setup["with"]["python-version"] == python_version()
