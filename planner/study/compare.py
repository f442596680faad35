"""Build methods side by side: each planned, then all simulated in the same futures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import Comparison, Difference, Measure
from planner.errors import Finding, InfeasibleError, LimitError, SpecError, Where
from planner.network import build_tables
from planner.report import measures_of
from planner.study.run import run, uninterrupted
from planner.study.trials import kept, ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import FloatArray, Progress, Result
    from planner.study.ask import Ask
    from planner.study.trials import Tried

FREE = "free"
"""The variant in which every build mode may be started."""
Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal law."""


def compare_methods(
    portfolio: Portfolio, methods: tuple[str, ...], ask: Ask, progress: Progress
) -> Comparison:
    """Return plans restricted to each method, compared in common futures.

    Parameters
    ----------
    methods
        Build modes joined by ``+``, or `FREE`; the first is the base of the differences.
    """
    variants = {method: restricted(portfolio, method) for method in methods}
    # Each option is tried alone, so that what else is allowed changes nothing of it.
    tried = ready(portfolio, ask, build_tables(portfolio), progress, ask.threads)
    return compare_variants(
        variants, ask, progress, {m: kept(tried, p) for m, p in variants.items()}
    )


def compare_variants(
    variants: Mapping[str, Portfolio], ask: Ask, progress: Progress,
    tried: Mapping[str, Tried] | None = None,
) -> Comparison:  # fmt: skip
    """Return plans of several portfolios, each planned here, compared in common futures.

    Parameters
    ----------
    tried
        Readiness of the options of each variant where it is known.
    """
    results: dict[str, Result] = {}
    failures: dict[str, str] = {}
    for name, portfolio in variants.items():
        try:
            known = tried.get(name) if tried else None
            results[name] = uninterrupted(run(portfolio, ask, _named(progress, name), tried=known))
        except (InfeasibleError, LimitError) as error:
            failures[name] = str(error)
    return compared(results, failures)


def restricted(portfolio: Portfolio, method: str) -> Portfolio:
    """Return the portfolio in which only the named build modes may be started.

    Raises
    ------
    SpecError
        If a mode is unknown.
    """
    if method == FREE:
        return portfolio
    modes = tuple(method.split("+"))
    unknown = sorted(set(modes) - set(portfolio.catalog.modes))
    if unknown:
        known = f"known are {FREE}, {', '.join(sorted(portfolio.catalog.modes))}"
        finding = Finding(Where("--method"), "unknown-mode", f'unknown mode "{unknown[0]}"', known)
        raise SpecError((finding,))
    policy = portfolio.spec.policy.model_copy(update={"modes": modes})
    return portfolio.replace(spec=portfolio.spec.model_copy(update={"policy": policy}))


def compared(results: dict[str, Result], failures: dict[str, str]) -> Comparison:
    """Return the comparison of finished runs whose samples are common."""
    base = next(iter(results), "")
    by_variant = {
        name: {m.name: m for m in measures_of(result)} for name, result in results.items()
    }
    measures = tuple(
        Measure(
            first.name, first.unit, first.is_larger_better,
            {variant: found[name].values[""] for variant, found in by_variant.items()},
        )
        for name, first in by_variant.get(base, {}).items()
        if all(name in found for found in by_variant.values())
    )  # fmt: skip
    differences = tuple(
        _difference(measure, base, variant) for measure in measures for variant in results
    )
    return Comparison(base, results, failures, measures, differences)


def _difference(measure: Measure, base: str, variant: str) -> Difference:
    values, reference = measure.values[variant], measure.values[base]
    delta = (values - reference)[np.isfinite(values) & np.isfinite(reference)]
    mean = float(delta.mean()) if delta.size else float("nan")
    half = float(Z95 * delta.std(ddof=1) / np.sqrt(delta.size)) if delta.size > 1 else float("nan")
    finite = values[np.isfinite(values)]
    return Difference(
        measure=measure.name, variant=variant,
        median=float(np.median(finite)) if finite.size else float("nan"),
        mean=mean, low=mean - half, high=mean + half, wins=_wins(measure, variant),
    )  # fmt: skip


def _wins(measure: Measure, variant: str) -> float:
    """Return the share of samples in which a variant is strictly best; a missing value loses."""
    sign = 1.0 if measure.is_larger_better else -1.0
    score: dict[str, FloatArray] = {
        name: np.where(np.isfinite(v), sign * v, -np.inf) for name, v in measure.values.items()
    }
    mine = score.pop(variant)
    others = (
        np.max(np.stack(list(score.values())), axis=0) if score else np.full_like(mine, -np.inf)
    )
    return float((mine > others).mean())


def _named(progress: Progress, method: str) -> Progress:
    return lambda stage, share: progress(f"{method}: {stage}", share)
