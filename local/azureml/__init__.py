"""A stand-in for Azure Machine Learning's REST API, on loopback: see README.md."""
