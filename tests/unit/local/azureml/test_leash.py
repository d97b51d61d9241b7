import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from local.azureml import leash

LEASH = [sys.executable, "-S", "-E", str(Path(leash.__file__))]
STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(60)
"""


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_exit_status_is_the_commands() -> None:
    command = [*LEASH, sys.executable, "-c", "raise SystemExit(7)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as held:
        assert held.wait(20) == 7


def test_command_ends_when_its_holder_lets_go_even_if_it_ignores_the_request(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    held = subprocess.Popen([*LEASH, sys.executable, "-c", STUBBORN, str(note)], stdin=subprocess.PIPE)
    until(lambda: note.exists() and note.read_text())
    assert held.stdin is not None
    held.stdin.close()

    assert held.wait(20) == 128 + signal.SIGKILL
    assert gone(int(note.read_text()))


def test_command_ends_when_its_holder_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    held = [*LEASH, sys.executable, "-c", STUBBORN, str(note)]
    holder = f"import subprocess; subprocess.Popen({held}, stdin=subprocess.PIPE).wait()"
    process = subprocess.Popen([sys.executable, "-c", holder])
    until(lambda: note.exists() and note.read_text())

    process.send_signal(signal.SIGKILL)
    process.wait(20)

    until(lambda: gone(int(note.read_text())))
