"""Whether this machine has what set-up needs. Runs on any Python 3.6+, so that an old one can say so."""

import re
import shutil
import subprocess
import sys

OLDEST = (3, 11)
TOO_NEW = (3, 14)
NODE = 20


def python_fault(major: int, minor: int) -> str:
    """What is wrong with this interpreter, or nothing."""
    if OLDEST <= (major, minor) < TOO_NEW:
        return ""
    return f"Python 3.11, 3.12 or 3.13 is needed; this is {major}.{minor}. Name one: make PYTHON=python3.12 ..."


def node_fault(answer: str) -> str:
    """What is wrong with Node, which answered this to ``node --version``, or nothing."""
    found = re.match(r"v(\d+)", answer)
    if found and int(found.group(1)) >= NODE:
        return ""
    seen = f"this is {answer.strip()}" if found else "there is none"
    return (
        f"Node {NODE} or newer, with npm, is needed for Azurite, the storage emulator; {seen}. See https://nodejs.org"
    )


def node_version() -> str:
    """What Node says of itself; empty where it or npm is missing."""
    if not (shutil.which("node") and shutil.which("npm")):
        return ""
    return subprocess.run(["node", "--version"], stdout=subprocess.PIPE, check=False).stdout.decode()


def main() -> int:
    """Say everything that is missing; 1 if anything is."""
    faults = [python_fault(*sys.version_info[:2]), node_fault(node_version())]
    sys.stderr.writelines(f"{fault}\n" for fault in faults if fault)
    return 1 if any(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
