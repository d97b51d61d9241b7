"""The compiled templates and snapshots under infra/ belong to their sources."""

import json

from scripts.build_infra import SOURCES_FILE, fingerprints, outputs, sources
from tests.infra.snapshot import ROOT


def test_templates_and_snapshots_were_built_from_the_present_sources() -> None:
    recorded = json.loads(SOURCES_FILE.read_text())
    assert recorded == fingerprints(), "run scripts/build_infra.py"


def test_every_bicep_file_counts_as_a_source() -> None:
    assert set((ROOT / "infra").rglob("*.bicep*")) <= {*sources(), ROOT / "infra" / "bicepconfig.json"}


def test_nothing_built_names_a_path_of_the_machine_that_built_it() -> None:
    for path in outputs():
        text = path.read_text()
        assert str(ROOT) not in text
        assert not [
            place for place in ('"/home/', '"/work/', '"/tmp/', '"/Users/', "C:\\\\", "file://") if place in text
        ]
