"""Teams train in clusters that are large enough, inside one fabric domain.

For teams w with a smallest cluster n[w], held for a share s[w] of a period; domains d, families f:

- ``cluster_shares``: shares[w, j, c, t] = sum over d of trained[w, j, d, c, t]
- ``fabric_time``: sum over w of trained[w, j, d, c, t] <= usable GPUs of j in halls of c in d
- ``fabric_largest``: sum over w, j in f and c of trained <= largest[d, f]
- ``cluster_least``: sum over j in f and c of trained >= s[w] n[w] holds[w, d, f, t]
- ``cluster_most``: the same sum <= largest[d, f] holds[w, d, f, t]
- ``cluster_there``: usable GPUs of f in d >= n[w] holds[w, d, f, t]
- ``cluster_turns``: sum of s[w] holds[w, d, f, t] over the w that need more than half of largest
  <= 1, for two of them are never at work at once
- ``cluster_run``: holds[t] - holds[t-1] <= holds[t+i] for i below the run of w

``holds`` is 0 or 1; it is relaxed while halls are chosen, and made whole with the halls as they
are. Training on fewer GPUs than that is no use, so teams take turns or have none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.domain.plan import Cluster
from planner.optimise.constraints.base import TOLERANCE, Constraint, Statement, exceeds
from planner.optimise.fabric import domains, families, rules
from planner.optimise.money import standing_commitment
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, at_most, linear

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData
    from planner.optimise.fabric import Berth

COMPONENTS = (
    "cluster_shares", "fabric_time", "fabric_largest", "cluster_least", "cluster_most",
    "cluster_there", "cluster_turns", "cluster_run",
)  # fmt: skip
LEAST_GPUS = 1e-3
"""Mean GPUs from which a plan's cluster is written."""
ROUNDING = 0.01
"""GPUs by which a sum over a plan's records may be off, for those too small to be written."""


def add(model: Pyo, data: ModelData) -> None:
    """Add all rows of teams with a smallest cluster; none without such teams."""
    _add_time(model, data)
    _add_clusters(model, data)


def _there(
    model: Pyo, data: ModelData, sku: str, pools: list[int], label: str
) -> tuple[list[tuple[float, Pyo]], float]:
    """Return usable GPUs of a SKU in pools [thousands]: terms, and what stands in any case."""
    j, t = data.skus.index(sku), data.labels.index(label)
    usable, terms, stood = float(data.deliveries.usable[j]), [], 0.0
    for p in pools:
        pool = data.pools[p]
        gpus = usable * float(data.deliveries.stood_gpus[j, p, t]) / GPUS
        if (run := standing_commitment(pool)) in model.commitments:
            terms.append((gpus, model.commitments[run]))
        else:
            stood += gpus
        if (sku, pool.name, label) in model.placed:
            terms.append((usable, model.placed[sku, pool.name, label]))
    return terms, stood


def _add_time(model: Pyo, data: ModelData) -> None:
    by_share: dict[tuple[str, ...], list[Pyo]] = {}
    by_fabric: dict[tuple[str, ...], list[Pyo]] = {}
    for index in model.trained:
        team, sku, domain, backup, label = index
        by_share.setdefault((team, sku, backup, label), []).append(model.trained[index])
        by_fabric.setdefault((sku, domain, backup, label), []).append(model.trained[index])
    teams = {rule.name for rule in rules(data)}
    pools = {domain.name: domain.pools for domain in domains(data)} if teams else {}

    def shares(m: Pyo, *index: str) -> Pyo:
        trained = [(-1.0, v) for v in by_share.get(index, [])]
        return linear([(1.0, m.shares[index]), *trained]) == 0

    def time(m: Pyo, sku: str, domain: str, backup: str, label: str) -> Pyo:
        here = [p for p in pools[domain] if data.pools[p].traits.backup == backup]
        terms, stood = _there(m, data, sku, here, label)
        used = [(1.0, v) for v in by_fabric[sku, domain, backup, label]]
        return at_most(m, [*used, *((-c, v) for c, v in terms)], stood)

    model.cluster_shares = pyo.Constraint([i for i in model.shares if i[0] in teams], rule=shares)
    model.fabric_time = pyo.Constraint(list(by_fabric), rule=time)


