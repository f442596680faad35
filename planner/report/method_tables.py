"""Tables of the page on build methods: plans, halls, steps, storms, and what else differs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.report.document import Column, Table
from planner.report.facts.method_traits import plan_traits, traits
from planner.report.method_sentences import STANDARD

if TYPE_CHECKING:
    from planner.domain.methods import MethodsStudy
    from planner.report.document import Cell


def plans_table(found: MethodsStudy) -> Table:
    """Return every plan: what it starts, whether it is verified, cash, storms, carbon."""
    made = {name: plan_traits(r) for name, r in found.comparison.results.items()}
    modes = sorted({mode for t in made.values() for mode in t.started_mw})
    columns = (
        Column("method", "Allowed"), Column("verified", "Verified"),
        *(Column(f"{mode}_mw", f"{mode}, MW started", "mw") for mode in modes),
        Column("backed_share", "With generators", "share"),
        Column("lowest_cash_musd_p20", "Least cash, four in five", "musd"),
        Column("storm_musd_mean", "Storm repair, mean", "musd"),
        Column("carbon_kt", "Carbon, kt", "number"), Column("failure", "Why no plan"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            name, "yes" if found.comparison.results[name].verification.is_verified else "no",
            *(t.started_mw.get(mode, 0.0) for mode in modes), t.backed_share,
            t.lowest_cash_musd, t.storm_musd, t.carbon_kt, "",
        )
        for name, t in made.items()
    ]  # fmt: skip
    rows += [
        (name, "no", *(None for _ in modes), None, None, None, None, why.splitlines()[0])
        for name, why in found.comparison.failures.items()
    ]
    title = "A plan with each method alone, and with all"
    return Table("plans", title, columns, tuple(rows), note=(
        "Each planned for itself, then simulated in the same futures. Cash: the least at the end "
        "of any period that four futures of five keep. Carbon: of the energy of all in service "
        "over the horizon, at full load and the mean of each site's tranches."
    ))  # fmt: skip


def measures_table(found: MethodsStudy) -> Table:
    """Return a row a measure: the median of each plan, and in how many futures it is best."""
    names = list(found.comparison.results)
    columns = (
        Column("measure", "Measure"), Column("unit", "Unit"),
        *(Column(f"{name}_median", name, "number", "Median") for name in names),
        *(Column(f"{name}_best", name, "share", "Best in") for name in names),
    )  # fmt: skip
    by = {(d.measure, d.variant): d for d in found.comparison.differences}
    rows: list[tuple[Cell, ...]] = []
    for m in found.comparison.measures:
        here = [by[m.name, name] for name in names]
        rows.append((m.name, m.unit, *(_finite(d.median) for d in here), *(d.wins for d in here)))
    return Table("measures", "Who wins, in how many futures", columns, tuple(rows), note=(
        "Medians over the same futures; a dash where half of them never get there. Best: share of "
        "futures in which a plan alone is best."
    ))  # fmt: skip


def differences_table(found: MethodsStudy) -> Table:
    """Return every measure of every plan against the free mix."""
    columns = (
        Column("measure", "Measure"), Column("unit", "Unit"), Column("method", "Allowed"),
        Column("median", "Median", "number"), Column("difference", "Against all", "number"),
        Column("low", "95 %, from", "number"), Column("high", "to", "number"),
        Column("wins", "Best in", "share"),
    )  # fmt: skip
    units = {m.name: m.unit for m in found.comparison.measures}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            d.measure, units[d.measure], d.variant, _finite(d.median), _finite(d.mean),
            _finite(d.low), _finite(d.high), d.wins,
        )
        for d in found.comparison.differences
    )  # fmt: skip
    return Table("differences", "Paired differences", columns, rows, place="folded", note=(
        "Difference: mean over common futures against the free mix, with its 95 % interval. Best: "
        "share of futures in which it alone is best."
    ))  # fmt: skip


def halls_table(found: MethodsStudy) -> Table:
    """Return every trial with its days and its cost."""
    columns = (
        Column("site", "Site"), Column("group", "Group"), Column("mode", "Mode"),
        Column("calendar", "Hours"), Column("offered", "Offered"),
        Column("days_p10", "Days, P10", "day"), Column("days_p50", "P50", "day"),
        Column("days_p80", "P80", "day"),
        Column("stocked_days_p50", "P50, equipment there", "day"),
        Column("cost_musd_per_mw", "MUSD/MW", "number"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            t.candidate.site, t.candidate.group, t.candidate.mode, t.candidate.calendar,
            "yes" if t.is_offered else "no", *(_finite(d) for d in t.day),
            _finite(t.stocked_day[1]), traits(found.portfolio, t).cost_musd_per_mw,
        )
        for t in found.trials
    )  # fmt: skip
    return Table("methods", "One hall alone, by site and hours", columns, rows, place="folded",
                 note=(
        "Where the group does not offer a mode or hours, it is what would be if it did. Cost in "
        "base-year money, soft cost, local factor and shift premium included."
    ))  # fmt: skip


def steps_table(found: MethodsStudy) -> Table:
    """Return every step of every waterfall, all hours."""
    columns = (
        Column("site", "Site"), Column("mode", "Mode"), Column("calendar", "Hours"),
        Column("order", "Order", "count"), Column("key", "Row"), Column("title", "What"),
        Column("kind", "Kind"), Column("days", "Days", "number"),
        Column("share", "On the path in", "share"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (t.candidate.site, t.candidate.mode, t.candidate.calendar, n, s.key, s.title, s.kind,
         s.day, s.share)
        for t in found.trials for n, s in enumerate(t.steps, 1)
    )  # fmt: skip
    return Table("method_steps", "Every step", columns, rows, place="folded", shown=200, note=(
        "Steps of a method add up to its mean days over the futures about the median."
    ))  # fmt: skip


def storms_table(found: MethodsStudy) -> Table:
    """Return what storms cost each method on its standard hours."""
    columns = (
        Column("site", "Site"), Column("mode", "Mode"), Column("offered", "Offered"),
        Column("it_mw", "Hall", "mw"), Column("hit_share", "Hit in", "share"),
        Column("storm_days_mean", "Days, mean", "factor"),
        Column("storm_days_error", "±", "factor"),
        Column("days_p80", "P80 with", "day"), Column("dry_days_p80", "P80 without", "day"),
        Column("repair_musd_mean", "Repair a hall, mean", "musd"),
        Column("repair_musd_worst", "Worst twentieth", "musd"),
        Column("design_wind_mph", "Design wind, mph", "number"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            t.candidate.site, t.candidate.mode, "yes" if t.is_offered else "no", t.it_mw,
            t.hit_share,
            _finite(t.storm_day), _finite(t.storm_error_day), _finite(t.day[2]),
            _finite(t.dry_day[2]), t.storm_musd, t.storm_worst_musd,
            traits(found.portfolio, t).design_wind_mph,
        )
        for t in found.trials if t.candidate.calendar == STANDARD
    )  # fmt: skip
    return Table("storms", "With storms and without, in the same futures", columns, rows, note=(
        "One hall from release to service, released in every period of a year. Each future is "
        "lived through twice, all else the same; ± is the standard error of the mean."
    ))  # fmt: skip


def traits_table(found: MethodsStudy) -> Table:
    """Return cash, carbon and redundancy of each method."""
    columns = (
        Column("site", "Site"), Column("mode", "Mode"),
        Column("cost_musd_per_mw", "To build, MUSD/MW", "number", "Cash"),
        Column("at_order_share", "At start", "share", "Cash"),
        Column("at_acceptance_share", "Held back", "share", "Cash"),
        Column("rent_musd_per_mw_year", "Rent a year", "factor", "Cash"),
        Column("opex_musd_per_mw_year", "Operation a year", "factor", "Cash"),
        Column("life_year", "Life, years", "number", "Cash"),
        Column("carbon_kt_per_mw_year", "kt a MW and year", "factor", "Carbon"),
        Column("pue", "PUE", "factor", "Carbon"),
        Column("peak_ratio", "Peak ratio", "factor", "Carbon"),
        Column("backup", "Backup", "text", "Redundancy"),
        Column("unavailable_hours_year", "Hours out a year", "number", "Redundancy"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for t in found.trials:
        if t.candidate.calendar == STANDARD:
            m = traits(found.portfolio, t)
            rows.append((
                t.candidate.site, t.candidate.mode, m.cost_musd_per_mw, m.at_order_share,
                m.at_acceptance_share, m.rent_musd_per_mw_year, m.opex_musd_per_mw_year,
                m.life_year, m.carbon_kt_per_mw_year, m.pue, m.peak_ratio, m.backup,
                (1 - m.availability) * 8766,
            ))  # fmt: skip
    return Table("method_traits", "A MW of each method", columns, tuple(rows), note=(
        "Carbon of energy at full load, by the mean of the site's tranches; what is built into "
        "the hall is not counted. Peak ratio: facility over IT power on the design day, which "
        "every power limit counts. Products may need generators."
    ))  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
