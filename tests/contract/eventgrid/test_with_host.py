from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.eventgrid.conftest import Start
from tests.contract.functions_host.conftest import APP, NEVER
from tests.contract.laptop import Laptop, Server, journal, until


@pytest.fixture
def host(laptop: Laptop, tmp_path: Path) -> Iterator[Server]:
    settings = {"TICK_SCHEDULE": NEVER, "WORK_QUEUE": "nothing", "JOURNAL": str(tmp_path / "journal.jsonl")}
    with Server(
        "local.functions_host", tmp_path / "host", ["--app", str(APP)], laptop.environment | settings
    ) as server:
        yield server


def test_upload_reaches_its_function_though_the_host_was_down(start: Start, host: Server, tmp_path: Path) -> None:
    key = host.ready["keys"]["eventgrid_extension"]
    endpoint = f"{host.ready['url']}/runtime/webhooks/EventGrid?functionName=on_event&code={key}"
    grid = start({"name": "uploads", "source": "uploads", "endpoint": endpoint}, arguments=("--retry-factor", "0.001"))
    grid.upload("shop/a.jsonl")
    until(lambda: [line["status"] for line in grid.log()] == [202], "the first event is taken")
    host.kill()
    etag = grid.upload("shop/b.jsonl").strip('"')
    until(lambda: len(grid.log()) > 1, "a failed try")
    host.start("--port", host.port)
    until(lambda: not grid.pending(), "the second event is taken")
    handled = journal(tmp_path / "journal.jsonl")
    assert [entry["subject"].rpartition("/")[2] for entry in handled] == ["a.jsonl", "b.jsonl"]
    assert handled[1]["data"]["eTag"] == etag
