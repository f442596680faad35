"""Gigaplan from Python: load, change, plan, look at tables and charts, compare.

>>> import planner.api as plan
>>> base = plan.load("first-light")
>>> chosen = plan.optimize(base, samples=100)               # doctest: +SKIP
>>> chosen.table("halls")                                    # doctest: +SKIP
>>> other = plan.optimize(plan.replace(base, {"finance.cash_floor": "500 MUSD"}))  # doctest: +SKIP
>>> print(plan.compare(base=chosen, poor=other))             # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import altair as alt

from planner import report, specs, study
from planner.report.document import Chart
from planner.report.exporters import html_page, parquet

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import polars as pl

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Comparison, Result
    from planner.report import Document


@dataclass(frozen=True)
class Planned:
    """A planned portfolio: its result, its tables as frames, its charts for a notebook.

    Parameters
    ----------
    result
        Everything that is known of the run.
    """

    result: Result

    @cached_property
    def document(self) -> Document:
        """The report before it has a format."""
        return report.compose(self.result)

    @property
    def tables(self) -> list[str]:
        """Names of all tables."""
        return [table.name for table in self.document.tables()]

    def table(self, name: str) -> pl.DataFrame:
        """Return a table as a polars frame, with dates and numbers as such.

        Raises
        ------
        KeyError
            If there is no such table; the message lists them.
        """
        for table in self.document.tables():
            if table.name == name:
                return parquet.frame(table)
        raise KeyError(f"no table {name}; there are {', '.join(self.tables)}")

    @property
    def charts(self) -> dict[str, alt.JupyterChart | alt.Chart | Any]:
        """All charts by name, as Altair shows them in a notebook."""
        return {
            part.name: alt.Chart.from_dict(dict(part.spec), validate=False)
            for section in self.document.sections
            for part in section.walk()
            if isinstance(part, Chart) and part.spec is not None
        }

    @property
    def headline(self) -> Mapping[str, Any]:
        """The figures of the first screen."""
        return report.headline(self.result)

    def _repr_html_(self) -> str:
        """Return the whole report, for a notebook."""
        return html_page.render(self.document)


def load(path: str | os.PathLike[str], settings: Sequence[str] = ()) -> Portfolio:
    """Return a checked portfolio, of a file or the name of one, with what-ifs as ``path=value``.

    Raises
    ------
    SpecError
        With all findings, where there is an error.
    """
    return specs.load(path, overrides=tuple(settings))


def replace(portfolio: Portfolio, values: Mapping[str, object]) -> Portfolio:
    """Return the portfolio with values replaced, by path as ``--set`` names them.

    The files are those it was loaded from, as they were then.
    """
    return specs.load_again(portfolio, tuple(f"{path}={value}" for path, value in values.items()))


def optimize(portfolio: Portfolio, *, seed: int | None = None, samples: int | None = None,
             rounds: int = 5) -> Planned:  # fmt: skip
    """Return the best plan found, verified against fresh futures.

    Raises
    ------
    InfeasibleError, LimitError
        If there is no plan.
    """
    ask = study.Ask.of(portfolio, seed=seed, samples=samples, rounds=rounds)
    return Planned(study.run(portfolio, ask, study.unheard))


def compare(**runs: Planned) -> str:
    """Return runs side by side as text: what changed, then the paired differences.

    All runs must be of as many samples; the first is the base.
    """
    comparison = compared(**runs)
    base = comparison.results[comparison.base]
    made = []
    for name, result in comparison.results.items():
        if name != comparison.base:
            inputs = (base.portfolio, result.portfolio)
            found = study.difference(base.plan, result.plan, inputs)
            made += [f"{name} against {comparison.base}", *study.lines(found), ""]
    return "\n".join([*made, report.comparison_text(comparison)])


def compared(**runs: Planned) -> Comparison:
    """Return the paired differences of runs, simulated again on the seed of the first."""
    first = next(iter(runs.values())).result
    results = {
        name: study.proved_again(
            run.result.portfolio, run.result.plan, study.Basis.of(run.result),
            seed=first.outcome.seed, samples=first.outcome.samples, run_seed=first.seed,
            number=1, rounds=1, progress=study.unheard,
        )
        for name, run in runs.items()
    }  # fmt: skip
    return study.compared(results, {})
