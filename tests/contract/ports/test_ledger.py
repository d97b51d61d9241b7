from shared.ports import Ports
from tests.contract.ports import samples


class TestLedger:
    def test_an_endpoint_has_one_entry(self, storage: Ports, project: str) -> None:
        storage.ledger.put(samples.ledger_entry(project))
        storage.ledger.put(samples.ledger_entry(project))
        storage.ledger.put(samples.ledger_entry(project, 2))
        assert storage.ledger.entries(project) == [samples.ledger_entry(project), samples.ledger_entry(project, 2)]

    def test_entries_of_all_projects_can_be_listed(self, storage: Ports, project: str) -> None:
        storage.ledger.put(samples.ledger_entry(project))
        storage.ledger.put(samples.ledger_entry(f"{project}x"))
        assert {project, f"{project}x"} <= {entry.project for entry in storage.ledger.entries()}

    def test_a_project_without_endpoints_has_no_entries(self, storage: Ports, project: str) -> None:
        assert storage.ledger.entries(project) == []
