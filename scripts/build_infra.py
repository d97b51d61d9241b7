"""Compiles ``infra/*.bicep`` and records what a deployment of them would create.

``python scripts/build_infra.py`` writes ``main.json``, ``events.json``, their snapshots and ``sources.json``
(hashes of what they were made from). With ``--check`` it writes nothing and fails if any would change. It needs
a ``bicep`` (on PATH, or named by the environment variable BICEP) and no network. A line on stderr is a failure:
the compiler calls a misspelt property a warning.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
INFRA: Final = ROOT / "infra"
SOURCES_FILE: Final = INFRA / "sources.json"
TEMPLATES: Final = ("main", "events")

_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000001"
_TENANT: Final = "00000000-0000-0000-0000-000000000002"
_ENVIRONMENT: Final = {
    "AZURE_ENV_NAME": "example",
    "AZURE_LOCATION": "westeurope",
    "AZURE_PRINCIPAL_ID": "00000000-0000-0000-0000-000000000003",
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
}
"""The example deployment that the snapshots are of; nothing of this machine's environment gets into them."""

_SCOPES: Final[dict[str, list[str]]] = {"main": [], "events": ["--resource-group", "rg-example"]}
_PASSED_ON: Final = ("PATH", "HOME", "TMPDIR", "DOTNET_BUNDLE_EXTRACT_BASE_DIR")


class BuildError(Exception):
    """The templates don't compile, or what is committed is not what they compile to."""


def main() -> int:
    """Build, or check; 1 on failure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything would change")
    check = parser.parse_args().check
    try:
        bicep = find_bicep()
        for template in TEMPLATES:
            (check_template if check else write_template)(bicep, template)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        SOURCES_FILE.write_text(json.dumps(fingerprints(), indent=2) + "\n")
    print("infra/ is up to date" if check else "infra/ is built")
    return 0


def find_bicep() -> str:
    """The Bicep compiler to use.

    Raises:
        BuildError: there is none.
    """
    compiler = os.environ.get("BICEP") or shutil.which("bicep")
    if not compiler:
        raise BuildError("No bicep on PATH and none named by BICEP. `az bicep install` puts one into ~/.azure/bin.")
    return compiler


def write_template(bicep: str, template: str) -> None:
    """Compile a template and take its snapshot."""
    (INFRA / f"{template}.json").write_text(compiled(bicep, template))
    _run(bicep, _snapshot(template, "overwrite"))
    path = INFRA / f"{template}.snapshot.json"
    snapshot = json.loads(path.read_text())
    # The compiler writes outputs in another order each time.
    snapshot["outputs"] = dict(sorted(snapshot.get("outputs", {}).items()))
    path.write_text(json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n")


def check_template(bicep: str, template: str) -> None:
    """See that what is committed is what the template compiles to.

    Raises:
        BuildError: it is not.
    """
    if (INFRA / f"{template}.json").read_text() != compiled(bicep, template):
        raise BuildError(f"infra/{template}.json is not what {template}.bicep compiles to: run scripts/build_infra.py")
    _run(bicep, _snapshot(template, "validate"))


def compiled(bicep: str, template: str) -> str:
    """ARM JSON of a template."""
    return _run(bicep, ["build", f"{template}.bicep", "--stdout"])


def sources() -> list[Path]:
    """Everything that goes into the compiled templates and the snapshots."""
    ours = (*INFRA.rglob("*.bicep"), *INFRA.glob("*.bicepparam"), INFRA / "bicepconfig.json", INFRA / "roles.json")
    return sorted((*ours, ROOT / "shared" / "core" / "resources.json"))


def outputs() -> list[Path]:
    """Everything that is built."""
    return [INFRA / f"{name}{kind}.json" for name in TEMPLATES for kind in ("", ".snapshot")]


def fingerprints() -> dict[str, str]:
    """SHA-256 of each source and each output, by path."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*sources(), *outputs())
    }


def _snapshot(template: str, mode: str) -> list[str]:
    example = ["--subscription-id", _SUBSCRIPTION, "--tenant-id", _TENANT, "--location", "westeurope"]
    command = ["snapshot", f"{template}.bicepparam", "--mode", mode, "--deployment-name", template]
    return [*command, *example, *_SCOPES[template]]


def _run(bicep: str, arguments: list[str]) -> str:
    inherited = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = subprocess.run(
        [bicep, *arguments], cwd=INFRA, env={**inherited, **_ENVIRONMENT}, capture_output=True, text=True, check=False
    )
    if process.returncode or process.stderr.strip():
        raise BuildError(f"bicep {' '.join(arguments[:2])} failed:\n{process.stderr.strip() or process.stdout.strip()}")
    return process.stdout


if __name__ == "__main__":
    sys.exit(main())
