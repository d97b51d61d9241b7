"""Partial changes have the fields and types of their models."""

from typing import Any, get_type_hints

import pytest

from shared.models.base import Model
from shared.models.changes import ResultChanges, RunChanges, ServingChanges
from shared.models.project import Serving
from shared.models.run import Results, Run

NEVER_CHANGED = {
    Results: set[str](),
    Run: {"schema_version", "project", "run_id", "created"},
    Serving: {"project"},
}


@pytest.mark.parametrize(("changes", "model"), [(ResultChanges, Results), (RunChanges, Run), (ServingChanges, Serving)])
def test_partial_changes_list_every_field_that_may_change_with_its_type(changes: type[Any], model: type[Model]) -> None:
    never = NEVER_CHANGED[model]
    expected = {name: kind for name, kind in get_type_hints(model).items() if name in model.model_fields}
    assert get_type_hints(changes) == {name: kind for name, kind in expected.items() if name not in never}
