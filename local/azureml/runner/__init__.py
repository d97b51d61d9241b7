"""Real training on a laptop: the steps of the fine-tuning component, each a child process in `.venv-ml`.

model_import ─▶ preprocess ─▶ finetune ─▶ convert
"""
