from local.azureml.readme_tables import README, with_tables


def test_tables_of_the_readme_are_those_of_the_code() -> None:
    text = README.read_text()
    assert with_tables(text) == text, "run: python -m local.azureml.readme_tables"
