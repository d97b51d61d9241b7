import json
import os
from pathlib import Path

import pytest

from cli import paths
from cli.runs.target import Target
from local.stack import STACK_FILE
from shared.core.errors import TunedropError


@pytest.fixture(autouse=True)
def no_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "STACK", tmp_path)
    monkeypatch.delenv("TUNEDROP_URL", raising=False)


def test_an_app_that_is_named_is_preferred_to_the_local_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEDROP_URL", "https://app.example/")
    monkeypatch.setenv("TUNEDROP_KEY", "secret")
    assert Target.find() == Target("https://app.example", "secret")


def test_an_address_without_a_scheme_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEDROP_URL", "app.example")
    with pytest.raises(TunedropError, match=r"must begin with https://; it was 'app\.example'"):
        Target.find()


def test_a_stack_that_runs_gives_this_process_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEDROP_WORKSPACE", "another")
    stack = {"pid": os.getpid(), "url": "http://127.0.0.1:7071", "key": "secret"}
    (tmp_path / STACK_FILE).write_text(json.dumps(stack | {"environment": {"TUNEDROP_WORKSPACE": "laptop"}}))
    assert Target.find() == Target("http://127.0.0.1:7071", "secret")
    assert os.environ["TUNEDROP_WORKSPACE"] == "laptop"


def test_an_installed_package_asks_for_the_apps_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "IS_CHECKOUT", False)
    with pytest.raises(TunedropError, match=r"TUNEDROP_URL is not set\. Set it to the address of an app"):
        Target.find()
