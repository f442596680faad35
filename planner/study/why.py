"""Why an activity is when it is: what drives it, how surely, and what would pull it in."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import NEVER, quantile_min
from planner.errors import Finding, SpecError, Where
from planner.network import deterministic
from planner.network.calendars import DAY_MIN
from planner.network.cpm import hand_over_float
from planner.network.extract import of_site
from planner.network.health import hand_overs
from planner.network.paths import float_paths
from planner.simulate.criticality import (
    Bound,
    Tally,
    bindings,
    cruciality,
    links,
    milestones,
    origins,
    path,
)
from planner.simulate.futures import futures
from planner.simulate.logic import Moment
from planner.study.removal import SAMPLES, causes, opened, removals, stocked

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import IntArray
    from planner.domain.review import FloatPath, Removal
    from planner.network import Network
    from planner.simulate.criticality import Links
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times
    from planner.study.removal import Cause

SHARES: Final = (0.1, 0.5, 0.8, 0.9)
NAMED: Final = 8
"""Names offered where a name fits several, or none."""
ORIGINS: Final = 3
"""Gates and pools that are removed, the most frequent beginnings of the driving path."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the driving path: the activity, and what bound its start."""

    activity: str
    title: str
    start: dt.date
    finish: dt.date
    bound_by: str


@dataclass(frozen=True)
class Why:
    """All that is said of an activity.

    Parameters
    ----------
    start, finish
        Deterministic, then the percentiles `SHARES`; None beyond the tables.
    total_float_day, free_float_day
        Of the deterministic pass, elapsed; total float towards the next hand-over.
    towards, criticality, cruciality
        Milestone that it is judged towards, and how often it drove that.
    bound_by
        What its start waited for last -> share of futures.
    begins
        Where the driving path to its finish begins -> share of futures.
    chain
        The driving path in the future whose finish is P50, first to last.
    """

    activity: str
    title: str
    work: str
    holds: str
    start: tuple[dt.date | None, ...]
    finish: tuple[dt.date | None, ...]
    total_float_day: float
    free_float_day: float
    is_driving: bool
    towards: str
    criticality: float
    cruciality: float
    bound_by: dict[str, float]
    begins: dict[str, float]
    chain: tuple[Step, ...]
    paths: tuple[FloatPath, ...]
    pull_in: tuple[Removal, ...]
    samples: int
    removal_samples: int
    seed: int


def why(
    portfolio: Portfolio,
    network: Network,
    name: str,
    *,
    seed: int,
    samples: int,
    progress: Callable[[str, float], None],
) -> Why:
    """Return why an activity is when it is, from the futures of a run simulated again.

    Parameters
    ----------
    name
        Of the activity, or a part of it that fits no other; the name of a hall or block stands for
        its last row, ready for service.

    Raises
    ------
    SpecError
        If no activity is named so, or several are.
    """
    a = find(network, name)
    site = network.site[int(network.activity_site[a])]
    network, name = of_site(network, site), network.activity[a]
    a = network.activity.index(name)
    net, tally = links(network), Tally.of(network, milestones(network))
    seen = _Seen(network, net, a)
    for draws, times in futures(network, seed=seed, samples=samples):
        seen.add(draws, times, tally.add(draws, times))
    progress("futures", 1.0)
    sure = deterministic(network)
    start, finish = np.concatenate(seen.start), np.concatenate(seen.finish)
    towards = int(tally.judged_towards()[a])
    index = float(tally.criticality()[a])
    minute = np.concatenate(seen.minute)
    count = min(SAMPLES, samples)

    def measure(changed: Network) -> IntArray:
        blocks = futures(changed, seed=seed, samples=count)
        return np.concatenate([times.finish_min[:, a] for _, times in blocks])

    return Why(
        activity=network.activity[a],
        title=network.title[a],
        work=_work(network, a),
        holds=_holds(network, a),
        start=_dates(network, int(sure.start_min[a]), start),
        finish=_dates(network, int(sure.finish_min[a]), finish),
        total_float_day=float(hand_over_float(sure, hand_overs(network))[a]) / DAY_MIN,
        free_float_day=float(sure.free_float_min[a]) / DAY_MIN,
        is_driving=bool(sure.is_driving[a]),
        towards=tally.targets.name[towards] if towards >= 0 else "",
        criticality=index,
        cruciality=_cruciality(index, np.concatenate(seen.work), minute, towards),
        bound_by=_shares(seen.bound, samples),
        begins=_shares(seen.begin, samples),
        chain=_median_chain(network, net, a, finish, seed, samples),
        paths=float_paths(sure, a),
        pull_in=removals(
            _causes(portfolio, network, a, seen), network, measure, progress
        ),
        samples=samples,
        removal_samples=count,
        seed=seed,
    )  # fmt: skip


