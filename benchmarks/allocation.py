"""Allocations with known answers: ``python -m benchmarks.allocation FILE``.

Reads cases in the form ``alloc-cases/1`` (docs/reference/fairness.md), solves each with the
planner's own fairness (`planner.optimise.fairness`, `planner.optimise.allocation`), and prints a
row for each answer that a case states: expected, found, pass. Exits with 1 if one is missed, with
3 if the file cannot be read as cases.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import exp, log
from pathlib import Path
from typing import Any, Final

from planner.errors import PlannerError
from planner.optimise.allocation import ALL, Allocation, Conflict, Fleet, Party, allocate, is_whole
from planner.optimise.engine import INF
from planner.optimise.fairness import Claim, Curve, Fairness, MaxMin, Mean, Ordered

MISSED, INVALID = 1, 3
TOLERANCE: Final = 1e-6
Case = Mapping[str, Any]
"""A case, a period or a scenario of it, as read."""


class CaseError(ValueError):
    """A case that cannot be read; says which and why."""


@dataclass(frozen=True)
class Row:
    """One answer of a case: what it is, expected and found, and whether they agree."""

    case: str
    what: str
    expected: str
    found: str
    is_met: bool


@dataclass(frozen=True)
class Problem:
    """A case without periods and scenarios: fleet, parties, and objectives in order."""

    fleet: Fleet
    parties: tuple[Party, ...]
    ranks: tuple[Fairness, ...]
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# Reading


def _number(value: Any, where: str) -> float:
    """Return a number as read; a mapping or list by period is summed."""
    if isinstance(value, Mapping):
        return sum(_number(x, where) for x in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_number(x, where) for x in value)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise CaseError(f"{where}: {value!r} is no number")
    try:
        return float(value)
    except ValueError:
        raise CaseError(f"{where}: {value!r} is no number") from None


def _optional(team: Case, key: str, default: float, where: str) -> float:
    value = team.get(key)
    return default if value is None else _number(value, f"{where}.{key}")


def _teams(case: Case) -> list[Case]:
    """Return the teams of a case; a mapping by id will do."""
    teams = case.get("teams", [])
    if isinstance(teams, Mapping):
        return [{"id": name, **team} for name, team in teams.items()]
    for team in teams:
        if "id" not in team:
            raise CaseError("a team without an id")
    return list(teams)


def _party(team: Case) -> Party:
    name = str(team["id"])
    rate, task = (
        {k: _number(v, f"{name}.{key}.{k}") for k, v in (team.get(key) or {}).items()}
        for key in ("throughput", "task_demand")
    )
    return Party(
        name, rate, task, _optional(team, "min_guarantee", 0.0, name),
        _optional(team, "max_useful", INF, name), _optional(team, "max_total_units", INF, name),
        _optional(team, "gang_min", 0.0, name),
    )  # fmt: skip


def _floors(case: Case) -> list[Party]:
    """Return what is served first."""
    found = case.get("inference_floor") or []
    made = []
    for floor in [found] if isinstance(found, Mapping) else found:
        party = _party({"id": "inference_floor", **floor})
        made.append(replace(party, least=_optional(floor, "effective", party.least, party.name)))
    return made


def _fleet(case: Case) -> Fleet:
    units = {k: _number(v, f"skus.{k}") for k, v in case.get("skus", {}).items()}
    halls = {
        name: {k: _number(v, f"halls.{name}") for k, v in room.items()}
        if isinstance(room, Mapping)
        else {ALL: _number(room, f"halls.{name}")}
        for name, room in (case.get("halls") or {}).items()
    }
    rules = case.get("constraints") or {}
    node = case.get("node_size")
    if node is None and case["objective"].endswith("integer_nodes"):
        raise CaseError("objective of whole nodes without node_size")
    if isinstance(node, Mapping):
        nodes = {k: _number(v, "node_size") for k, v in node.items() if k in units}
    else:
        nodes = {} if node is None else dict.fromkeys(units, _number(node, "node_size"))
    return Fleet(units, halls, nodes, colocate=bool(rules.get("colocate")))


# What is fair


def _weight(team: Case) -> float:
    return _optional(team, "weight", 1.0, str(team["id"]))


def _heads(team: Case) -> float:
    name = str(team["id"])
    if "researcher_periods" in team:
        return _number(team["researcher_periods"], f"{name}.researcher_periods")
    return _optional(team, "researchers", 1.0, name)


def _claims(case: Case, base: Callable[[Case], float]) -> tuple[Claim, ...]:
    """Return the claims of teams; those with nothing to be ranked by stand outside."""
    made = []
    for team in _teams(case):
        below, weight = base(team), _weight(team)
        if below > 0 and weight > 0:
            made.append(Claim((str(team["id"]),), below, weight))
    return tuple(made)


def _leximin(case: Case, base: Callable[[Case], float]) -> tuple[Fairness, ...]:
    claims = _claims(case, base)
    whole = is_whole(_fleet(case), [_party(t) for t in _teams(case)])
    return ((Ordered if whole else MaxMin)(claims),)


def _per_researcher(case: Case) -> tuple[Fairness, ...]:
    return _leximin(case, _heads)


def _weighted(case: Case) -> tuple[Fairness, ...]:
    return _leximin(case, lambda _team: 1.0)


def _normalised(case: Case) -> tuple[Fairness, ...]:
    """Return leximin over equal splits, or what the case gives in their place."""
    given, units = case.get("normaliser"), _fleet(case).units
    n = len(_teams(case))

    def base(team: Case) -> float:
        if isinstance(given, Mapping) and team["id"] in given:
            return _number(given[team["id"]], "normaliser")
        rate = _party(team).rate
        return sum(x * rate.get(sku, 0.0) for sku, x in units.items()) / n

    return _leximin(case, base)


def _drf(case: Case) -> tuple[Fairness, ...]:
    """Return leximin of dominant shares: the base is the tasks that all of the fleet carries."""
    units = _fleet(case).units

    def base(team: Case) -> float:
        party = _party(team)
        if not party.task:
            raise CaseError(f"objective drf: team {party.name} has no task_demand")
        return min(units.get(r, 0.0) / x for r, x in party.task.items() if x > 0)

    return _leximin(case, base)


def _alpha_fair(alpha: float) -> Callable[[Case], tuple[Fairness, ...]]:
    def made(case: Case) -> tuple[Fairness, ...]:
        if alpha == INF:
            return _weighted(case)
        claims = _claims(case, lambda _team: 1.0)
        units, n = _fleet(case).units, max(1, len(claims))
        parties = {t["id"]: _party(t) for t in _teams(case)}
        fair = [sum(x * parties[c.name].rate.get(s, 0.0) for s, x in units.items()) / n
                for c in claims]  # fmt: skip
        positive = [x for x in fair if x > 0]
        unit = exp(sum(log(x) for x in positive) / len(positive)) if positive else 1.0
        return (Mean(claims, Curve(alpha), unit),)

    return made


def _alpha(case: Case) -> tuple[Fairness, ...]:
    if "alpha" not in case:
        raise CaseError("objective alpha_fair without alpha")
    return _alpha_fair(_number(case["alpha"], "alpha"))(case)


def _orgs(case: Case) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Return weight and teams of every organisation."""
    orgs = case.get("orgs") or {}
    if not isinstance(orgs, Mapping):
        orgs = {org["id"]: org for org in orgs}
    if not orgs:
        raise CaseError("objective hierarchical_maxmin without orgs")
    of_team = {str(t["id"]): t.get("org") for t in _teams(case)}
    made = {}
    for name, org in orgs.items():
        entry = org if isinstance(org, Mapping) else {"weight": org} if not isinstance(
            org, list) else {"teams": org}  # fmt: skip
        teams = (
            entry.get("teams")
            or entry.get("members")
            or [t for t, o in of_team.items() if o == name]
        )
        made[str(name)] = (
            _optional({"id": name, **entry}, "weight", 1.0, str(name)),
            tuple(str(t["id"] if isinstance(t, Mapping) else t) for t in teams),
        )
    return made


