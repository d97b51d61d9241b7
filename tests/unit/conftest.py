"""Hypothesis on machines that are busy: slow examples are no failures."""

from hypothesis import HealthCheck, settings

settings.register_profile("tunedrop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tunedrop")
