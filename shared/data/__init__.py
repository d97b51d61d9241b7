"""The data contract and everything that reads rows: the app and the CLI run the same code."""