def _hierarchical(case: Case) -> tuple[Fairness, ...]:
    claims = tuple(Claim((name,), 1.0, w) for name, (w, _) in _orgs(case).items())
    return (MaxMin(claims), *_per_researcher(case))


OBJECTIVES: Final[Mapping[str, Callable[[Case], tuple[Fairness, ...]]]] = {
    "maxmin_per_researcher": _per_researcher,
    "leximin_per_researcher": _per_researcher,
    "maxmin_weighted": _weighted,
    "leximin_weighted": _weighted,
    "maxmin_normalised": _normalised,
    "leximin_normalised": _normalised,
    "hierarchical_maxmin": _hierarchical,
    "drf": _drf,
    "nash": _alpha_fair(1.0),
    "alpha_fair": _alpha,
    "sum": _alpha_fair(0.0),
}
SUFFIXES: Final = ("_each_period", "_cumulative", "_integer_nodes")


def kind_of(objective: str) -> Callable[[Case], tuple[Fairness, ...]]:
    """Return what an objective is made of, without what only says of which parts it is.

    Raises
    ------
    CaseError
        If it is not known; the message names those that are.
    """
    base = objective
    for suffix in SUFFIXES:
        base = base.removesuffix(suffix)
    if base in OBJECTIVES:
        return OBJECTIVES[base]
    near = difflib.get_close_matches(base, OBJECTIVES, 1)
    hint = f", did you mean {near[0]!r}" if near else ""
    known = ", ".join(sorted(OBJECTIVES))
    raise CaseError(
        f"unknown objective {objective!r}{hint}. Known are {known}, and those with "
        f"{', '.join(SUFFIXES)}"
    )


