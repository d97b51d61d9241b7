"""Handlers, one module per resource: each parses a request, asks what does the work, and gives its answer a shape."""
