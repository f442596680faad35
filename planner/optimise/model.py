"""The model, written once: decisions, all constraints, all objectives, with stable names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.fairness import fairness_of, use_of
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.objectives.compute_per_researcher import ranked, share_of_level
from planner.optimise.variables import add_variables

if TYPE_CHECKING:
    from planner.optimise.consumers import Consumer
    from planner.optimise.data import ModelData
    from planner.optimise.variables import Pyo


def formulate(data: ModelData) -> Pyo:
    """Return the Pyomo model of a portfolio.

    Every objective is a variable that a row ties to its expression, and so is the level of every
    claim: another objective, level or floor is then a change of costs and bounds. What levels
    come to, ``worst`` with its rows, is the matter of the policy's fairness.
    """
    # Nothing of a model is garbage before it is whole.
    with PauseGC():
        return _formulated(data)


def _formulated(data: ModelData) -> Pyo:
    model = pyo.ConcreteModel(name=data.portfolio.spec.portfolio)
    add_variables(model, data)
    teams = {team.name: team for team in ranked(data)}
    model.worst, model.total, model.spend = pyo.Var(), pyo.Var(), pyo.Var()
    for constraint in CONSTRAINTS.values():
        constraint.add(model, data)
    fairness_of(data).add(model, lambda claim, factor: use_of(model, claim, data, factor))
    _add_steady(model, data, teams)
    for objective in OBJECTIVES.values():
        sought = hasattr(model, objective.variable)  # `late` is there only if it is asked for
        if objective.variable == "worst" or not sought:
            continue
        if hasattr(model, f"{objective.variable}_is"):
            continue
        variable = getattr(model, objective.variable)
        row = pyo.Constraint(expr=variable - objective.expression(model, data) == 0)
        setattr(model, f"{objective.variable}_is", row)
    model.nothing_sought = pyo.Objective(expr=0.0 * model.nothing)
    return model


def _add_steady(model: Pyo, data: ModelData, teams: dict[str, Consumer]) -> None:
    """Add ``steady[period]``, at most what any team has a head in the period, and its rows.

    Nothing seeks it until the levels are settled; then it picks, of all points that share them, one
    without swings. A team that has nobody in a period does not hold the others down.
    """
    model.steady = pyo.Var(list(data.labels), domain=pyo.NonNegativeReals)
    pairs = [
        (name, label)
        for name, team in teams.items()
        for t, label in enumerate(data.labels)
        if team.researchers[t] > 0
    ]
    model.swing = pyo.Constraint(
        pairs,
        rule=lambda m, name, label: (
            share_of_level(m, teams[name], data, label) - m.steady[label] >= 0
        ),
    )
