"""The Functions app's handlers: one blueprint for each event. Each parses, makes one call, and writes one log line.

They import ``shared`` inside the handlers. So a cold start loads only what its event needs, and an import that fails
breaks one function instead of all. Only ``function_app.py`` imports them. Start with ``on_upload.py``.
"""