def find(network: Network, name: str) -> int:
    """Return the activity of a name, or of a part of it that fits no other.

    Raises
    ------
    SpecError
        If there is none, or several.
    """
    if name in network.activity:
        return network.activity.index(name)
    if (service := _service(network, name)) is not None:
        return service
    places = [n for n in (*network.hall, *network.block) if n.endswith(f"/{name}")]
    if len(places) == 1 and (service := _service(network, places[0])) is not None:
        return service
    near = [n for n in network.activity if name.lower() in n.lower()]
    if len(near) == 1:
        return network.activity.index(near[0])
    if near:
        message = f'"{name}" fits {len(near)} activities'
        raise _unknown("ambiguous-activity", message, near[:NAMED])
    known = [*network.activity, *network.hall, *network.block]
    found = difflib.get_close_matches(name, known, n=NAMED, cutoff=0.3)
    raise _unknown("unknown-activity", f'no activity "{name}"', found)


def _unknown(code: str, message: str, near: list[str]) -> SpecError:
    hint = f"did you mean {', '.join(near)}?" if near else "see schedule.csv of the run"
    return SpecError((Finding(Where("ACTIVITY"), code, message, hint),))


def _service(network: Network, name: str) -> int | None:
    """Return the row that brings a hall, block or lot into service, None if there is no such."""
    if name in network.lot:
        rows = [int(network.lot_service[network.lot.index(name)])]
    else:
        blocks = [
            b for b, block in enumerate(network.block)
            if name in (block, network.hall[network.block_hall[b]])
        ]  # fmt: skip
        rows = [int(network.lot_service[i]) for b in blocks
                for i in np.flatnonzero(network.lot_block == b)[:1]]  # fmt: skip
    rows = [row for row in rows if row >= 0]
    return max(rows) if rows else None


class _Seen:
    """What was seen of an activity, block by block."""

    def __init__(self, network: Network, net: Links, activity: int) -> None:
        self.network, self.net, self.activity = network, net, activity
        self.start: list[IntArray] = []
        self.finish: list[IntArray] = []
        self.work: list[IntArray] = []
        self.minute: list[IntArray] = []
        self.bound: Counter[str] = Counter()
        self.begin: Counter[str] = Counter()
        self.gates: Counter[int] = Counter()
        self.pools: Counter[int] = Counter()

    def add(self, draws: Draws, times: Times, minute: IntArray) -> None:
        """Look at a block of samples."""
        a = self.activity
        self.start.append(times.start_min[:, a].copy())
        self.finish.append(times.finish_min[:, a].copy())
        self.work.append(draws.work_min[:, a].copy())
        self.minute.append(minute)
        kind, index = bindings(self.net, draws, times, a, Moment.START)
        self.bound.update(map(self._said, kind.tolist(), index.tolist()))
        kind, index = origins(self.net, draws, times, a)
        self.begin.update(map(self._said, kind.tolist(), index.tolist()))
        for k, i in zip(kind.tolist(), index.tolist(), strict=True):
            if k == Bound.GATE:
                self.gates[i] += 1
            elif k == Bound.UNIT:
                self.pools[int(self.network.unit_pool[i])] += 1

    def _said(self, kind: int, index: int) -> str:
        return bound_text(self.network, kind, index)


def bound_text(network: Network, kind: int, index: int) -> str:
    """Return what bound a moment, in words; units of a pool and givers of a trade together."""
    if kind == Bound.RELATION:
        pred = int(network.relation_pred[index])
        name = ("FS", "SS", "FF", "SF", "flow of crews")[int(network.relation_kind[index])]
        lag = int(network.relation_lag_min[index]) // DAY_MIN
        return f"{network.activity[pred]} {name}{f'+{lag}d' if lag else ''}"
    if kind == Bound.GATE:
        return f"gate {network.gate_name[index]}"
    if kind == Bound.UNIT:
        return f"equipment {network.pool[int(network.unit_pool[index])]}"
    if kind == Bound.CREW:
        return "crews busy elsewhere"
    return {Bound.REPAIR: "storm repair"}.get(Bound(kind), "nothing")


