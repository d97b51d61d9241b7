from cli.checks import Soak, soaks


def test_a_whole_soak_does_all_that_is_promised() -> None:
    assert soaks(None, None, None) == [
        ("tests.fuzz", "--minutes", "10"),
        ("tests.simulation", "pairs"),
        ("tests.simulation", "storms", "--storms", "1000000"),
        ("tests.e2e.soak", "kills", "--kills", "100"),
        ("tests.e2e.soak", "burst", "--uploads", "1000"),
    ]


def test_every_part_of_a_soak_can_be_bounded() -> None:
    assert all(each[-2:] == ("--minutes", "0.5") for each in soaks(None, 0.5, None))


def test_storms_go_on_where_they_stopped() -> None:
    assert soaks(Soak.STORMS, None, 70_000)[0][-2:] == ("--first", "70000")
