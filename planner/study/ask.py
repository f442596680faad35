"""What a user asks of a run: seed, samples, rounds, limits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from planner.simulate import Threads

if TYPE_CHECKING:
    from planner.domain.baseline import Baseline
    from planner.domain.pin import Pins
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Method
    from planner.simulate import Workers

ROUND_STRIDE = 1000
"""Seeds of verification rounds lie this far apart, so that no round reuses another's futures."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Settings of a run; together with the inputs they decide its result.

    Parameters
    ----------
    seed
        Seed of the trials; verification of round r uses a stream of its own.
    samples
        Simulated futures of a verification.
    trial_samples
        Simulated futures behind the readiness of an option.
    rounds
        Most rounds of solve and verify.
    time_limit_s
        Limit of each solve; a run that meets it is not reproducible.
    level
        Iterations of the search for a better sequence under the crews; 0 for the passes alone.
    workers
        Who simulates the futures of a verification; threads of this process where none is given.
        No result depends on it, so it is no part of what identifies a run.
    solver_threads
        Threads of the solver; no result depends on them either.
    method
        How the futures of a verification are drawn.
    until_error_day
        End a verification at fewer than `samples` once no P80 has a larger standard error.
    """

    seed: int
    samples: int
    trial_samples: int = 100
    rounds: int = 5
    time_limit_s: float | None = None
    level: int = 0
    workers: Workers | None = field(default=None, repr=False, compare=False)
    solver_threads: int = field(default=1, repr=False, compare=False)
    method: Method = "latin"
    until_error_day: float | None = None

    @classmethod
    def of(
        cls,
        portfolio: Portfolio,
        *,
        seed: int | None = None,
        samples: int | None = None,
        rounds: int = 5,
        time_limit_s: float | None = None,
        level: int = 0,
        workers: Workers | None = None,
        method: Method = "latin",
        until_error_day: float | None = None,
    ) -> Self:
        """Return the settings, with those of the portfolio where none are given."""
        spec = portfolio.spec
        return cls(
            seed=spec.seed if seed is None else seed,
            samples=spec.samples if samples is None else samples,
            rounds=rounds,
            time_limit_s=time_limit_s,
            level=level,
            workers=workers,
            method=method,
            until_error_day=until_error_day,
        )

    @property
    def threads(self) -> int | None:
        """Threads of this process for what no cluster does; None for as many as there are cores."""
        return self.workers.number if isinstance(self.workers, Threads) else None

    def verification_seed(self, number: int) -> int:
        """Return the seed of the verification of a round, apart from that of the trials."""
        return (self.seed + 1) * ROUND_STRIDE + number


def identity(
    portfolio: Portfolio, ask: Ask, pins: Pins | None = None, *,
    baseline: Baseline | None = None, parent: str | None = None,
) -> str:  # fmt: skip
    """Return a hash of everything that decides a run's files: inputs, settings, ask, pins.

    Parameters
    ----------
    baseline
        What its dates are held against.
    parent
        Identity of the run that its report tells the variance against.
    """
    against = [] if baseline is None else [repr(baseline)]
    against += [] if parent is None else [f"parent={parent}"]
    pinned = [] if pins is None or pins.is_empty else [repr(pins)]
    parts = [f"{name}={digest}" for name, digest in sorted(portfolio.digests.items())]
    return hashlib.sha256(
        "\n".join([*parts, *portfolio.settings, repr(ask), *pinned, *against]).encode()
    ).hexdigest()
