"""Files and what names them: the workspace's blobs, its datastores, and versioned models and data.

May import ``core``. Start with ``disk.py``.
"""