def problem_of(case: Case) -> Problem:
    """Return the problem of a case."""
    members: Mapping[str, tuple[str, ...]] = {}
    if case["objective"].startswith("hierarchical"):
        members = {name: teams for name, (_, teams) in _orgs(case).items()}
    parties = (*(_party(t) for t in _teams(case)), *_floors(case))
    names = [p.name for p in parties]
    if len(set(names)) < len(names):
        raise CaseError("two teams of one name")
    return Problem(_fleet(case), parties, kind_of(case["objective"])(case), members)


def solved(case: Case) -> Allocation | Conflict:
    """Return the answer to a case without periods and scenarios."""
    problem = problem_of(case)
    return allocate(problem.fleet, problem.parties, problem.ranks, problem.members)


# Parts of a case: periods, scenarios


def parts(case: Case) -> dict[str, Case]:
    """Return a case by period or scenario; itself under an empty name if it has neither."""
    made: dict[str, Case] = {}
    for number, period in enumerate(case.get("periods") or []):
        if isinstance(period, Mapping):
            made[str(period.get("t", period.get("id", number)))] = _merged(case, period)
    scenarios = case.get("scenarios") or {}
    if not isinstance(scenarios, Mapping):
        scenarios = {str(s.get("id", s.get("name", n))): s for n, s in enumerate(scenarios)}
    for name, scenario in scenarios.items():
        made[name] = _merged(case, scenario if "skus" in scenario or "teams" in scenario
                             else {"skus": scenario})  # fmt: skip
    return made or {"": case}


def _merged(case: Case, change: Case) -> Case:
    """Return a case with the fleet and teams of a part of it; teams are merged by id."""
    own = {str(t["id"]): t for t in _teams(case)}
    changed = {str(t["id"]): {**own.get(str(t["id"]), {}), **t} for t in _teams(change)}
    teams = list(changed.values()) if changed else list(own.values())
    rest = {k: v for k, v in change.items() if k not in ("t", "teams")}
    return {**case, **rest, "teams": teams}


