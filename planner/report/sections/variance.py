"""Since the run before: what moved and why in a few sentences, and the moves themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.report import sentences, words
from planner.report.document import Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from planner.report.facts import Facts, VarianceFact

NAMED: Final = 3
"""Changed inputs that the sentences name."""
SAME_YEARS: Final = 0.05
"""Years by which two horizons may differ and be called alike."""
SMALLEST: Final = 0.0005
"""Relative change below which a figure is called the same."""
MOVES: Final = {"+": "new", "~": "moved", "-": "dropped", "-/+": "built another way"}


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the sentences and the tables, or that there is nothing to compare with."""
    found = facts.variance
    if found is None:
        return (Prose("No earlier run was named: plan optimize --parent RUN compares with one.",
                      "note"),)  # fmt: skip
    return (Prose(" ".join(told(facts, found))), _dates(found), _risks(found), _inputs(found))


def told(facts: Facts, found: VarianceFact) -> tuple[str, ...]:
    """Return the sentences: date, worth of the old dates, changes, plan, drivers, what it gives."""
    made = (_date(facts, found), _worth(found), _direct(found), _plan(found), _driver(found),
            _gives(facts, found))  # fmt: skip
    return tuple(s for s in made if s)


def _date(facts: Facts, found: VarianceFact) -> str:
    if facts.key is None or found.key is None:
        return f"The date that this report turns on is not in {found.parent.name}."
    name = sentences.capacity_name(facts, facts.key.fact)
    p50, p80 = found.key.p50_day, found.key.p80_day
    if p50 is None or p80 is None:
        return f"{name} does not come at P80 in one of the two runs."
    if p50 == p80 == 0:
        return f"{name} comes on the same days at P50 and P80 as in {found.parent.name}."
    return (
        f"{name} comes {_moved(p50)} at P50 and {_moved(p80)} at P80 "
        f"({words.iso(found.key.before_p80)} in {found.parent.name}, "
        f"{words.iso(facts.key.fact.spread.p80)} now)."
    )


def _worth(found: VarianceFact) -> str:
    """Say what the dates that the run before gave at P50 and P80 are worth in this one."""
    key = found.key
    if key is None or key.p50_chance is None or key.p80_chance is None:
        return ""
    if not key.p50_day and not key.p80_day:
        return ""
    return (
        f"The P50 of {found.parent.name}, {words.iso(key.before_p50)}, is met now in "
        f"{words.share(key.p50_chance)} of the futures, and its P80, "
        f"{words.iso(key.before_p80)}, in {words.share(key.p80_chance)}."
    )


def _moved(day: int) -> str:
    """Say a move: "12 days later", "as before"."""
    return (
        "as before" if day == 0 else f"{words.days(abs(day))} {'later' if day > 0 else 'earlier'}"
    )


def _direct(found: VarianceFact) -> str:
    direct = found.parent.direct
    if not direct:
        return (
            "No input changed: what moved comes from the data of the run, its seed and its solver."
        )
    named = [f"{path} ({text})" for path, text in direct[:NAMED]]
    more = len(direct) - len(named)
    listed = words.listed([*named, *([f"{more} more"] if more else [])])
    return f"{words.counted(len(direct), 'input')} changed: {listed}."


def _plan(found: VarianceFact) -> str:
    parts = [f"{found.parent.moves[s]} {said}" for s, said in MOVES.items()
             if found.parent.moves.get(s)]  # fmt: skip
    same = words.counted(found.parent.same, "commitment")
    if not parts:
        return f"The plan is the same: {same}."
    return f"Of its commitments {words.listed(parts)}; {same} as before."


def _driver(found: VarianceFact) -> str:
    """Name the risk whose part in P80 moved most."""
    top = found.risks[0] if found.risks else None
    if top is None or abs(round(top.day)) < 1:
        return ""
    way = "more" if top.day > 0 else "less"
    return (
        f"Of the risks, “{top.title}” weighs {words.days(abs(top.day))} {way} in P80 than before "
        f"({words.days(top.before_day)} then, {words.days(top.after_day)} now)."
    )


def _gives(facts: Facts, found: VarianceFact) -> str:
    """Say what the first team and the spend of the horizon are against before.

    Where less of the horizon is left, means and sums over it are told side by side and not
    compared: the later years are the richer and the shorter.
    """
    first = facts.teams[0].title if facts.teams else ""
    level = next(((a, b) for t, a, b in found.levels if t == first and a), None)
    old, new = found.spend_musd
    then, now = found.parent.years, facts.result.plan.years
    parts = []
    if then is not None and abs(then - now) >= SAME_YEARS:
        if level is not None:
            parts.append(f"{first} {level[1]:,.0f} H100e per researcher ({level[0]:,.0f} then)")
        if old:
            parts.append(f"spend {words.musd(new)} ({words.musd(old)} then)")
        return f"As planned in the {now:.1f} years left, {then:.1f} then: {words.listed(parts)}."
    if level is not None:
        parts.append(f"{first} {_change(*level)} per researcher")
    if old:
        parts.append(f"spend {_change(old, new)} ({words.musd(old)} then, {words.musd(new)} now)")
    return f"As planned: {words.listed(parts)}." if parts else ""


def _change(old: float, new: float) -> str:
    ratio = new / old - 1
    if abs(ratio) < SMALLEST:
        return "as before"
    return f"{words.share(abs(ratio))} {'more' if ratio > 0 else 'less'}"


def _dates(found: VarianceFact) -> Table:
    columns = (
        Column("subject", "Of"), Column("amount_mw", "Capacity", "mw"), Column("basis", "Basis"),
        Column("before_p50", "P50 then", "date"), Column("p50", "P50 now", "date"),
        Column("p50_day", "Days later", "day"), Column("before_p80", "P80 then", "date"),
        Column("p80", "P80 now", "date"), Column("p80_day", "Days later", "day"),
        Column("p50_chance", "P50 then, met now", "share"),
        Column("p80_chance", "P80 then, met now", "share"),
    )  # fmt: skip
    rows = tuple(
        (m.fact.subject, m.fact.amount_mw, m.fact.basis, m.before_p50, m.fact.spread.p50,
         m.p50_day, m.before_p80, m.fact.spread.p80, m.p80_day, m.p50_chance, m.p80_chance)
        for m in found.dates
    )  # fmt: skip
    return Table("variance_dates", f"Dates against {found.parent.name}", columns, rows,
                 place="folded", note="Negative days are earlier. Met now: the share of this "
                 "run's futures that have the capacity by the date given then.")  # fmt: skip


def _risks(found: VarianceFact) -> Table:
    columns = (
        Column("risk", "Risk"), Column("before_day", "Days of P80 then", "day"),
        Column("after_day", "Now", "day"), Column("day", "More", "day"),
    )  # fmt: skip
    rows = tuple((m.title, m.before_day, m.after_day, m.day) for m in found.risks)
    return Table("variance_risks", f"Risks against {found.parent.name}", columns, rows,
                 place="folded")  # fmt: skip


def _inputs(found: VarianceFact) -> Table:
    columns = (Column("path", "Input"), Column("change", "Change"))
    return Table("variance_inputs", f"Inputs changed since {found.parent.name}", columns,
                 found.parent.direct, place="folded")  # fmt: skip


SECTION = Section("variance", "Since the last run", "What moved, and why?", build)
