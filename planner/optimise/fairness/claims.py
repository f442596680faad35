"""Who is ranked in a portfolio, and against what: claims made from the policy.

``use`` of a claim is ``sum over t of weight[t] x H100e[w, t]`` over the horizon, and ``H100e[w,
t]`` where every period is ranked by itself. Its base is one of

- researchers: ``sum over t of weight[t] x researchers[w, t]``, so that a level is compute per
  researcher, a ratio of discounted sums;
- an equal split of the fleet (Gavel): ``sum over t of weight[t] x part[w, t] x sum over j of
  rate[w, j] x fleet[j, t]``, where part is one over the teams at work, or the team's part of all
  heads where heads count;
- all of the fleet (dominant resources): the same with a part of one. A team that can replace one
  SKU by another has no fixed demands, and what takes the place of its dominant share is what it has
  over what it would have with everything: for fixed demands the two are the same.

The fleet of the last two is not what the plan decides, or its own choice would move the yardstick:
it is what stands and what could be had, by supply and by firm power. Only its mix matters.

A team without researchers stands outside the ranking and keeps its guarantee.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.consumers import CLASSES
from planner.optimise.fairness.base import Claim
from planner.optimise.fairness.curve import Curve
from planner.optimise.fairness.maxmin import MaxMin
from planner.optimise.fairness.mean import Mean
from planner.optimise.fairness.periods import Periods
from planner.optimise.variables import GPUS, linear

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.consumers import Consumer
    from planner.optimise.data import ModelData
    from planner.optimise.fairness.base import Fairness, Pyo

NASH = 1.0
RESEARCHERS, RATIO = "H100e/researcher", "of the yardstick"


def fairness_of(data: ModelData) -> Fairness:
    """Return the fairness objective of a portfolio's policy over its claims."""
    policy = data.portfolio.spec.policy.fairness
    claims = claims_of(data)
    if policy.objective in ("leximin", "drf"):
        if policy.period == "each" and claims:
            weight = zip(data.labels, data.compute_weight.tolist(), strict=True)
            return Periods(claims, dict(weight))
        return MaxMin(claims)
    alpha = NASH if policy.objective == "nash" else policy.alpha
    return Mean(claims, Curve(alpha), _unit(data, claims))


def unit_of(data: ModelData) -> str:
    """Return the unit of a level."""
    policy = data.portfolio.spec.policy.fairness
    is_ratio = policy.objective == "drf" or policy.normalise == "equal_split"
    return RATIO if is_ratio else RESEARCHERS


def claims_of(data: ModelData) -> tuple[Claim, ...]:
    """Return who is ranked: teams over the horizon, or in every period in which they work."""
    policy = data.portfolio.spec.policy.fairness
    teams = [c for c in data.consumers if c.is_team]
    base = {team.name: _base(team, teams, data) for team in teams}
    made = []
    for team in teams:
        heads = np.asarray(team.researchers)
        if policy.period == "each":
            for t, label in enumerate(data.labels):
                if heads[t] > 0 and base[team.name][t] > 0:
                    count = float(heads[t]) if policy.counts == "heads" else 1.0
                    made.append(
                        Claim((team.name, label), float(base[team.name][t]), team.weight, count)
                    )
            continue
        weight = data.compute_weight
        total = float(weight @ base[team.name])
        if weight @ heads > 0 and total > 0:
            mean = float(weight @ heads) / float(weight.sum())
            count = mean if policy.counts == "heads" else 1.0
            made.append(Claim((team.name,), total, team.weight, count))
    return tuple(made)


def use_of(model: Pyo, claim: Claim, data: ModelData, factor: float) -> Pyo:
    """Return the use of a claim in a model, times a factor [H100e]."""
    team = next(c for c in data.consumers if c.name == claim.key[0])
    labels = claim.key[1:] or data.labels
    weight = np.ones(data.n_periods) if claim.key[1:] else data.compute_weight
    return linear([
        (float(weight[data.labels.index(label)] * team.rate[j, c]) * GPUS * factor,
         model.shares[team.name, sku, backup, label])
        for j, sku in enumerate(data.skus)
        for c, backup in enumerate(CLASSES)
        for label in labels
        if (team.name, sku, backup, label) in model.shares
    ])  # fmt: skip


def levels_of(given: FloatArray, data: ModelData) -> dict[str, float]:
    """Return the level of every claim by plain arithmetic.

    Parameters
    ----------
    given
        Effective compute by consumer and period, shape (W, T) [H100e].
    """
    index = {c.name: w for w, c in enumerate(data.consumers)}
    fair = fairness_of(data)
    made = {}
    for claim in fair.claims:
        own = given[index[claim.key[0]]]
        if claim.key[1:]:
            use = float(own[data.labels.index(claim.key[1])])
        else:
            use = float(own @ data.compute_weight)
        made[claim.name] = fair.level(claim, use)
    return made


def _base(team: Consumer, teams: list[Consumer], data: ModelData) -> FloatArray:
    """Return what counts as one for a team, by period, shape (T,)."""
    policy = data.portfolio.spec.policy.fairness
    heads = np.asarray(team.researchers, dtype=float)
    everyone = np.array([other.researchers for other in teams], dtype=float)
    if policy.objective == "drf":
        per = heads if policy.counts == "heads" else (heads > 0).astype(float)
        dominant: FloatArray = all_of_fleet(team, data) * per
        return dominant
    if policy.normalise == "equal_split":
        own, total = heads, everyone.sum(axis=0)
        if policy.counts == "teams":
            own, total = (heads > 0).astype(float), (everyone > 0).sum(axis=0).astype(float)
        part = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
        split: FloatArray = all_of_fleet(team, data) * part
        return split
    return heads


def all_of_fleet(team: Consumer, data: ModelData) -> FloatArray:
    """Return what a team would make of all that stands and could be had, shape (T,) [H100e]."""
    arriving = data.deliveries
    usable = arriving.usable[:, None]
    made = np.zeros(data.n_periods)
    for p in range(len(data.pools)):
        rate = team.rate[:, data.class_of(p)]
        made += rate @ (usable * arriving.standing_gpus[:, p, : data.n_periods])
    power_mw = data.feed.firm_mw[:, : data.n_periods].sum(axis=0)
    room = power_mw[None, :] / np.maximum(data.gpu_mw[:, None], 1e-12)
    bought = np.minimum(np.cumsum(arriving.supply, axis=1), room)
    made += team.rate.max(axis=1) @ (usable * bought)
    return made


def _unit(data: ModelData, claims: tuple[Claim, ...]) -> float:
    """Return a level near what a mean will come to: that of an equal split of the fleet."""
    teams = {c.name: c for c in data.consumers if c.is_team}
    found = []
    for claim in claims:
        own = all_of_fleet(teams[claim.key[0]], data)
        use = own[data.labels.index(claim.key[1])] if claim.key[1:] else own @ data.compute_weight
        found.append(float(use) / len(teams) / claim.base)
    positive = [x for x in found if x > 0]
    return float(np.exp(np.mean(np.log(positive)))) if positive else 1.0
