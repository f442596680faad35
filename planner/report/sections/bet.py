"""The bet: what is committed whatever comes, what is held as a hedge, and what waiting would tell.

Every number is of `Result.bet`; a worth is the first objective's, in its unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import words
from planner.report.document import Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from planner.domain.bet import Bet, BetRight
    from planner.report.document import Cell
    from planner.report.facts import Facts

SOUGHT = {
    "expected": "the best mean over scenarios",
    "cvar": "the best mean of the worst scenarios",
    "regret": "the smallest worst regret",
}
KINDS = {"halls": "halls", "gpus": "GPUs", "tranche": "power tranche"}
NONE = (
    "No bet was placed: this run plans for one expected world. "
    "plan optimize SCENARIO --bet weighs up the arrivals and futures."
)


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the finding, what is committed, the regret matrix, and the check in simulation."""
    bet = facts.result.bet
    if bet is None:
        return (Prose(NONE, "note"),)
    made: list[Part | Columns] = [Prose(text) for text in said(bet)]
    made += [Prose(note, "note") for note in bet.notes]
    made.append(_items(bet))
    if bet.rights:
        made.append(_rights(bet))
    made += [_scenarios(bet), _regrets(bet), _values(bet)]
    if bet.checks:
        made.append(_checks(bet))
    return tuple(made)


def said(bet: Bet) -> tuple[str, ...]:
    """Return the finding in sentences."""
    n = len(bet.scenarios)
    first = (
        f"Commitments before {bet.revealed.isoformat()} are the same in all "
        f"{words.counted(n, 'scenario')}, chosen for {SOUGHT[bet.objective]}; what comes after "
        "may differ."
    )
    second = (
        f"They are worth {words.sig3(bet.recourse)} {bet.unit} in the mean; whoever knew what "
        f"comes would have {words.sig3(bet.wait_and_see)}, so that knowing is worth "
        f"{words.sig3(bet.information)}{_percent(bet.information, bet.wait_and_see)}."
    )
    if bet.stochastic is None:
        third = "What would be committed for the mean world alone cannot be kept in every scenario."
    elif bet.stochastic >= 0:
        third = (
            f"Committing for the mean world alone would lose {words.sig3(bet.stochastic)} "
            f"{bet.unit} in the mean{_percent(bet.stochastic, bet.recourse)}."
        )
    else:
        third = (
            f"Committing for the mean world alone would have {words.sig3(-bet.stochastic)} "
            f"{bet.unit} more in the mean: that is given up for the bad scenarios."
        )
    if bet.flexibility is None:
        return first, second, third
    return first, second, third, _flexibility(bet)


def _flexibility(bet: Bet) -> str:
    """Return what the right to cancel is worth, and its price."""
    gpus = sum(r.amount for r in bet.rights if r.kind == "gpus")
    halls = sum(r.amount for r in bet.rights if r.kind == "halls")
    worth = bet.flexibility or 0.0
    if gpus < 1 and not halls:
        return "No order is left to cancel at the reveal: all are firm by then, or none is made."
    cost = sum(r.cost_musd for r in bet.rights)
    ordered = [f"{gpus:,.0f} GPUs of these orders"] if gpus >= 1 else []
    begun = [words.counted(round(halls), "hall")] if halls else []
    return (
        f"At the reveal {' and '.join([*ordered, *begun])} can still be cancelled: that right is "
        f"worth {words.sig3(worth)} {bet.unit} in the mean{_percent(worth, bet.recourse)}, and "
        f"using it costs {words.sig3(cost)} MUSD in the mean."
    )


def _percent(part: float, whole: float) -> str:
    return f" ({100 * part / abs(whole):.1f} %)" if whole else ""


