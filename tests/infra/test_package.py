"""The package that is deployed."""

from pathlib import Path

import yaml

from scripts.package import DEPLOYED, TARGET, compile_all, python_version, stage
from tests.infra.snapshot import ROOT


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_package_is_the_app_and_nothing_else(tmp_path: Path) -> None:
    stage(tmp_path / "package")
    tops = {name.partition("/")[0] for name in _files(tmp_path / "package")}
    assert tops == set(DEPLOYED)


def test_funcignore_lets_through_what_is_packaged_and_nothing_else() -> None:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    everything, *exceptions = (line for line in lines if line and not line.startswith("#"))
    assert everything == "/*"
    passed = {line.removeprefix("!/").rstrip("/") for line in exceptions if line.startswith("!/")}
    assert len(passed) == len(exceptions)
    assert passed == {*DEPLOYED, ".python_packages"}


def test_byte_code_stays_valid_when_times_change(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("x = 1\n")
    compile_all([source])
    (compiled,) = (tmp_path / "__pycache__").glob("*.pyc")
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b01, "hash-based, never checked"


def test_a_file_that_is_no_python_does_not_stop_the_packaging(tmp_path: Path) -> None:
    broken, fine = tmp_path / "broken.py", tmp_path / "fine.py"
    broken.write_text("def {{ template }}\n")
    fine.write_text("x = 1\n")
    compile_all([broken, fine])
    assert [path.name.partition(".")[0] for path in (tmp_path / "__pycache__").iterdir()] == ["fine"]


def test_azd_uploads_the_package_as_it_is() -> None:
    service = yaml.safe_load((ROOT / "azure.yaml").read_text())["services"]["app"]
    assert service["dist"] == TARGET.name
    assert service["remoteBuild"] is False
    assert f"python{python_version()} scripts/package.py" in service["hooks"]["prepackage"]["posix"]["run"]


def test_the_subscriptions_are_deployed_after_the_code() -> None:
    hooks = yaml.safe_load((ROOT / "azure.yaml").read_text())["hooks"]
    assert set(hooks) == {"postdeploy"}
    assert all("infra/events.bicepparam" in hooks["postdeploy"][system]["run"] for system in ("posix", "windows"))