# Comparing


def rows_of(case: Case) -> list[Row]:
    """Return a row for every answer that a case states."""
    if "objective" not in case:
        raise CaseError("no objective")
    kind_of(str(case["objective"]))
    split = parts(case)
    rows: list[Row] = []
    for name, part in split.items():
        wanted = case.get("expected", {})
        expected = wanted if name == "" else wanted.get(name)
        if expected is None:
            raise CaseError(f"no expected answer for {name!r}")
        own = {k: v.get(name, v) if name and isinstance(v, Mapping) else v
               for k, v in case.items() if k.startswith("expected_")}  # fmt: skip
        stated = {**{k: v for k, v in part.items() if not k.startswith("expected")}, **own}
        rows += _compared(case, name, stated, expected, solved(part))
    rows += _also(case)
    return rows


def _compared(
    case: Case, part: str, stated: Case, expected: Case, found: Allocation | Conflict
) -> list[Row]:
    """Return the rows of one part: use by team first, then all else that is stated."""
    tolerance = float(case.get("tolerance", TOLERANCE))
    label = str(case["id"])

    def row(what: str, want: Any, got: Any) -> Row:
        text = f"{part} {what}".strip()
        return Row(label, text, _text(want), _text(got), _agree(want, got, tolerance))

    if isinstance(found, Conflict):
        if stated.get("expected_status") != "infeasible":
            return [Row(label, part, _text(expected), f"infeasible: {_text(found.statements)}",
                        False)]  # fmt: skip
        made = [row("status", "infeasible", "infeasible")]
        if "expected_conflict" in stated:
            made.append(row("conflict", sorted(stated["expected_conflict"]),
                            sorted(found.statements)))  # fmt: skip
        if "expected_shortfall" in stated:
            made.append(row("shortfall", stated["expected_shortfall"], found.shortfall))
        return made
    status = stated.get("expected_status", "optimal")
    made = [] if status in ("optimal", "feasible") else [row("status", status, "optimal")]
    if expected:
        made.append(row("effective", expected, {k: found.use.get(k, 0.0) for k in expected}))
    made += [
        row(key.removeprefix("expected_"), stated[key], READERS[key](stated, found))
        for key in READERS
        if key in stated
    ]
    return made


def _per_head(case: Case, found: Allocation) -> Any:
    heads = {str(t["id"]): _heads(t) for t in _teams(case)}
    made = {name: found.use[name] / n for name, n in heads.items() if n > 0}
    wanted = case["expected_per_researcher"]
    return made if isinstance(wanted, Mapping) else list(made.values())


def _dominant(case: Case, found: Allocation) -> dict[str, float]:
    units = _fleet(case).units
    return {
        t["id"]: max(found.use[t["id"]] * x / units[r] for r, x in t["task_demand"].items())
        for t in _teams(case)
    }


def _level(case: Case, found: Allocation) -> float:
    fair = kind_of(case["objective"])(case)[0]
    return min(fair.level(c, found.use[c.name]) for c in fair.claims)


def _split(key: str, per_node: bool = False) -> Callable[[Case, Allocation], Any]:
    """Return a reader of units by team and SKU, or by team where the case states one number."""

    def read(case: Case, found: Allocation) -> Any:
        node = _fleet(case).node if per_node else {}
        made: dict[str, Any] = {}
        for name, wanted in case[key].items():
            skus = wanted if isinstance(wanted, Mapping) else _fleet(case).units
            by_sku = {s: found.of_sku(name, s) / node.get(s, 1.0) for s in skus}
            made[name] = by_sku if isinstance(wanted, Mapping) else sum(by_sku.values())
        return made

    return read


def _halls(case: Case, found: Allocation) -> dict[str, Any]:
    return {name: "+".join(found.halls(name)) for name in case["expected_hall"]}


def _served(case: Case, found: Allocation) -> float:
    return sum(found.use[p.name] for p in _floors(case))


