import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import azure.functions as func
import pytest

from local.functions_host import payloads
from local.functions_host.application import Function
from local.functions_host.errors import AppError
from local.functions_host.invoker import Invoker
from local.functions_host.timers import Schedule, TimerListener
from tests.contract.functions_host.conftest import Running, Start
from tests.contract.laptop import until

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


def stored(host: Running) -> dict[str, str]:
    """The stored schedule; empty if there is none yet."""
    with host.laptop.blobs() as service, service.get_blob_client("azure-webjobs-hosts", blob(host)) as status:
        document: dict[str, str] = json.loads(status.download_blob().readall()) if status.exists() else {}
    return document


def blob(host: Running) -> str:
    return f"timers/{host.queue}/Host.Functions.nightly/status"


def rewrite(host: Running, last: datetime) -> None:
    text = json.dumps({"Last": last.isoformat(), "Next": last.isoformat(), "LastUpdated": last.isoformat()})
    with host.laptop.blobs() as service, service.get_blob_client("azure-webjobs-hosts", blob(host)) as status:
        status.upload_blob(text, overwrite=True)


class QuickClock:
    """A clock whose time passes only while a timer waits for it or a test changes it."""

    def __init__(self) -> None:
        self.moment = MIDNIGHT

    def now(self) -> datetime:
        return self.moment

    async def wait_until(self, moment: datetime, stopping: asyncio.Event) -> None:
        await asyncio.sleep(0)
        self.moment = max(self.moment, moment)


def test_timer_never_overlaps_itself_and_skips_what_passes_while_it_runs(tmp_path: Path) -> None:
    clock, turns, stopping = QuickClock(), [], asyncio.Event()

    def tick(timer: func.TimerRequest) -> None:
        """Takes longer than its interval."""
        turns.append(f"begins at {clock.moment:%S}")
        time.sleep(0.05)
        clock.moment += timedelta(seconds=3.3)
        turns.append("ends")
        if len(turns) == 6:
            stopping.set()

    async def run() -> None:
        function = Function("tick", tick, {"type": "timerTrigger", "name": "timer"}, None, False)
        invoker = Invoker(tmp_path, timeout=None)
        await TimerListener(function, Schedule("* * * * * *", "tick"), None, invoker, clock).run(stopping)
        invoker.close()

    asyncio.run(run())
    assert turns == ["begins at 01", "ends", "begins at 05", "ends", "begins at 09", "ends"]


def test_timer_run_by_hand_waits_for_the_turn_under_way(tmp_path: Path) -> None:
    turns: list[str] = []

    def tick(timer: func.TimerRequest) -> None:
        turns.append("begins")
        time.sleep(0.05)
        turns.append("ends")

    async def run() -> None:
        function = Function("tick", tick, {"type": "timerTrigger", "name": "timer"}, None, False)
        invoker = Invoker(tmp_path, timeout=None)
        data = payloads.timer(past_due=False, status=None)
        await asyncio.gather(*(invoker.invoke(function, data) for _ in range(3)))
        invoker.close()

    asyncio.run(run())
    assert turns == ["begins", "ends"] * 3


def test_timer_is_called_in_each_of_its_seconds(start: Start) -> None:
    host = start(TICK_SCHEDULE="* * * * * *")
    until(lambda: len(host.recorded("tick")) >= 2, "two turns")
    first, second = host.recorded("tick")[:2]
    assert second["second"] > first["second"]
    assert (first["past_due"], second["past_due"]) == (False, False)


def test_schedule_is_kept_in_a_blob(start: Start) -> None:
    host = start()
    status = until(lambda: stored(host), "the schedule is saved")
    following = datetime.fromisoformat(status["Next"])
    assert following.hour == 3
    assert following - datetime.now(UTC) <= timedelta(days=1)
    assert host.recorded("nightly") == []


def test_missed_turn_is_made_up_for_at_the_start(start: Start) -> None:
    host = start()
    until(lambda: stored(host), "the schedule is saved")
    host.server.kill()
    rewrite(host, datetime.now(UTC) - timedelta(days=3))
    host.server.start()
    until(lambda: host.recorded("nightly"), "the missed turn")
    assert host.recorded("nightly") == [{"function": "nightly", "past_due": True}]
    until(lambda: datetime.fromisoformat(stored(host)["Next"]) > datetime.now(UTC), "the next turn is saved")


def test_restart_in_time_makes_up_for_nothing(start: Start) -> None:
    host = start()
    before = until(lambda: stored(host), "the schedule is saved")
    host.server.kill()
    host.server.start()
    assert host.server.stop() == 0
    assert host.recorded("nightly") == []
    assert stored(host)["Next"] == before["Next"]


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("*/2 * * * * *", MIDNIGHT + timedelta(seconds=2)),
        ("0 */10 * * * *", MIDNIGHT + timedelta(minutes=10)),
        ("0 0 * * * *", MIDNIGHT + timedelta(hours=1)),
        ("0 30 9 * * 1-5", MIDNIGHT + timedelta(hours=9, minutes=30)),
        # Day and weekday must both fit: 1 December 2026 is a Tuesday, 1 March 2027 a Monday.
        ("0 0 0 1 * 1", datetime(2027, 2, 1, tzinfo=UTC)),
    ],
)
def test_six_fields_say_when_a_timer_is_due(expression: str, following: datetime) -> None:
    assert Schedule(expression, "f").after(MIDNIGHT) == following


@pytest.mark.parametrize("expression", ["* * * * *", "0 0 25 * * *", "often", ""])
def test_other_expressions_are_refused_by_name(expression: str) -> None:
    with pytest.raises(AppError, match="function 'f'"):
        Schedule(expression, "f")
