"""Documents that are generated from code."""

import pytest

from scripts.generate_docs import GENERATED, ROOT


@pytest.mark.parametrize("path", GENERATED)
def test_a_generated_document_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == GENERATED[path](), "Run python -m scripts.generate_docs."
