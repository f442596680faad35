"""Settings of all tests: how many examples hypothesis draws, by `HYPOTHESIS_PROFILE`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Machines are shared and slow at times: no test fails for the time it takes.
QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=50, **QUIET)
settings.register_profile("gate", max_examples=200, **QUIET)
settings.register_profile("deep", max_examples=2000, **QUIET)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "gate" if os.environ.get("CI") else "dev")
)