def _shares(counts: Counter[str], samples: int) -> dict[str, float]:
    return {name: n / samples for name, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))}


def _work(network: Network, a: int) -> str:
    calendar = network.calendar_name[int(network.calendar[a])]
    low, likely, high = (float(x[a]) / 60 for x in (network.work.a, network.work.b, network.work.c))
    spread = f" ({low:.0f} to {high:.0f})" if low < high else ""
    return f"{likely:.0f} working hours{spread} on {calendar}"


def _holds(network: Network, a: int) -> str:
    need, wait = network.need, network.wait
    crews = [
        f"{n} of {network.capacity[r]} {network.resource[r].rpartition('/')[2]}"
        for r, n in zip(need.column[need.pointer[a] : need.pointer[a + 1]].tolist(),
                        need.units[need.pointer[a] : need.pointer[a + 1]].tolist(), strict=True)
    ]  # fmt: skip
    pools = [
        network.pool[q].rpartition("/")[2]
        for q in wait.column[wait.pointer[a] : wait.pointer[a + 1]].tolist()
    ]
    gates = network.gate.column[network.gate.pointer[a] : network.gate.pointer[a + 1]].tolist()
    parts = [f"holds {', '.join(crews)}"] if crews else []
    parts += [f"waits for {', '.join([*pools, *(network.gate_name[g] for g in gates)])}"] if (
        pools or gates) else []  # fmt: skip
    return "; ".join(parts)


def _date(network: Network, minute: int) -> dt.date | None:
    if minute >= NEVER:
        return None
    return network.epoch + dt.timedelta(days=minute // DAY_MIN)


def _dates(network: Network, sure: int, samples: IntArray) -> tuple[dt.date | None, ...]:
    found = [int(quantile_min(samples, share)) for share in SHARES]
    return tuple(_date(network, minute) for minute in (sure, *found))


def _cruciality(index: float, work: IntArray, minute: IntArray, towards: int) -> float:
    if towards < 0:
        return 0.0
    is_real = minute[:, towards] < NEVER
    if not is_real.any():
        return 0.0
    made = cruciality(np.array([index]), work[is_real][:, None], minute[is_real, towards])
    return float(made[0])


def _median_chain(
    network: Network, net: Links, a: int, finish: IntArray, seed: int, samples: int
) -> tuple[Step, ...]:
    """Return the driving path in the future whose finish is P50."""
    p50 = int(quantile_min(finish, 0.5))
    if p50 >= NEVER:
        return ()
    sample = int(np.flatnonzero(finish == p50)[0])
    for draws, times in futures(network, seed=seed, samples=samples):
        if sample < draws.first + draws.samples:
            return _chain(network, net, draws, times, sample - draws.first, a)
    return ()


def _chain(
    network: Network, net: Links, draws: Draws, times: Times, sample: int, a: int
) -> tuple[Step, ...]:
    made: list[Step] = []
    for b in path(net, draws, times, sample, a):
        kind, index = bindings(net, draws, times, b, Moment.START)
        text = bound_text(network, int(kind[sample]), int(index[sample]))
        if kind[sample] == Bound.CREW:
            text = f"crews of {network.activity[int(index[sample])]}"
        begin, end = (int(x[sample, b]) for x in (times.start_min, times.finish_min))
        start, finish = _date(network, begin), _date(network, end)
        if start is not None and finish is not None:
            made.append(Step(network.activity[b], network.title[b], start, finish, text))
    return tuple(made)


def _causes(portfolio: Portfolio, network: Network, a: int, seen: _Seen) -> tuple[Cause, ...]:
    """Return what to remove: causes of its site, and where its driving path most often begins."""
    at = (portfolio.spec.data_date - network.epoch).days * DAY_MIN
    gates = [opened(network, g, at) for g, _ in seen.gates.most_common(ORIGINS)]
    pools = [stocked(network, q, at) for q, _ in seen.pools.most_common(ORIGINS)]
    site = network.site[int(network.activity_site[a])]
    return (*causes(portfolio, network, site), *gates, *pools)
