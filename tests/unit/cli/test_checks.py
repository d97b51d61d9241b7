import re

from cli.checks import SUITES, Soak, Suite, soaks, suites
from cli.paths import ROOT

TESTS = ROOT / "tests"


def test_every_folder_with_tests_belongs_to_one_suite() -> None:
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    assert sorted(folder for suite in SUITES for folder in suite.folders) == sorted(folders)


def test_thorough_tests_are_in_the_suites_that_say_so() -> None:
    marked = [suite for suite in SUITES if any(map(has_thorough_tests, suite.folders))]
    assert suites(thorough=True) == marked
    assert suites(thorough=False) == list(SUITES)


def has_thorough_tests(folder: str) -> bool:
    return any(re.search(r"mark\.thorough\b", path.read_text()) for path in (TESTS / folder).rglob("*.py"))


def test_a_test_is_either_thorough_or_not() -> None:
    suite = Suite(("e2e",), "python")
    thorough, usual = suite.command(thorough=True), suite.command(thorough=False)
    assert [new for new, old in zip(thorough, usual, strict=True) if new != old] == ["thorough"]
    assert usual[:6] == ("python", "-m", "pytest", "tests/e2e", "-m", "not thorough")


def test_a_whole_soak_does_all_that_is_promised() -> None:
    assert soaks(None, None, None) == [
        ("tests.fuzz", "--minutes", "10"),
        ("tests.simulation", "pairs"),
        ("tests.simulation", "storms", "--storms", "1000000"),
        ("tests.e2e.soak", "kills", "--kills", "100"),
        ("tests.e2e.soak", "burst", "--uploads", "1000"),
    ]


def test_every_part_of_a_soak_can_be_bounded() -> None:
    assert all(command[-2:] == ("--minutes", "0.5") for command in soaks(None, 0.5, None))


def test_storms_go_on_where_they_stopped() -> None:
    assert soaks(Soak.STORMS, None, 70_000)[0][-2:] == ("--first", "70000")