READERS: Final[Mapping[str, Callable[[Case, Allocation], Any]]] = {
    "expected_per_researcher": _per_head,
    "expected_dominant_share": _dominant,
    "expected_level": _level,
    "expected_allocation": _split("expected_allocation"),
    "expected_units": _split("expected_units"),
    "expected_nodes": _split("expected_nodes", per_node=True),
    "expected_hall": _halls,
    "expected_floor_served": _served,
    "expected_total": lambda case, found: sum(found.use[t["id"]] for t in _teams(case)),
    "expected_sum": lambda case, found: sum(found.use[t["id"]] for t in _teams(case)),
}


def _also(case: Case) -> list[Row]:
    """Return rows of what a case states beside: other objectives, and their totals."""
    made: list[Row] = []
    totals: dict[str, float] = {}
    stated = case.get("also") or {}
    tolerance = float(case.get("tolerance", TOLERANCE))
    for name, wanted in stated.items():
        if isinstance(wanted, Mapping):
            found = solved({**case, "objective": name})
            use = {} if isinstance(found, Conflict) else {k: found.use[k] for k in wanted}
            totals[name.partition("_")[0]] = sum(use.values())
            made.append(Row(str(case["id"]), f"also {name}", _text(wanted), _text(use),
                            _agree(wanted, use, tolerance)))  # fmt: skip
    for name, wanted in stated.items():
        key = name.removeprefix("sum_at_")
        if key in totals:
            made.append(Row(str(case["id"]), f"also {name}", _text(wanted), _text(totals[key]),
                            _agree(wanted, totals[key], tolerance)))  # fmt: skip
    return made


def _agree(want: Any, got: Any, tolerance: float) -> bool:
    """Return whether two answers agree, relative to max(1, |expected|)."""
    if isinstance(want, Mapping):
        return isinstance(got, Mapping) and all(
            k in got and _agree(x, got[k], tolerance) for k, x in want.items()
        )
    if isinstance(want, (list, tuple)):
        return len(want) == len(got) and all(
            _agree(a, b, tolerance) for a, b in zip(want, got, strict=True)
        )
    if isinstance(want, str) or isinstance(got, str):
        return bool(want == got)
    return abs(float(want) - float(got)) <= tolerance * max(1.0, abs(float(want)))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_text(x)}" for k, x in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(x) for x in value)
    return value if isinstance(value, str) else f"{float(value) + 0.0:.7g}"


# Running


def read(path: Path) -> list[Case]:
    """Return the cases of a file.

    Raises
    ------
    CaseError
        If the file holds none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseError(str(error)) from error
    cases = document.get("cases") if isinstance(document, Mapping) else document
    if not isinstance(cases, list) or not cases:
        raise CaseError("no list of cases")
    return cases


def answers(case: Case) -> list[Row]:
    """Return the rows of a case; one that says why where it cannot be answered."""
    label = str(case.get("id", "?"))
    try:
        return rows_of(case)
    except (CaseError, PlannerError) as error:
        return [Row(label, "cannot be answered", "", str(error), is_met=False)]
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        why = f"malformed: {type(error).__name__}: {error}"
        return [Row(label, "cannot be answered", "", why, is_met=False)]


def main(arguments: list[str] | None = None) -> int:
    """Answer all cases of a file, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="cases in the form alloc-cases/1")
    path = parser.parse_args(arguments).file
    try:
        cases = read(path)
    except CaseError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return INVALID
    print("| case | answer | expected | found | pass |\n|---|---|---|---|---|")
    missed = 0
    for case in cases:
        rows = answers(case)
        missed += any(not row.is_met for row in rows)
        for row in rows:
            verdict = "pass" if row.is_met else "MISS"
            print(f"| {row.case} | {row.what} | {row.expected} | {row.found} | {verdict} |")
    print(f"\n{len(cases) - missed} of {len(cases)} cases pass")
    return MISSED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
