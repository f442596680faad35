"""Decisions forced the other way: what a hall, an order or a contract is worth to the plan."""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.explanation import Said
from planner.errors import Finding, SpecError, Where
from planner.optimise.engine import INF
from planner.optimise.existing import date_of
from planner.optimise.explain.said import blocking, scarce
from planner.optimise.tally import option_of
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.plan import Candidate, Purchase, Reservation, Start
    from planner.optimise.explain.session import Found, Session

NAMED = 6
ALONE = "all other halls as they are"


@dataclass(frozen=True)
class Turned:
    """A decision forced: what was pinned, and the best plan found so; None where there is none."""

    pinned: str
    found: Found | None


@dataclass(frozen=True)
class Reply:
    """What the model says to a question."""

    finding: str
    binding: tuple[Said, ...]
    turned: tuple[Turned, ...]


def why(session: Session, name: str) -> Reply:
    """Return what a decision of the plan is worth: the plan without it.

    Parameters
    ----------
    name
        Of a hall, a purchase or a reserved tranche of the plan.

    Raises
    ------
    SpecError
        If the plan has no such decision.
    """
    plan = session.plan
    for start in plan.starts:
        if start.hall == name:
            return _why_hall(session, start)
    for purchase in plan.purchases:
        if purchase.name == name:
            return _why_purchase(session, purchase)
    for reservation in plan.reservations:
        if reservation.name == name:
            return _why_contract(session, reservation)
    known = [s.hall for s in plan.starts] + [p.name for p in plan.purchases]
    known += [r.name for r in plan.reservations]
    raise _unknown("--why", name, "the plan has no hall, purchase or tranche", known)


def _why_hall(session: Session, start: Start) -> Reply:
    data, option = session.data, option_of(start, session.data)
    if option is None:
        said = Said("it was under way at the data date", str(data.portfolio.where("portfolio")))
        return Reply(f"{start.hall} was under way at the data date and is no decision", (said,), ())
    count, label = session.starts[option], data.labels[data.options[option].period]
    c = start.candidate
    group = data.options_of_group(c.site, c.group)
    total = float(session.starts[group].sum())
    fewer = _capped(session, dict.fromkeys(group, 1.0), total - 1)
    turned = [
        Turned(f"{start.hall} not started, {ALONE}", session.with_halls({option: -1})),
        Turned(f"one {c.mode} hall less of {c.site}/{c.group} started in {label}, others free",
               _otherwise(session, {option: (0.0, count - 1)})),
        Turned(f"one hall less in {c.site}/{c.group} altogether", fewer),
    ]  # fmt: skip
    mw = float(np.sum(data.options[option].block_mw))
    finding = (
        f"{start.hall} is {mw:.4g} MW of IT ({c.mode}, {c.calendar}) released {start.release}, "
        f"counted on from {_served(session, option)}"
    )
    return Reply(finding, scarce(session), tuple(turned))


def _served(session: Session, option: int) -> str:
    days = session.data.options[option].service_day
    first, last = (date_of(session.data.timeline, float(d)) for d in (days.min(), days.max()))
    return f"{first}" if first == last else f"{first} to {last}"


def _why_purchase(session: Session, purchase: Purchase) -> Reply:
    data, engine = session.data, session.engine
    if purchase.is_under_way:
        place = str(data.portfolio.where(f"actuals.deliveries.{purchase.name}"))
        said = Said("it was ordered before the data date", place)
        return Reply(f"{purchase.name} is on order and is no decision", (said,), ())
    label = data.labels[data.timeline.period_of(data.timeline.day(purchase.order))]
    columns = [
        column
        for (sku, pool, at), column in engine.columns_of("orders").items()
        if sku == purchase.sku and at == label and pool.startswith(f"{purchase.site}/")
    ]
    held = max(0.0, float(sum(session.base.values[c] for c in columns))) * GPUS
    with _bounded(session, columns, 0.0):
        alone = Turned(f"it is not ordered, {ALONE}", session.solved())
        turned = Turned(
            f"no {purchase.sku} ordered for {purchase.site} in {label}",
            session.searched(start=session.base.values, enough=_enough(session)),
        )
    finding = (
        f"{purchase.name} is {purchase.gpus:,} GPUs, docked by {purchase.dock}; with all else free "
        f"the model orders {held:,.0f} of them in {label}"
    )
    return Reply(finding, scarce(session), (alone, turned))


