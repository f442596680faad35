"""A point of the model as a plan's halls and orders, for saying in words what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.network import equipment_orders
from planner.optimise.split import placed_plan

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.explain.session import Found, Session


def outline(session: Session, found: Found) -> Plan:
    """Return halls, purchases and equipment of a point; nobody computes yet."""
    plan = placed_plan(session.data, session.engine, found.values)
    return plan.replace(orders=equipment_orders(session.data.portfolio, plan.starts))
