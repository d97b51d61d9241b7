"""What indexing the app costs a cold start, against importing what it is built on."""

from benchmarks.ratio import Ratio, costs, in_turn, python_seconds

INDEX = "import function_app\nassert len(function_app.app.get_functions()) >= 9"
PEER = "import azure.functions, pydantic"


def measure() -> list[Ratio]:
    """Import and index ``function_app`` / ``import azure.functions, pydantic``: at most 2."""
    pairs = in_turn(python_seconds(INDEX), python_seconds(PEER), rounds=15)
    return [costs("index the app", PEER, pairs, at_most=2.0)]