def _why_contract(session: Session, reservation: Reservation) -> Reply:
    column = session.engine.columns.get(f"reserved[{reservation.name}]")
    if column is None:
        raise _unknown("--why", reservation.name, "no decision on the tranche", [])
    kept = session.others[column]
    session.others[column] = (0.0, 0.0)
    turned = Turned(f"{reservation.name} not reserved", _otherwise(session))
    session.others[column] = kept
    finding = f"{reservation.name} is reserved on {reservation.reserve}"
    return Reply(finding, scarce(session), (turned,))


def why_not(session: Session, name: str) -> Reply:
    """Return what holds a candidate back, and the plan with one hall of it more.

    Parameters
    ----------
    name
        ``site/group/mode/calendar``, or the beginning of one that fits no other, and after an @
        the period in which it would be started.

    Raises
    ------
    SpecError
        If there is no such option, or several candidates.
    """
    data = session.data
    wanted, _, label = name.partition("@")
    candidates = _candidates(session, wanted)
    mine = [
        o for o, option in enumerate(data.options)
        if option.candidate in candidates and label in ("", data.labels[option.period])
    ]  # fmt: skip
    if not mine:
        allowed = dict.fromkeys(
            data.labels[o.period] for o in data.options if o.candidate in candidates
        )
        raise _unknown("--why-not", label, f"{wanted} cannot be started then", list(allowed))
    total = float(session.starts[mine].sum())
    when = f"in {label}" if label else "in any period"
    if len(mine) == 1:
        found = _otherwise(session, {mine[0]: (total + 1, INF)})
    else:
        found = _least(session, dict.fromkeys(mine, 1.0), total + 1)
    turned = Turned(f"one {wanted} hall more started {when}, others free", found)
    best = min(mine, key=lambda o: float(data.options[o].service_day.max()))
    blocked = blocking(session, {session.columns[best]: 1.0}, session.base.values)
    held = f"the plan starts {int(total) or 'none'} of it {when}"
    finding = (
        f"{wanted}: {held}; one started in {data.labels[data.options[best].period]} would count "
        f"from {_served(session, best)}"
    )
    alone = Turned(
        f"one more started in {data.labels[data.options[best].period]}, {ALONE}",
        session.with_halls({best: 1}),
    )
    return Reply(finding, blocked or scarce(session), (alone, turned))


def _otherwise(
    session: Session, pins: Mapping[int, tuple[float, float]] | None = None
) -> Found | None:
    """Return the best plan found, without halls that it needs not to be as good as the plan's."""
    return session.searched(pins, enough=_enough(session))


def _enough(session: Session) -> float | None:
    return session.first_of(session.base.worth)


def _candidates(session: Session, name: str) -> list[Candidate]:
    """Return the candidate of a name, or all that begin with it."""
    every = sorted({o.candidate for o in session.data.options}, key=str)
    found = [c for c in every if str(c) == name] or [
        c for c in every if str(c).startswith(f"{name.rstrip('/')}/")
    ]
    if not found:
        known = [str(c) for c in every]
        raise _unknown("--why-not", name, "no candidate is named so, or begins so", known)
    return found


def _capped(session: Session, options: Mapping[int, float], most: float) -> Found | None:
    with _row(session, options, -INF, most):
        return _otherwise(session)


def _least(session: Session, options: Mapping[int, float], least: float) -> Found | None:
    with _row(session, options, least, INF):
        return _otherwise(session, dict.fromkeys(options, (0.0, INF)))


@contextmanager
def _row(session: Session, options: Mapping[int, float], low: float, high: float) -> Iterator[None]:
    """Hold a sum of starts for a while."""
    engine = session.engine
    engine.add_row({session.columns[o]: c for o, c in options.items()}, low, high)
    try:
        yield
    finally:
        engine.drop_last_row()


@contextmanager
def _bounded(session: Session, columns: list[int], most: float) -> Iterator[None]:
    """Cap columns for a while."""
    engine = session.engine
    kept = {c: (float(engine.lower[c]), float(engine.upper[c])) for c in columns}
    for column in columns:
        engine.bound(column, 0.0, most)
    try:
        yield
    finally:
        for column, (low, high) in kept.items():
            engine.bound(column, low, high)


def _unknown(option: str, name: str, what: str, known: list[str]) -> SpecError:
    near = difflib.get_close_matches(name, known, n=NAMED, cutoff=0.3) or known[:NAMED]
    hint = f"did you mean {', '.join(near)}?" if near else ""
    return SpecError((Finding(Where(option, path=name), "unknown-decision", what, hint),))
