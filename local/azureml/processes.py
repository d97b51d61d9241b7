"""Child processes of the stand-in (pipeline steps and model servers), each on a leash."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
_LEASH: Final = Path(__file__).with_name("leash.py")


class Leashed:
    """A running command that ends when we do, even by SIGKILL.

    Args:
        process: of the leash.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str], output: Path, errors: Path | None = None) -> "Leashed":
        """Run ``command`` in the repository's root; its output is appended to files."""
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab") as out, (errors or output).open("ab") as err:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-S", "-E", str(_LEASH), *command,
                stdin=asyncio.subprocess.PIPE, stdout=out, stderr=err, cwd=REPOSITORY,
                env={**os.environ, "PYTHONUNBUFFERED": "1"}, start_new_session=True,
            )  # fmt: skip
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def wait(self) -> int:
        """Exit status."""
        return await self._process.wait()

    async def end(self) -> None:
        """Let go of it, and wait until it is gone."""
        if self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                self._process.stdin.close()
        await self._process.wait()
