"""``python -I -S supervisor.py SECONDS COMMAND…``: runs a command, and ends it when our owner is gone.

``local.processes`` starts this script as the leader of a process group; the command runs in the same group. Standard
input is a pipe whose other end only the owner holds. When it closes, because the owner closed it or died in any way, or
on SIGTERM, the command gets SIGTERM and has SECONDS to end. Then SIGKILL ends the whole group, this script included. If
the command ends by itself, the script ends with its exit status (128 + N if signal N ended it).

It imports little, because most processes on the laptop start through it.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence

OWNER = 0
"""File descriptor of the owner's pipe. Nobody writes to it: it becomes readable when it closes."""
CANNOT_START = 127
"""Exit status where the command cannot be started, as in a shell."""


def main(seconds: float, command: Sequence[str]) -> int:
    """Run ``command``; its exit status."""
    wakeups = _wake_on(signal.SIGCHLD, signal.SIGTERM)
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"{command[0]} cannot be started: {error}.", file=sys.stderr)
        return CANNOT_START
    while (status := process.poll()) is None:
        ready, _, _ = select.select([OWNER, wakeups], [], [])
        if OWNER in ready or signal.SIGTERM in os.read(wakeups, 64):
            _end(process, seconds)
    return status if status >= 0 else 128 - status


def _wake_on(*signals: signal.Signals) -> int:
    """A file descriptor that the number of each signal can be read from."""
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    signal.set_wakeup_fd(writes)
    for number in signals:
        signal.signal(number, lambda *_: None)
    return reads


def _end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
