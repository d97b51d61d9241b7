"""The workspace's blobs, the datastores that name them, and versioned models and data assets.

May import ``core``. Start with ``disk.py``.
"""