def _add_clusters(model: Pyo, data: ModelData) -> None:
    of_family = {data.skus[j]: name for name, skus in families(data).items() for j in skus}
    sums: dict[Berth, list[Pyo]] = {}
    for index in model.trained:
        team, sku, domain, _, label = index
        sums.setdefault((team, domain, of_family[sku], label), []).append(model.trained[index])
    by_team = {rule.name: rule for rule in rules(data)}
    by_name = {domain.name: domain for domain in domains(data)} if by_team else {}
    labels = list(data.labels)

    def least(m: Pyo, *index: str) -> Pyo:
        rule = by_team[index[0]]
        held = (-rule.share * rule.least / GPUS, m.holds[index])
        return linear([*((1.0, v) for v in sums[_berth(index)]), held]) >= 0

    def most(m: Pyo, *index: str) -> Pyo:
        held = (-by_name[index[1]].largest[index[2]] / GPUS, m.holds[index])
        return linear([*((1.0, v) for v in sums[_berth(index)]), held]) <= 0

    def there(m: Pyo, *index: str) -> Pyo:
        team, domain, family, label = index
        terms, stood = [], 0.0
        for j in families(data)[family]:
            found, always = _there(m, data, data.skus[j], list(by_name[domain].pools), label)
            terms += [(-c, v) for c, v in found]
            stood += always
        return linear([*terms, (by_team[team].least / GPUS, m.holds[index])]) <= stood

    def largest(m: Pyo, domain: str, family: str, label: str) -> Pyo:
        used = [(1.0, v) for team in by_team for v in sums.get((team, domain, family, label), [])]
        return at_most(m, used, by_name[domain].largest[family] / GPUS)

    def turns(m: Pyo, domain: str, family: str, label: str) -> Pyo:
        half = by_name[domain].largest[family] / 2
        big = [
            (rule.share, m.holds[rule.name, domain, family, label])
            for rule in by_team.values()
            if rule.least > half and (rule.name, domain, family, label) in m.holds
        ]
        return at_most(m, big, 1.0)

    def run(m: Pyo, team: str, domain: str, family: str, label: str, later: str) -> Pyo:
        terms = [(1.0, m.holds[team, domain, family, label])]
        before = labels[labels.index(label) - 1] if label != labels[0] else ""
        terms += [(-1.0, m.holds[team, domain, family, at]) for at in (before, later)
                  if (team, domain, family, at) in m.holds]  # fmt: skip
        return at_most(m, terms, 0.0)

    held = list(model.holds)
    places = list(dict.fromkeys(index[1:] for index in held))
    model.fabric_largest = pyo.Constraint(places, rule=largest)
    model.cluster_least = pyo.Constraint(held, rule=least)
    model.cluster_most = pyo.Constraint(held, rule=most)
    model.cluster_there = pyo.Constraint(held, rule=there)
    model.cluster_turns = pyo.Constraint(places, rule=turns)
    model.cluster_run = pyo.Constraint(
        [(*index, later) for index in held for later in _run_of(data, index)], rule=run
    )


def _berth(index: tuple[str, ...]) -> Berth:
    team, domain, family, label = index
    return team, domain, family, label


def _run_of(data: ModelData, index: tuple[str, ...]) -> list[str]:
    """Return the later periods in which a cluster that begins in one is held: the team at work."""
    rule = next(r for r in rules(data) if r.name == index[0])
    t = data.labels.index(index[3])
    later = range(t + 1, min(t + rule.run, data.n_periods))
    return [data.labels[u] for u in later if data.consumers[rule.consumer].is_active(u)]


