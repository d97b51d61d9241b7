"""Builds ``.package/``: the app with its dependencies, ready to run, for azd to zip and upload.

Nothing is built on Azure, because a remote build has one minute for the dependencies and may use another Python
version than the app. The package includes byte code: an instance that has to compile azure-ai-ml first takes seconds
longer to start. Run this with the Python version that ``infra/main.bicep`` names.
"""

import json
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / ".package"
DEPLOYED: Final = ("function_app.py", "functions", "shared", "host.json", "requirements.txt")

_LIBC: Final = range(17, 32)
"""Minor versions of glibc 2 that wheels may need; the oldest image of Functions for Python has 2.31."""


def main() -> int:
    """Build the package; 1 on failure."""
    version = python_version()
    if not sys.version.startswith(f"{version}."):
        print(
            f"Run this with python{version}, which the app runs on; this is {sys.version.split()[0]}.", file=sys.stderr
        )
        return 1
    shutil.rmtree(TARGET, ignore_errors=True)
    stage(TARGET)
    if install(TARGET / ".python_packages" / "lib" / "site-packages", version):
        return 1
    compile_all(TARGET.rglob("*.py"))
    print(f"Built {TARGET.name}/ for Python {version}.")
    return 0


def python_version() -> str:
    """The version that the app runs on, for example ``3.11``."""
    template = json.loads((ROOT / "infra" / "main.json").read_text())
    return str(template["parameters"]["pythonVersion"]["defaultValue"])


def stage(target: Path) -> None:
    """Copy the app's own files."""
    target.mkdir(parents=True)
    for name in DEPLOYED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target / name)


def install(target: Path, version: str) -> int:
    """Install the dependencies as Azure's machines need them, whatever this machine is; pip's exit status."""
    platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in _LIBC] + ["--platform=manylinux2014_x86_64"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    options = ["--target", str(target), "--only-binary=:all:", f"--python-version={version}", *platforms]
    requirements = ["-r", str(ROOT / "requirements.txt"), "-c", str(ROOT / "constraints.txt")]
    return subprocess.run([*pip, *options, *requirements], check=False).returncode


def compile_all(files: Iterable[Path]) -> None:
    """Write byte code that stays valid when zipping changes the files' times; skip files that do not compile."""
    for path in files:
        py_compile.compile(
            str(path), doraise=False, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )


if __name__ == "__main__":
    sys.exit(main())
