"""Real training on a laptop: the steps of the fine-tuning component, each in a child process in `.venv-ml`.

model_import ─▶ preprocess ─▶ finetune ─▶ convert

Imports nothing else of Tunedrop. Start with ``__main__.py``.
"""
