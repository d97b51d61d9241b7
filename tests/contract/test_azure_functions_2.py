"""The app works with both versions of azure-functions: 1.x up to Python 3.12, 2.x from Python 3.13 on."""

from cli.paths import FUNCTIONS_2
from tests.unit.functions.indexing import indexed


def test_the_app_indexes_under_azure_functions_2() -> None:
    newer = indexed(PYTHONPATH=str(FUNCTIONS_2))
    assert newer["version"].startswith("2.")
    assert newer["functions"].keys() == indexed()["functions"].keys()
