from pathlib import Path

from local.azureml.core.store import Store


def test_documents_are_found_by_kind_and_by_names_with_slashes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("deployments", "endpoint/blue", {"a": 1})
    store.put("deployments", "other/blue", {"a": 2})

    assert store.get("deployments", "endpoint/blue") == {"a": 1}
    assert store.names("deployments", "endpoint/") == ["endpoint/blue"]
    assert store.get("endpoints", "endpoint/blue") is None
    assert Store(tmp_path).get("deployments", "other/blue") == {"a": 2}


def test_draft_that_a_kill_left_is_no_document(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("jobs", "one", {})
    (tmp_path / "jobs" / ".two.json.99.draft").write_text("{")

    assert store.names("jobs") == ["one"]


def test_deleting_what_is_gone_is_fine(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("jobs", "one", {})
    store.delete("jobs", "one")
    store.delete("jobs", "one")

    assert list(store.all("jobs")) == []
