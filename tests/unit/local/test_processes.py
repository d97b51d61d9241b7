import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import supervisor
from local.processes import ROOT, AsyncSupervisedProcess, ProcessError, SupervisedProcess

GRACE = "0.3"
SUPERVISOR = [sys.executable, "-I", "-S", str(Path(supervisor.__file__)), GRACE]
READY = 'import json, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(\'{"url": "x"}\'); time.sleep(60)'
SLEEPER = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
WITH_GRANDCHILD = (
    "import pathlib, subprocess, sys, time; grandchild = subprocess.Popen(['sleep', '60']);"
    "pathlib.Path(sys.argv[1]).write_text(str(grandchild.pid)); "
)
OWNER = """
import os, sys, time
from pathlib import Path
from local.processes import SupervisedProcess
process = SupervisedProcess("owned", Path(sys.argv[1]))
process.start([sys.executable, "-c", *sys.argv[2:]], os.environ)
time.sleep(60)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[SupervisedProcess]:
    process = SupervisedProcess("thing", tmp_path / "thing.log")
    yield process
    process.kill()


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def written_pid(note: Path) -> int:
    """The process id that a process writes to ``note``, once it has."""
    until(lambda: note.exists() and note.read_text())
    return int(note.read_text())


def is_gone(pid: int) -> bool:
    """Gone, or a zombie that nobody has collected yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


class TestSupervisedProcess:
    def test_it_is_up_once_it_says_so(self, process: SupervisedProcess, tmp_path: Path) -> None:
        ready = tmp_path / "ready.json"
        process.start(python(READY, ready), os.environ)
        assert process.wait_until_ready(ready, 10) == {"url": "x"}
        assert process.alive

    def test_one_that_ends_while_it_starts_shows_the_end_of_its_log(
        self, process: SupervisedProcess, tmp_path: Path
    ) -> None:
        process.start(python("raise SystemExit('port is taken')"), os.environ)
        with pytest.raises(ProcessError, match=r"(?s)thing ended while it started.*port is taken"):
            process.wait_until_ready(tmp_path / "ready.json", 10)

    def test_one_that_never_gets_ready_is_given_up(self, process: SupervisedProcess, tmp_path: Path) -> None:
        process.start(python("import time; time.sleep(60)"), os.environ)
        with pytest.raises(ProcessError, match="within 0 s"):
            process.wait_until_ready(tmp_path / "ready.json", 0.2)

    def test_stopping_ends_it_and_what_it_started(self, process: SupervisedProcess, tmp_path: Path) -> None:
        process.start(python(WITH_GRANDCHILD + "time.sleep(60)", tmp_path / "pid"), os.environ)
        grandchild = written_pid(tmp_path / "pid")
        process.stop()
        assert not process.alive
        until(lambda: is_gone(grandchild), 5)

    def test_stopping_one_that_has_ended_ends_what_it_left_behind(
        self, process: SupervisedProcess, tmp_path: Path
    ) -> None:
        process.start(python(WITH_GRANDCHILD, tmp_path / "pid"), os.environ)
        grandchild = written_pid(tmp_path / "pid")
        until(lambda: not process.alive)
        assert not is_gone(grandchild)
        process.stop()
        until(lambda: is_gone(grandchild), 5)

    def test_a_killed_one_is_gone_at_once_and_can_be_started_again(
        self, process: SupervisedProcess, tmp_path: Path
    ) -> None:
        for name in ("first", "second"):
            process.start(python(STUBBORN, tmp_path / name), os.environ)
            pid = written_pid(tmp_path / name)
            process.kill()
            assert not process.alive
            until(lambda pid=pid: is_gone(pid), 1)  # type: ignore[misc]

    def test_a_signal_reaches_the_command(self, process: SupervisedProcess, tmp_path: Path) -> None:
        process.start(python(SLEEPER, tmp_path / "pid"), os.environ)
        written_pid(tmp_path / "pid")
        process.signal(signal.SIGINT)
        until(lambda: not process.alive)
        assert "KeyboardInterrupt" in process.log.read_text()

    def test_stopping_what_never_started_is_no_error(self, process: SupervisedProcess) -> None:
        process.stop()

    @pytest.mark.parametrize("code", [SLEEPER, WITH_GRANDCHILD + "time.sleep(60)"], ids=["itself", "what it started"])
    def test_it_ends_when_its_owner_is_killed(self, tmp_path: Path, code: str) -> None:
        owner = subprocess.Popen(python(OWNER, tmp_path / "log", code, tmp_path / "pid"), cwd=ROOT)
        pid = written_pid(tmp_path / "pid")
        owner.kill()
        owner.wait(20)
        until(lambda: is_gone(pid), 5)


