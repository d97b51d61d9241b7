from shared.ports import Ports
from tests.contract.ports import samples


class TestLedger:
    def test_an_endpoint_is_entered_once(self, storage: Ports, project: str) -> None:
        storage.ledger.put(samples.bill(project))
        storage.ledger.put(samples.bill(project))
        storage.ledger.put(samples.bill(project, 2))
        assert storage.ledger.entries(project) == [samples.bill(project), samples.bill(project, 2)]

    def test_all_projects_are_entered(self, storage: Ports, project: str) -> None:
        storage.ledger.put(samples.bill(project))
        storage.ledger.put(samples.bill(f"{project}x"))
        assert {project, f"{project}x"} <= {entry.project for entry in storage.ledger.entries()}

    def test_a_project_without_endpoints_has_no_entries(self, storage: Ports, project: str) -> None:
        assert storage.ledger.entries(project) == []
