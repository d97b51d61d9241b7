"""The Azure implementations of ``shared/ports.py``. Each imports its SDK when first used, never at import."""
