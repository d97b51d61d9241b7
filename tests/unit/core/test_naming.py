"""Names of projects, runs, attempts and endpoints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import EventError
from shared.core.naming import (
    attempt_name,
    endpoint_name,
    is_project,
    is_ready,
    is_upload,
    model_version,
    parse_attempt_name,
    project_of,
    run_id,
    split_of,
)

PROJECTS = st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True).filter(is_project)
TEXT = st.text(min_size=1, max_size=20)


@given(PROJECTS, TEXT, TEXT, st.integers(1, 99))
def test_names_fit_azures_limits_and_can_be_parsed_back(project: str, path: str, etag: str, attempt: int) -> None:
    run = run_id("account", "uploads", f"{project}/{path}", etag)
    name = attempt_name(run, attempt)
    assert parse_attempt_name(name) == (project, run, attempt)
    assert len(name) <= 32
    assert len(endpoint_name(project, "/subscriptions/s", 9999)) <= 32
    assert model_version(run, attempt) in name


@pytest.mark.parametrize("etag", ['"0x1"', "0x1", 'W/"0x1"'])
def test_a_quoted_etag_gives_the_same_run_id(etag: str) -> None:
    assert run_id("account", "uploads", "support/a.jsonl", etag) == run_id(
        "account", "uploads", "support/a.jsonl", "0x1"
    )


@pytest.mark.parametrize(
    "other", [("b", "uploads", "support/a"), ("a", "up", "support/a"), ("a", "uploads", "support/b")]
)
def test_another_account_container_or_path_gives_another_run_id(other: tuple[str, str, str]) -> None:
    assert run_id(*other, "0x1") != run_id("a", "uploads", "support/a", "0x1")


@pytest.mark.parametrize(
    "name", ["ab", "a" * 19, "Support", "1support", "-support", "sup--port", "support-", "sup_port"]
)
def test_a_name_that_azure_would_refuse_is_not_a_project(name: str) -> None:
    assert not is_project(name)
    with pytest.raises(EventError):
        project_of(f"{name}/faq.jsonl")


@pytest.mark.parametrize("name", ["", "support-1", "support-0123456789", "support-0123456789-0", "S-0123456789-1"])
def test_a_foreign_job_name_is_not_parsed_as_an_attempt(name: str) -> None:
    assert parse_attempt_name(name) is None


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("support/may/train.jsonl", "train"),
        ("support/2026/may/test.jsonl.gz", "test"),
        ("support/may/validation.jsonl", "validation"),
        ("support/train.jsonl", None),
        ("support//train.jsonl", None),
        ("support/may/train.json", None),
        ("support/may/my-train.jsonl", None),
        ("support/may/Train.jsonl", None),
        ("support/may/train.jsonl/other.jsonl", None),
    ],
)
def test_a_file_of_a_folder_upload_is_recognised_by_its_name(path: str, split: str | None) -> None:
    assert split_of(path) == split
    assert is_upload(path, 1) is (split is None and path.endswith(".jsonl"))


@pytest.mark.parametrize(
    ("path", "closes"),
    [
        ("support/may/_READY", True),
        ("support/2026/may/_READY", True),
        ("support/_READY", False),
        ("_READY", False),
        ("support/may/_ready", False),
        ("support/may/not_READY", False),
        ("support/may/_READY/x", False),
    ],
)
def test_a_ready_file_closes_a_folder_inside_the_projects_folder(path: str, closes: bool) -> None:
    assert is_ready(path) is is_upload(path, 0) is closes
