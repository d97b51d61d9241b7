"""Time to index the app in a cold start, compared with importing the packages it is built on."""

from benchmarks.ratio import Ratio, costs, in_turn, python_seconds

INDEX = "import function_app\nassert len(function_app.app.get_functions()) >= 9"
PEER = "import azure.functions, pydantic"


def measure() -> list[Ratio]:
    """``function_app`` imported and indexed / ``import azure.functions, pydantic``: at most 2."""
    pairs = in_turn(python_seconds(INDEX), python_seconds(PEER), rounds=15)
    return [costs("index the app", PEER, pairs, at_most=2.0)]
