import json
from pathlib import Path
from typing import Any

import pytest

from local.functions_host.config import HostConfig
from local.functions_host.errors import AppError


def load(folder: Path, document: dict[str, Any], **environ: str) -> HostConfig:
    (folder / "host.json").write_text(json.dumps(document))
    return HostConfig.load(folder, environ)


def test_defaults_are_the_real_hosts(tmp_path: Path) -> None:
    config = load(tmp_path, {"version": "2.0"})
    assert (config.route_prefix, config.timeout) == ("api", 1800)
    assert (config.queues.batch_size, config.queues.max_dequeue_count, config.queues.base64) == (16, 5, True)


def test_settings_override_host_json_whatever_their_case(tmp_path: Path) -> None:
    document = {
        "functionTimeout": "00:05:00",
        "extensions": {"queues": {"batchSize": 8, "visibilityTimeout": "00:01:00"}},
    }
    overrides = {
        "AzureFunctionsJobHost__functionTimeout": "1.00:00:00",
        "AzureFunctionsJobHost__Extensions__Queues__BatchSize": "2",
        "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:02",
    }
    config = load(tmp_path, document, **overrides)
    assert config.timeout == 86400
    assert (config.queues.batch_size, config.queues.visibility_timeout) == (2, 2)


def test_minus_one_is_no_timeout_and_a_batch_holds_32_at_most(tmp_path: Path) -> None:
    config = load(tmp_path, {"functionTimeout": "-1", "extensions": {"queues": {"batchSize": 99}}})
    assert (config.timeout, config.queues.batch_size) == (None, 32)


@pytest.mark.parametrize(("key", "value"), [("batchSize", "many"), ("maxPollingInterval", "often")])
def test_wrong_value_is_named(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(AppError, match=f"{key} is '{value}'"):
        load(tmp_path, {"extensions": {"queues": {key: value}}})
