"""The check of Python and Node that ``make setup`` starts with."""

import pytest

from scripts.check_tools import node_fault, python_fault


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_supported_pythons_are_accepted(minor: int) -> None:
    assert python_fault(3, minor) == ""


@pytest.mark.parametrize("minor", [8, 10, 14])
def test_the_error_for_another_python_names_it_and_says_what_to_do(minor: int) -> None:
    assert f"this is 3.{minor}. Name one: make PYTHON=" in python_fault(3, minor)


@pytest.mark.parametrize("answer", ["v20.20.2\n", "v24.1.0\n"])
def test_a_node_that_is_new_enough_is_accepted(answer: str) -> None:
    assert node_fault(answer) == ""


def test_the_error_for_an_old_node_names_its_version() -> None:
    assert "this is v18.3.0" in node_fault("v18.3.0\n")


def test_a_missing_node_is_reported() -> None:
    assert "it is not installed" in node_fault("")
