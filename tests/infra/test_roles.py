"""The roles of all identities."""

import json
import re

import pytest

from tests.infra.snapshot import INFRA, ROOT, Grant, Snapshot

APP = {
    Grant("app", "Storage Blob Data Owner", "storage"),
    Grant("app", "Storage Queue Data Contributor", "storage"),
    Grant("app", "Storage Table Data Contributor", "storage"),
    Grant("app", "AzureML Data Scientist", "workspace"),
    Grant("app", "Monitoring Metrics Publisher", "Application Insights"),
    Grant("app", "EventGrid Data Sender", "notices topic"),
    Grant("app", "size reader (custom)", "subscription"),
}
TRAINING = {
    Grant("training", "Storage Blob Data Contributor", "container prepared"),
    Grant("training", "Storage Blob Data Contributor", "workspace storage"),
    Grant("training", "AcrPull", "container registry"),
}
TOPICS = {
    Grant("uploads topic", "Storage Blob Data Contributor", "container deadletter"),
    Grant("runs topic", "Storage Blob Data Contributor", "container deadletter"),
}
DEVELOPER = {
    Grant("developer", "Storage Blob Data Contributor", "container uploads"),
    Grant("developer", "Storage Blob Data Reader", "container receipts"),
    Grant("developer", "Storage Table Data Reader", "storage"),
}


@pytest.mark.parametrize(
    ("holders", "expected"),
    [
        ({"app"}, APP),
        ({"training"}, TRAINING),
        ({"uploads topic", "runs topic"}, TOPICS),
        ({"developer"}, DEVELOPER),
    ],
)
def test_each_identity_holds_its_roles_and_no_other(main: Snapshot, holders: set[str], expected: set[Grant]) -> None:
    assert {grant for grant in main.grants() if grant.holder in holders} == expected


def test_nobody_else_holds_a_role(main: Snapshot) -> None:
    assert set(main.grants()) == APP | TRAINING | TOPICS | DEVELOPER


def test_no_role_is_granted_twice(main: Snapshot) -> None:
    grants = main.grants()
    assert len(grants) == len(set(grants))


def test_no_role_may_grant_roles_or_own_everything(main: Snapshot) -> None:
    assert not {"Owner", "Contributor", "User Access Administrator"} & {grant.role for grant in main.grants()}


def test_only_reading_sizes_reaches_beyond_single_resources(main: Snapshot) -> None:
    assert [grant.role for grant in main.grants() if grant.scope == "subscription"] == ["size reader (custom)"]
    (custom,) = main.all("Microsoft.Authorization/roleDefinitions")
    (permissions,) = custom["properties"]["permissions"]
    assert set(permissions) == {"actions"}
    assert all(action.endswith("/read") and "*" not in action for action in permissions["actions"])


def test_roles_of_identities_name_their_principal_type(main: Snapshot) -> None:
    """Without the type, Azure looks up the principal and fails if it has not replicated it yet."""
    for assignment in main.all("Microsoft.Authorization/roleAssignments"):
        properties = assignment["properties"]
        is_user = not properties["principalId"].startswith("[reference(")
        assert properties["principalType"] == ("User" if is_user else "ServicePrincipal")


def test_every_role_we_name_is_used() -> None:
    text = (INFRA / "modules" / "roles.bicep").read_text()
    assert [role for role in json.loads((INFRA / "roles.json").read_text()) if role not in text] == []


def test_the_documented_table_is_what_is_deployed(main: Snapshot) -> None:
    section = (ROOT / "docs" / "deploy.md").read_text().partition("\n## Roles\n")[2].partition("\n## ")[0]
    _, *rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", section, re.MULTILINE)
    assert sorted(Grant(*row) for row in rows) == sorted(main.grants())
