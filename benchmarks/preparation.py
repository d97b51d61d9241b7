"""Preparation of realistic chat data, compared with pandas, ``datasets`` streaming and a loop that only parses.

Speed: each method runs in a process of its own, in turn, and all keep the same rows. pandas is compared with two
workers. Memory: of ``tunedrop prepare`` alone, and the sum of two workers.
"""

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import chats, methods
from benchmarks.ratio import Ratio, costs, speeds

SIZE: Final = 100 * 10**6
"""Bytes of the file that speed is measured on."""
ROUNDS: Final = 9
SMALL, LARGE = 300 * 10**6, 1500 * 10**6
"""Bytes of the files that memory is measured on."""

_COMMAND: Final = """
import resource, sys
from pathlib import Path
from cli.main import app
sys.argv = ["tunedrop", "prepare", *sys.argv[1:]]
try:
    app()
finally:
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    worker_peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(peak + worker_peak, file=sys.stderr)
"""


def measure() -> list[Ratio]:
    """The ratios and their bounds."""
    return [*_speeds(), *_memory()]


def _speeds() -> list[Ratio]:
    with TemporaryDirectory(prefix="tunedrop-bench-") as folder:
        file = Path(folder) / "chats.jsonl"
        chats.write(file, SIZE)
        _check_rows(file)
        seconds = _rounds(file)
    bounds = [
        ("exact_by_two", "pandas", 11),
        ("defaults_by_two", "pandas", 7),
        ("exact", "datasets", 2),
        ("exact", "bare", 0.32),
    ]
    return [
        speeds(
            f"prepare ({_OURS[ours]}) against {peer}",
            _PEERS[peer],
            list(zip(seconds[ours], seconds[peer], strict=True)),
            at_least,
        )
        for ours, peer, at_least in bounds
    ]


_OURS: Final = {
    "exact": "exact",
    "exact_by_two": "exact, two workers",
    "defaults_by_two": "defaults, two workers",
}
_PEERS: Final = {
    "pandas": "pandas.read_json, the same checks and outputs",
    "datasets": "datasets streaming, the same checks and outputs",
    "bare": "for line in file: orjson.loads(line)",
}


def _rounds(file: Path) -> dict[str, list[float]]:
    """Seconds of each method, a list entry for each round."""
    seconds = defaultdict(list)
    for number in range(ROUNDS):
        for name in methods.METHODS:
            seconds[name].append(_seconds(name, file))
        print(f"round {number + 1}:", ", ".join(f"{name} {times[-1]:.2f} s" for name, times in seconds.items()))
    return seconds


def _seconds(name: str, file: Path) -> float:
    out = file.parent / name
    shutil.rmtree(out, ignore_errors=True)  # truncating files that are not yet on disk takes long
    out.mkdir()
    command = [sys.executable, "-m", "benchmarks.methods", name, str(file), str(out)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _check_rows(file: Path) -> None:
    """Fails unless all methods keep the same rows."""
    rows = {}
    for name in methods.METHODS:
        _seconds(name, file)
        if name != "bare":
            rows[name] = methods.rows(file.parent / name)
    print(f"Rows kept: {rows['exact'][0]:,}")
    assert len(set(rows.values())) == 1, rows


def _memory() -> list[Ratio]:
    (small, _), (large, summed) = _peaks(SMALL), _peaks(LARGE)
    return [
        costs("peak memory of tunedrop prepare on 1.5 GB", "80 MiB", [(large, 80)], at_most=1, unit="MiB"),
        costs("growth of peak memory from 300 MB to 1.5 GB", "8 MiB", [(large - small, 8)], at_most=1, unit="MiB"),
        costs("summed peak memory with two workers", "one process", [(summed, large)], at_most=3, unit="MiB"),
    ]


def _peaks(size: int) -> list[float]:
    """Peak memory of ``tunedrop prepare`` in MiB: alone, and the sum of two workers."""
    with TemporaryDirectory(prefix="tunedrop-bench-") as folder:
        file = Path(folder) / "chats.jsonl"
        chats.write(file, size, hostile=True)
        command = [sys.executable, "-c", _COMMAND, str(file), "--out", str(Path(folder) / "out"), "--workers"]
        results = [subprocess.run([*command, count], capture_output=True, check=True, text=True) for count in "12"]
    peaks = [int(result.stderr.split()[-1]) / 1024 for result in results]
    print(f"tunedrop prepare on {size / 10**6:g} MB: peak {peaks[0]:.1f} MiB, with two workers {peaks[1]:.1f} MiB")
    return peaks
