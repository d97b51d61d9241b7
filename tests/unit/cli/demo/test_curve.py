from cli.demo.curve import draw


def test_nothing_measured_draws_nothing() -> None:
    assert draw([], 10, 3) == []


def test_a_curve_has_the_height_and_width_asked_for() -> None:
    lines = draw([(step, 4.0 - step / 10) for step in range(40)], 30, 5)
    assert [len(line) for line in lines] == [37] * 5


def test_a_falling_loss_falls_from_left_to_right() -> None:
    top, *_, bottom = draw([(step, 4.0 - step / 10) for step in range(40)], 20, 4)
    assert top.rstrip() != top
    assert top[7] == "█"
    assert bottom.rstrip() == bottom


def test_the_highest_value_is_written_beside_the_curve() -> None:
    assert draw([(0, 3.25), (1, 1.0)], 10, 3)[0].startswith("  3.25 ")


def test_one_point_fills_the_width() -> None:
    assert draw([(7, 2.0)], 6, 2)[-1].endswith("██████")


def test_a_column_without_a_point_repeats_the_one_before() -> None:
    assert draw([(0, 1.0), (9, 1.0)], 10, 2)[-1][7:] == "█" * 10
