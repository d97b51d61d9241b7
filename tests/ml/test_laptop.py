"""The plan of a training on a laptop."""

from local.azureml.runner.hyperparameters import Hyperparameters
from local.azureml.runner.laptop import SMALL, SMALL_RECIPE, TINY, make_plan
from local.azureml.runner.spec import Value

SMOLLM2 = 134_515_008


def requested(**inputs: Value) -> Hyperparameters:
    return Hyperparameters.parse({"apply_lora": "true", "learning_rate": "5e-6", **inputs})


def test_large_model_is_trained_exactly_as_requested() -> None:
    plan = make_plan(requested(num_train_epochs=2, per_device_train_batch_size=2), SMALL, rows=10, tokens=10**9)
    assert (plan.learning_rate, plan.batch_size, plan.steps, plan.logging_steps) == (5e-6, 2, 10, 10)
    assert plan.notes == ()


def test_small_model_gets_a_rate_that_it_can_learn_at_and_says_so() -> None:
    plan = make_plan(requested(), SMOLLM2, rows=100, tokens=5_000)
    assert plan.learning_rate > 1e-4
    assert f"Learning rate: requested 5e-06, used {plan.learning_rate:g}." in plan.notes


def test_tiny_model_gets_a_still_higher_rate() -> None:
    small, tiny = (make_plan(requested(), size, rows=100, tokens=5_000) for size in (SMOLLM2, TINY - 1))
    assert tiny.learning_rate > small.learning_rate


def test_higher_rate_that_was_requested_is_kept() -> None:
    assert make_plan(requested(learning_rate="0.05"), SMOLLM2, rows=100, tokens=5_000).learning_rate == 0.05


def test_larger_lora_scale_gets_a_smaller_rate() -> None:
    mild, strong = (make_plan(requested(lora_alpha=alpha), SMOLLM2, rows=100, tokens=5_000) for alpha in (16, 128))
    assert strong.learning_rate < mild.learning_rate


def test_more_epochs_than_the_laptop_needs_are_kept() -> None:
    assert make_plan(requested(num_train_epochs=4), SMOLLM2, rows=100, tokens=5_000).epochs == 4


def test_tokens_are_limited_even_below_one_epoch() -> None:
    plan = make_plan(requested(num_train_epochs=3), SMOLLM2, rows=4_000, tokens=SMALL_RECIPE.tokens * 2)
    assert (plan.epochs, plan.steps) == (0.5, 500)


def test_steps_that_were_requested_win_over_epochs() -> None:
    assert make_plan(requested(max_steps=7, num_train_epochs=3), SMOLLM2, rows=100, tokens=5_000).steps == 7


def test_accumulated_gradients_make_fewer_steps() -> None:
    one, four = (make_plan(requested(gradient_accumulation_steps=n), SMOLLM2, rows=160, tokens=5_000) for n in (1, 4))
    assert one.steps == 4 * four.steps
