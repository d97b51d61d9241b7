"""Timer triggers: six-field NCRONTAB schedules in UTC, kept in a blob as the real host does."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient
from croniter import croniter

from local.functions_host import payloads
from local.functions_host.application import Function
from local.functions_host.errors import AppError, InvocationError
from local.functions_host.invoker import Invoker
from local.waiting import pause

CONTAINER: Final = "azure-webjobs-hosts"
_TOO_OFTEN: Final = timedelta(minutes=1)
_log = logging.getLogger("host.timers")


class Schedule:
    """The schedule of a timer.

    Raises:
        AppError: the expression is not a six-field NCRONTAB expression.
    """

    def __init__(self, expression: str, function: str) -> None:
        self._expression = expression
        if len(expression.split()) != 6 or not croniter.is_valid(expression, second_at_beginning=True):
            problem = f"The schedule of function '{function}' must have six fields; it was '{expression}'."
            raise AppError(problem, "Write second minute hour day month weekday, such as 0 */5 * * * *.")

    def after(self, moment: datetime) -> datetime:
        """The first occurrence after ``moment``."""
        occurrences = croniter(self._expression, moment, second_at_beginning=True, day_or=False)
        following: datetime = occurrences.get_next(datetime)
        return following

    def is_frequent(self, moment: datetime) -> bool:
        """Whether it is due more than once a minute; the real host does not keep such schedules either."""
        first = self.after(moment)
        return self.after(first) - first < _TOO_OFTEN


class Clock(Protocol):
    """The clock of a timer."""

    def now(self) -> datetime:
        """The time, in UTC."""

    async def wait_until(self, moment: datetime, stopping: asyncio.Event) -> None:
        """Wait until ``moment`` has come, or ``stopping`` is set."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, moment: datetime, stopping: asyncio.Event) -> None:
        """More than one pause may be needed: an event loop may wake up a few milliseconds early."""
        while (left := (moment - self.now()).total_seconds()) > 0 and not stopping.is_set():
            await pause(stopping, left)


class TimerListener:
    """Calls a function on its schedule; occurrences that pass while it runs are skipped.

    Args:
        status: blob that keeps the schedule; None to keep nothing.
        clock: the machine's clock, unless a test has another.
    """

    def __init__(
        self,
        function: Function,
        schedule: Schedule,
        status: BlobClient | None,
        invoker: Invoker,
        clock: Clock | None = None,
    ) -> None:
        self._function = function
        self._schedule = schedule
        self._status = status
        self._invoker = invoker
        self._clock = clock or SystemClock()

    async def run(self, stopping: asyncio.Event) -> None:
        """Call the function until ``stopping`` is set."""
        status = await self._read()
        past_due = await self._is_past_due(status)
        if past_due or self._function.trigger.get("runOnStartup"):
            status = await self._tick(status, past_due)
        while not stopping.is_set():
            await self._clock.wait_until(self._schedule.after(self._clock.now()), stopping)
            if not stopping.is_set():
                status = await self._tick(status, past_due=False)

    async def _is_past_due(self, status: dict[str, str] | None) -> bool:
        if status is None:
            await self._write(None)
            return False
        return self._schedule.after(datetime.fromisoformat(status["LastUpdated"])) < self._clock.now()

    async def _tick(self, status: dict[str, str] | None, past_due: bool) -> dict[str, str] | None:
        began = self._clock.now()
        try:
            await self._invoker.invoke(self._function, payloads.timer(past_due, status))
        except InvocationError:
            _log.info("Timer %s failed; it runs again as scheduled", self._function.name)
        return await self._write(began)

    async def _read(self) -> dict[str, str] | None:
        if self._status is None:
            return None
        try:
            status: dict[str, str] = json.loads(await (await self._status.download_blob()).readall())
        except (ResourceNotFoundError, ValueError):
            return None
        return status

    async def _write(self, last: datetime | None) -> dict[str, str]:
        now = self._clock.now()
        status = {
            "Last": last or datetime.min.replace(tzinfo=UTC),
            "Next": self._schedule.after(now),
            "LastUpdated": now,
        }
        texts = {name: moment.isoformat() for name, moment in status.items()}
        if self._status is not None:
            try:
                await self._status.upload_blob(json.dumps(texts), overwrite=True)
            except AzureError as error:
                _log.warning("The schedule of %s was not saved: %s", self._function.name, type(error).__name__)
        return texts
