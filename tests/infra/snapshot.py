"""Reads the committed snapshots, which list what a deployment would create."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent.parent
INFRA: Final = ROOT / "infra"
DEVELOPER: Final = "00000000-0000-0000-0000-000000000003"

_REFERENCED = re.compile(r"reference\('([^']+)'")
_ASSIGNMENT = "/providers/Microsoft.Authorization/roleAssignments/"

_KINDS: Final = (
    ("/containers/", "container {}"),
    ("Microsoft.Storage/storageAccounts/stml", "workspace storage"),
    ("Microsoft.Storage/storageAccounts/st", "storage"),
    ("Microsoft.MachineLearningServices/workspaces/", "workspace"),
    ("Microsoft.ContainerRegistry/registries/", "container registry"),
    ("Microsoft.Insights/components/", "Application Insights"),
    ("Microsoft.EventGrid/topics/", "notices topic"),
    ("Microsoft.EventGrid/systemTopics/evgt-uploads-", "uploads topic"),
    ("Microsoft.EventGrid/systemTopics/evgt-runs-", "runs topic"),
    ("userAssignedIdentities/id-app-", "app"),
    ("userAssignedIdentities/id-training-", "training"),
)


@dataclass(frozen=True, order=True)
class Grant:
    """One role of one identity on one scope, in the words of docs/deploy.md."""

    holder: str
    role: str
    scope: str


class Snapshot:
    """The resources of one template's snapshot."""

    def __init__(self, template: str) -> None:
        self.text = (INFRA / f"{template}.snapshot.json").read_text()
        self.resources: list[dict[str, Any]] = json.loads(self.text)["predictedResources"]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """All resources of a type."""
        return [resource for resource in self.resources if resource["type"] == kind]

    def one(self, kind: str, name_ends: str = "") -> dict[str, Any]:
        """The only resource of a type whose name ends with ``name_ends``."""
        (resource,) = (candidate for candidate in self.all(kind) if candidate["name"].endswith(name_ends))
        return resource

    def names(self, kind: str) -> set[str]:
        """The last parts of the names of all resources of a type."""
        return {resource["name"].rpartition("/")[2] for resource in self.all(kind)}

    def grants(self) -> list[Grant]:
        """Every role assignment."""
        return [self._grant(assignment) for assignment in self.all("Microsoft.Authorization/roleAssignments")]

    def _grant(self, assignment: dict[str, Any]) -> Grant:
        properties = assignment["properties"]
        return Grant(
            holder(properties["principalId"]),
            self._role_name(properties["roleDefinitionId"].rpartition("/")[2]),
            noun(assignment["id"].partition(_ASSIGNMENT)[0]),
        )

    def _role_name(self, role: str) -> str:
        built_in: dict[str, str] = json.loads((INFRA / "roles.json").read_text())
        definitions = self.all("Microsoft.Authorization/roleDefinitions")
        custom = {definition["name"]: "size reader (custom)" for definition in definitions}
        return {**{guid: name for name, guid in built_in.items()}, **custom}[role]


def referenced(expression: str) -> str:
    """The id of the resource that an expression refers to."""
    match = _REFERENCED.search(expression)
    assert match, expression
    return match[1]


def holder(principal: str) -> str:
    """The identity that has a principal id."""
    return "developer" if principal == DEVELOPER else noun(referenced(principal))


def noun(resource_id: str) -> str:
    """A resource's kind in one or two words."""
    for part, word in _KINDS:
        if part in resource_id:
            return word.format(resource_id.rpartition("/")[2])
    assert re.fullmatch(r"/subscriptions/[0-9a-f-]+", resource_id), resource_id
    return "subscription"
