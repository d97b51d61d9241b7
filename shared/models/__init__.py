"""One model per noun. What the API, the CLI, stored JSON and JSON Schemas show are views of these."""
