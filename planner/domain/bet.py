"""What a plan is worth over scenarios: what it commits to, what it hedges, and what waiting costs.

Worth is that of the first objective, in its unit, larger being better: a cost counts negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class BetScenario:
    """A way in which things may turn out.

    Parameters
    ----------
    arrival, future
        Name of the arrival, and of how fast construction, supply and cash go.
    probability
        Of all scenarios the sum is 1.
    revealed_day
        Days from the data date from which decisions may differ from those of other arrivals.
    wait_and_see
        Worth of the best plan made in full knowledge of it.
    worth
        Worth of the chosen commitments in it, with the best that can be done after the reveal.
    """

    name: str
    arrival: str
    future: str
    probability: float
    revealed_day: float
    wait_and_see: float
    worth: float | None

    @property
    def regret(self) -> float | None:
        """What is lost for not having known."""
        return None if self.worth is None else max(0.0, self.wait_and_see - self.worth)


@dataclass(frozen=True, slots=True)
class BetPlan:
    """Commitments up to the reveal, and their worth in every scenario (None: cannot be kept)."""

    name: str
    worth: tuple[float | None, ...]
    is_promised: bool
    """Whether they can be kept at the portfolio's confidence."""


@dataclass(frozen=True, slots=True)
class BetItem:
    """A decision before the reveal.

    Parameters
    ----------
    kind
        ``halls`` or ``gpus``, or ``tranche``.
    site, item
        What of.
    amount
        Halls, GPUs, or 1.
    in_all
        The least that the plan of any single scenario commits to before the reveal: what is right
        whatever comes. The rest is the hedge.
    can_wait_until
        Last date to which all of it can be put off within the tolerance; None where not sought.
    hedge_worth
        Mean worth that is lost where the hedge is forced out and all scenarios are solved again;
        None where not sought, or where some scenario has no plan without it.
    hedge_cost, costs_most_in
        The most that the hedge costs in a scenario, and which; 0 and None where it costs nothing.
    """

    kind: str
    site: str
    item: str
    amount: float
    in_all: float
    can_wait_until: dt.date | None = None
    hedge_worth: float | None = None
    hedge_cost: float | None = None
    costs_most_in: str | None = None

    @property
    def hedge(self) -> float:
        """What some scenario's own plan would do without."""
        return max(0.0, self.amount - self.in_all)


@dataclass(frozen=True, slots=True)
class BetRight:
    """Orders and halls before the reveal that are not firm by then: a right to cancel, its price.

    Parameters
    ----------
    amount
        GPUs or halls that can be cancelled.
    cancelled, most
        GPUs or halls that have to be cancelled at the least for the worth told: the mean over
        scenarios, and the most in a scenario.
    most_in
        That scenario; None where nothing is cancelled in any.
    cost_musd, most_musd
        What those that are cancelled cost, nominal: the mean, and the most in a scenario. Of GPUs
        what is not given back, of halls all that was and is paid.
    kind
        ``gpus`` or ``halls``.
    """

    site: str
    item: str
    amount: float
    cancelled: float
    most: float
    most_in: str | None
    cost_musd: float
    most_musd: float
    kind: str = "gpus"


@dataclass(frozen=True, slots=True)
class BetCheck:
    """Promised against obtained, in futures that the optimiser never saw.

    Parameters
    ----------
    promised
        Worth of the plan as written, with the weights of an arrival.
    p20, p50
        Percentiles of what simulation gives.
    held
        Share of futures that give what was promised.
    """

    arrival: str
    promised: float
    p20: float
    p50: float
    held: float


@dataclass(frozen=True)
class Bet:
    """A plan chosen over scenarios.

    Parameters
    ----------
    objective, unit
        What was sought, and the unit of worth.
    revealed
        Date of the first reveal: decisions before it are shared by all scenarios.
    scenarios
        What may come, with the chosen commitments' worth.
    plans
        Commitments compared, the chosen ones first; single-scenario plans by their names.
    recourse, expected_value
        Mean worth of the chosen commitments, and of those made for the mean world alone (None
        where they cannot be kept everywhere).
    bound
        No commitments have a larger mean; None where not known.
    rights, rigid
        Orders that can still be cancelled at the reveal, and the mean worth of the best commitments
        if none could (None where no order ever can).
    method
        ``equivalent`` (one model of all scenarios) or ``candidates`` (the best of a few).
    """

    objective: str
    unit: str
    revealed: dt.date
    scenarios: tuple[BetScenario, ...]
    plans: tuple[BetPlan, ...]
    items: tuple[BetItem, ...]
    recourse: float
    expected_value: float | None
    method: str
    bound: float | None = None
    checks: tuple[BetCheck, ...] = ()
    notes: tuple[str, ...] = ()
    rights: tuple[BetRight, ...] = ()
    rigid: float | None = None

    @property
    def flexibility(self) -> float | None:
        """Worth of the right to cancel; None where there is none."""
        return None if self.rigid is None else max(0.0, self.recourse - self.rigid)

    @property
    def wait_and_see(self) -> float:
        """Mean worth with full knowledge: no plan can have more."""
        return sum(s.probability * s.wait_and_see for s in self.scenarios)

    @property
    def promised(self) -> float | None:
        """Mean worth with full knowledge of what can be promised at the confidence, too.

        None where not every scenario's own commitments were tried. What is missing to wait and see
        is the price of promising, and no more information would bring it back.
        """
        own = {plan.name: plan.worth for plan in self.plans if plan.is_promised}
        found = [
            (s.probability, own[s.name][i] if s.name in own else None)
            for i, s in enumerate(self.scenarios)
        ]
        if any(worth is None for _, worth in found):
            return None
        return sum(p * worth for p, worth in found if worth is not None)

    @property
    def information(self) -> float:
        """Expected value of perfect information."""
        return self.wait_and_see - self.recourse

    @property
    def stochastic(self) -> float | None:
        """Value of the stochastic solution; None where the mean world's plan cannot be kept."""
        return None if self.expected_value is None else self.recourse - self.expected_value

    @property
    def worst_regret(self) -> float | None:
        """Largest regret of the chosen commitments."""
        found = [s.regret for s in self.scenarios if s.regret is not None]
        return max(found) if len(found) == len(self.scenarios) else None
