"""Settings of all unit tests that make them independent of the machine and of the shell they run in."""

import signal

from hypothesis import HealthCheck, settings

# A busy machine makes examples slow, which is not a failure.
settings.register_profile("tunedrop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tunedrop")

# Shells start background jobs with SIGINT ignored. The commands that tests start and interrupt would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