def _items(bet: Bet) -> Table:
    columns = (
        Column("kind", "Commitment"), Column("site", "Site"), Column("item", "Of"),
        Column("amount", "Before the reveal", "number"),
        Column("in_all", "Right whatever comes", "number"),
        Column("hedge", "Held as a hedge", "number"),
        Column("hedge_worth", "The hedge is worth, in the mean", "number"),
        Column("hedge_cost", "It costs at most", "number"), Column("costs_in", "If it is"),
        Column("decide_by", "Can wait until", "date"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (KINDS.get(i.kind, i.kind), i.site, i.item, round(i.amount), round(i.in_all),
         round(i.hedge), i.hedge_worth, i.hedge_cost, i.costs_most_in, i.can_wait_until)
        for i in bet.items
    )  # fmt: skip
    return Table("bet_commitments", "What is committed before the reveal", columns, rows, note=(
        "Right whatever comes: the least that the plan of any single scenario commits to by then. "
        "A hedge is what some of them would do without; its worth and cost are what is lost and "
        "gained where it is forced out and every scenario solved again, halls in parts, all other "
        f"halls and tranches held and GPUs chosen anew, in {bet.unit}; empty: not sought, or no "
        "plan without it. Can wait until: none of it need be decided "
        "before, within the tolerance of the first objective in the mean world, if all else is "
        "chosen anew; at the latest the reveal."
    ))  # fmt: skip


def _rights(bet: Bet) -> Table:
    columns = (
        Column("kind", "Right"), Column("site", "Site"), Column("item", "Of"),
        Column("amount", "Not firm at the reveal", "number"),
        Column("cancelled", "Cancelled, mean", "number"),
        Column("most", "Cancelled, most", "number"), Column("most_in", "If it is"),
        Column("cost", "Cost, mean, MUSD", "number"),
        Column("most_cost", "Cost, most, MUSD", "number"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (KINDS[r.kind], r.site, r.item, round(r.amount), _number(r, r.cancelled),
         _number(r, r.most), r.most_in, r.cost_musd, r.most_musd)
        for r in bet.rights
    )  # fmt: skip
    return Table("bet_rights", "What can be cancelled at the reveal", columns, rows, note=(
        "Ordered or started before the reveal and not firm by then. Cancelled: what has to be, at "
        "the least, for the worth of these commitments in a scenario. Cost, nominal: of GPUs what "
        "is not given back; of halls all that was spent and is still paid for those cancelled."
    ))  # fmt: skip


def _number(right: BetRight, amount: float) -> float:
    """Return whole GPUs; halls are whole in a scenario, their mean over scenarios is not."""
    return round(amount) if right.kind == "gpus" else round(amount, 2)


def _scenarios(bet: Bet) -> Table:
    columns = (
        Column("scenario", "Scenario"), Column("arrival", "Arrival"), Column("future", "Future"),
        Column("probability", "Probability", "share"),
        Column("revealed_day", "Known after, days", "number"),
        Column("wait_and_see", "With full knowledge", "number"),
        Column("worth", "With these commitments", "number"),
        Column("regret", "Regret", "number"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (s.name, s.arrival, s.future, s.probability, s.revealed_day, s.wait_and_see, s.worth,
         s.regret)
        for s in bet.scenarios
    )  # fmt: skip
    return Table("bet_scenarios", f"What may come, in {bet.unit}", columns, rows, note=(
        "A future is a slice of probability in which construction, power, deliveries and cash are "
        "all at one quantile. Regret is what not having known costs."
    ))  # fmt: skip


def _regrets(bet: Bet) -> Table:
    columns = (
        Column("plan", "Commitments of"),
        *(Column(_key(s.name), s.name, "number", "Regret if it is") for s in bet.scenarios),
        Column("promised", "Can be promised"),
    )
    rows: list[tuple[Cell, ...]] = []
    for plan in bet.plans:
        cells = (
            None if v is None else max(0.0, s.wait_and_see - v)
            for v, s in zip(plan.worth, bet.scenarios, strict=True)
        )
        rows.append((plan.name, *cells, "yes" if plan.is_promised else "no"))
    title = f"Regret of each scenario's own commitments in each other, in {bet.unit}"
    return Table("bet_regret", title, columns, tuple(rows), note=(
        "Decisions before the first reveal are the row's, the rest the best for the column. Empty: "
        "they cannot be kept there. Can be promised: they can be kept at the confidence of the "
        "portfolio."
    ))  # fmt: skip


def _key(name: str) -> str:
    return "regret_" + "".join(c if c.isalnum() else "_" for c in name)


def _values(bet: Bet) -> Table:
    columns = (Column("measure", "Measure"), Column("value", bet.unit, "number"),
               Column("says", "What it says"))  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = (
        ("wait and see", bet.wait_and_see, "mean with full knowledge: no plan has more"),
        *_promised(bet),
        ("recourse", bet.recourse, "mean with these commitments and the best recourse"),
        ("expected value plan", bet.expected_value, "mean with the mean world's commitments"),
        ("value of perfect information", bet.information, "wait and see less recourse"),
        ("value of the stochastic solution", bet.stochastic, "recourse less expected value plan"),
        *_rigid(bet),
        ("largest regret", bet.worst_regret, "of these commitments over scenarios"),
        ("proof limit", bet.bound, "no commitments have a larger mean"),
    )
    return Table("bet_values", "What knowing and hedging are worth", columns, rows, note=(
        "Recourse is that of the best commitments; those taken are the cheapest within the "
        "policy's tolerance of it, so that the scenarios' worths may have a mean lower by that."
    ))  # fmt: skip


def _promised(bet: Bet) -> tuple[tuple[Cell, ...], ...]:
    if bet.promised is None:
        return ()
    return (("wait and see, promised", bet.promised,
             "the same of commitments that can be promised at the confidence"),)  # fmt: skip


def _rigid(bet: Bet) -> tuple[tuple[Cell, ...], ...]:
    if bet.rigid is None:
        return ()
    return (
        ("nothing cancelled", bet.rigid, "mean of the best commitments if nothing could be"),
        ("value of the right to cancel", bet.flexibility, "recourse less nothing cancelled"),
    )


def _checks(bet: Bet) -> Table:
    columns = (
        Column("arrival", "If it arrives as"), Column("promised", "Promised", "number"),
        Column("p20", "Obtained P20", "number"), Column("p50", "Obtained P50", "number"),
        Column("held", "At least as promised in", "share"),
    )  # fmt: skip
    rows = tuple((c.arrival, c.promised, c.p20, c.p50, c.held) for c in bet.checks)
    title = "Promised against obtained in fresh futures, H100e per researcher of the worst team"
    return Table("bet_checks", title, columns, rows, note=(
        "The plan as written, its commitments and what it intends after them, with the weights of "
        "each arrival; the futures are those of the verification, which the optimiser never saw. "
        "What would be decided otherwise after the reveal is not simulated."
    ))  # fmt: skip


SECTION = Section(
    "bet",
    "The bet",
    "What if it comes sooner or later, and things go faster or slower?",
    build,
)