class TestAsyncSupervisedProcess:
    def test_its_exit_status_and_its_output_are_the_command_s(self, tmp_path: Path) -> None:
        code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"

        async def scenario() -> int:
            process = await AsyncSupervisedProcess.start(python(code), tmp_path / "out", tmp_path / "err")
            try:
                return await process.wait()
            finally:
                await process.stop()

        assert asyncio.run(scenario()) == 7
        assert [(tmp_path / name).read_text() for name in ("out", "err")] == ["out\n", "err\n"]

    def test_stopping_ends_it_and_what_it_started(self, tmp_path: Path) -> None:
        async def scenario() -> int:
            command = python(WITH_GRANDCHILD + "time.sleep(60)", tmp_path / "pid")
            process = await AsyncSupervisedProcess.start(command, tmp_path / "log")
            grandchild = await asyncio.to_thread(written_pid, tmp_path / "pid")
            await process.stop()
            await process.stop()
            assert not process.alive
            return grandchild

        grandchild = asyncio.run(scenario())
        until(lambda: is_gone(grandchild), 5)


class TestSupervisor:
    @pytest.mark.parametrize(
        ("code", "status"),
        [("raise SystemExit(7)", 7), ("import os, signal; os.kill(os.getpid(), signal.SIGUSR1)", 128 + signal.SIGUSR1)],
    )
    def test_its_exit_status_is_the_command_s(self, code: str, status: int) -> None:
        with subprocess.Popen([*SUPERVISOR, *python(code)], stdin=subprocess.PIPE) as running:
            assert running.wait(20) == status

    def test_a_command_that_cannot_be_started_is_named(self) -> None:
        ended = subprocess.run(
            [*SUPERVISOR, "/no/such/program"], stdin=subprocess.PIPE, capture_output=True, text=True, check=False
        )
        assert ended.returncode == supervisor.CANNOT_START
        assert "/no/such/program cannot be started" in ended.stderr

    @pytest.mark.parametrize("how", ["the owner lets go", "SIGTERM"])
    def test_the_command_ends_even_if_it_ignores_the_request(self, tmp_path: Path, how: str) -> None:
        command = [*SUPERVISOR, *python(STUBBORN, tmp_path / "pid")]
        running = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        pid = written_pid(tmp_path / "pid")
        assert running.stdin is not None
        if how == "SIGTERM":
            running.terminate()
        else:
            running.stdin.close()
        assert running.wait(20) == -signal.SIGKILL
        until(lambda: is_gone(pid), 5)
        running.stdin.close()

    def test_a_stubborn_command_ends_when_the_owner_is_killed(self, tmp_path: Path) -> None:
        command = [*SUPERVISOR, *python(STUBBORN, tmp_path / "pid")]
        code = f"import subprocess; subprocess.Popen({command}, stdin=subprocess.PIPE, start_new_session=True).wait()"
        owner = subprocess.Popen(python(code))
        pid = written_pid(tmp_path / "pid")
        owner.kill()
        owner.wait(20)
        until(lambda: is_gone(pid), 5)

    def test_the_command_may_end_by_itself_first(self, tmp_path: Path) -> None:
        farewell = (
            "import pathlib, signal, sys, time\n"
            "def end(*_): pathlib.Path(sys.argv[1] + '.end').write_text('bye'); sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"{SLEEPER}"
        )
        command = [*SUPERVISOR, *python(farewell, tmp_path / "pid")]
        running = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        written_pid(tmp_path / "pid")
        assert running.stdin is not None
        running.stdin.close()
        running.wait(20)
        assert (tmp_path / "pid.end").read_text() == "bye"
