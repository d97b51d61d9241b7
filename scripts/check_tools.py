"""Checks that this machine has what set-up needs. Runs on Python 3.6 and newer, so that an old Python can say so."""

import re
import shutil
import subprocess
import sys

OLDEST = (3, 11)
TOO_NEW = (3, 14)
NODE = 20


def python_fault(major: int, minor: int) -> str:
    """What is wrong with this Python; empty if nothing is."""
    if OLDEST <= (major, minor) < TOO_NEW:
        return ""
    return f"Python 3.11, 3.12 or 3.13 is needed; this is {major}.{minor}. Name one: make PYTHON=python3.12 ..."


def node_fault(answer: str) -> str:
    """What is wrong with Node, by its answer to ``node --version``; empty if nothing is."""
    match = re.match(r"v(\d+)", answer)
    if match and int(match.group(1)) >= NODE:
        return ""
    installed = f"this is {answer.strip()}" if match else "it is not installed"
    return f"Node {NODE} or newer, with npm, is needed for Azurite; {installed}. Install it from https://nodejs.org."


def node_version() -> str:
    """Node's answer to ``node --version``; empty if Node or npm is not installed."""
    if not (shutil.which("node") and shutil.which("npm")):
        return ""
    return subprocess.run(["node", "--version"], stdout=subprocess.PIPE, check=False).stdout.decode()


def main() -> int:
    """Print everything that is missing; 1 if anything is."""
    faults = [python_fault(*sys.version_info[:2]), node_fault(node_version())]
    sys.stderr.writelines(f"{fault}\n" for fault in faults if fault)
    return 1 if any(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