def clusters(values: dict[tuple[str, ...], float], data: ModelData) -> tuple[Cluster, ...]:
    """Return the clusters of a point: values of ``trained`` by index."""
    gpus: Counter[tuple[str, str, str, str]] = Counter()
    for (team, sku, domain, _, label), value in values.items():
        gpus[team, domain, sku, label] += value * GPUS  # type: ignore[assignment]
    made = [
        Cluster(team, domain, sku, data.labels.index(label), float(number))
        for (team, domain, sku, label), number in gpus.items()
        if number > LEAST_GPUS
    ]
    return tuple(sorted(made, key=lambda c: (c.period, c.consumer, c.domain, c.sku)))


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name clusters that are too small, too short, or not there, and time outside of them."""
    if not rules(data):
        return [f"clusters: {c.consumer} needs none" for c in plan.clusters[:1]]
    return [*_time_faults(plan, data), *_fabric_faults(plan, data), *_size_faults(plan, data)]


def _time_faults(plan: Plan, data: ModelData) -> list[str]:
    """Name teams whose clusters are not what their shares say."""
    found, time = [], tally(plan, data).time
    for rule in rules(data):
        given: FloatArray = time[rule.consumer].sum(axis=1)
        trained = np.zeros_like(given)
        for c in plan.clusters:
            if c.consumer == rule.name:
                trained[data.skus.index(c.sku), c.period] += c.gpus
        off = np.abs(given - trained) > ROUNDING + TOLERANCE * given
        found += [
            f"clusters: {rule.name} is given {given[j, t]:.0f} {data.skus[j]} in "
            f"{data.labels[t]}, its clusters have {trained[j, t]:.0f}"
            for j, t in np.argwhere(off)
        ]
    return found


def _fabric_faults(plan: Plan, data: ModelData) -> list[str]:
    """Name domains with more training than GPUs, or than their network joins."""
    found, here = [], usable_in(plan, data)
    used: Counter[tuple[str, str, int]] = Counter()
    joined: Counter[tuple[str, str, int]] = Counter()
    family = {data.skus[j]: name for name, skus in families(data).items() for j in skus}
    for c in plan.clusters:
        used[c.domain, c.sku, c.period] += c.gpus  # type: ignore[assignment]
        joined[c.domain, family[c.sku], c.period] += c.gpus  # type: ignore[assignment]
    for (domain, sku, t), gpus in used.items():
        most = here.get((domain, sku), np.zeros(data.n_periods))[t]
        if gpus > most * (1 + TOLERANCE) + ROUNDING:
            found.append(f"clusters: {gpus:.0f} {sku} train in {domain} in {data.labels[t]}, "
                         f"{most:.0f} are usable")  # fmt: skip
    largest = {domain.name: domain.largest for domain in domains(data)}
    found += [
        f"clusters: {gpus:.0f} {name} train in {domain} in {data.labels[t]}, its network joins "
        f"{largest[domain][name]:.0f}"
        for (domain, name, t), gpus in joined.items()
        if domain in largest and exceeds(gpus, largest[domain][name])
    ]
    return found


def usable_in(plan: Plan, data: ModelData) -> dict[tuple[str, str], FloatArray]:
    """Return usable GPUs of a plan by domain and SKU, shape (T,)."""
    in_place = tally(plan, data).in_place[:, :, : data.n_periods]
    return {
        (domain.name, sku): in_place[j, list(domain.pools)].sum(axis=0) * data.deliveries.usable[j]
        for domain in domains(data)
        for j, sku in enumerate(data.skus)
    }


def _size_faults(plan: Plan, data: ModelData) -> list[str]:
    """Name clusters below their smallest size, without the GPUs at once, or let go too soon."""
    found, here = [], usable_in(plan, data)
    skus = families(data)
    mean: dict[tuple[str, str, str], FloatArray] = {}
    family = {data.skus[j]: name for name, members in skus.items() for j in members}
    for c in plan.clusters:
        key = (c.consumer, c.domain, family[c.sku])
        mean.setdefault(key, np.zeros(data.n_periods))[c.period] += c.gpus
    turns: Counter[tuple[str, str, int]] = Counter()
    for rule in rules(data):
        for (team, domain, name), gpus in mean.items():
            if team != rule.name:
                continue
            there = sum((here[domain, data.skus[j]] for j in skus[name]), np.zeros(1))
            for t in np.flatnonzero(gpus > ROUNDING):
                at = f"{team} in {domain} in {data.labels[t]}"
                least = rule.share * rule.least
                if gpus[t] < least * (1 - TOLERANCE) - ROUNDING:
                    found.append(f"clusters: {at} has {gpus[t]:.0f} {name}, needs {least:.0f}")
                if there[t] < rule.least * (1 - TOLERANCE) - ROUNDING:
                    found.append(f"clusters: {at} needs {rule.least:.0f} {name} at once, "
                                 f"{there[t]:.0f} are usable")  # fmt: skip
                begins = t == 0 or gpus[t - 1] <= ROUNDING
                later = _run_of(data, (team, domain, name, data.labels[t])) if begins else []
                if any(gpus[data.labels.index(u)] <= ROUNDING for u in later):
                    found.append(f"clusters: {at} is let go before {rule.run} periods are over")
                largest = {d.name: d.largest for d in domains(data)}[domain][name]
                if rule.least > largest / 2:
                    turns[domain, name, int(t)] += rule.share  # type: ignore[assignment]
    found += [
        f"clusters: teams hold {name} in {domain} for {share:.2f} of {data.labels[t]} in turn"
        for (domain, name, t), share in turns.items()
        if exceeds(share, 1.0)
    ]
    return found


def statement(data: ModelData, component: str, index: Index) -> Statement | None:
    """Return the team's smallest cluster, or the domain's network."""
    if component == "fabric_largest":
        site, _, fabric = index[0].partition("/")
        network = data.portfolio.sites[site].fabrics.get(fabric)
        if network is None:
            return None
        where = data.portfolio.where(f"site.{site}.fabrics.{fabric}.largest")
        text = f"fabric {index[0]} joins {network.largest} GPUs of a family"
        return Statement(text, where, "gpu", GPUS)
    if component not in ("cluster_least", "cluster_there"):
        return None
    team = data.portfolio.spec.teams[index[0]]
    where = data.portfolio.where(f"portfolio.teams.{index[0]}.smallest_cluster")
    return Statement(f"team {index[0]} trains on {team.smallest_cluster} GPUs at least", where)


CONSTRAINT = Constraint("clusters", COMPONENTS, add, violations, statement)
