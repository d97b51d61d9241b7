import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.children import Child, ChildError

ROOT = Path(__file__).parents[3]
READY = 'import json, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(\'{"url": "x"}\'); time.sleep(60)'
ORPHAN = """
import os, subprocess, sys, time
from pathlib import Path
from local.children import Child
child = Child("sleeper", Path(sys.argv[1]) / "log", Path(sys.argv[1]))
child.start([sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    child = Child("thing", tmp_path / "thing.log", tmp_path)
    yield child
    child.kill()


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.02)
    return condition()


def ended(pid: int) -> bool:
    """Gone, or a zombie that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_child_is_up_once_it_says_so(child: Child, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    child.start(python(READY, ready), os.environ)
    assert child.until_ready(ready, 10) == {"url": "x"}
    assert child.alive


def test_a_child_that_ends_while_starting_shows_the_end_of_its_log(child: Child, tmp_path: Path) -> None:
    child.start(python("raise SystemExit('port is taken')"), os.environ)
    with pytest.raises(ChildError, match=r"(?s)thing ended while starting.*port is taken"):
        child.until_ready(tmp_path / "ready.json", 10)


def test_a_child_that_never_gets_ready_is_given_up(child: Child, tmp_path: Path) -> None:
    child.start(python("import time; time.sleep(60)"), os.environ)
    with pytest.raises(ChildError, match="within 0 s"):
        child.until_ready(tmp_path / "ready.json", 0.2)


def test_stopping_ends_a_child_and_what_it_started(child: Child, tmp_path: Path) -> None:
    code = (
        "import pathlib, subprocess, sys, time; grandchild = subprocess.Popen(['sleep', '60']);"
        "pathlib.Path(sys.argv[1]).write_text(str(grandchild.pid)); time.sleep(60)"
    )
    note = tmp_path / "grandchild"
    child.start(python(code, note), os.environ)
    child.wait_for(lambda: note.exists() and note.read_text() != "", 10)
    child.stop()
    assert not child.alive
    assert within(5, lambda: ended(int(note.read_text())))


def test_a_killed_child_can_be_started_again(child: Child, tmp_path: Path) -> None:
    for name in ("first", "second"):
        child.start(python(READY, tmp_path / name), os.environ)
        child.until_ready(tmp_path / name, 10)
        child.kill()
        assert not child.alive


def test_stopping_what_never_started_is_no_error(child: Child) -> None:
    child.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(python(ORPHAN, tmp_path), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as output:
        pid = int(output.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert within(5, lambda: ended(pid))
