"""`plan explain`: why a finished plan is as it is, and what would change it."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from planner.cli.arguments import Json, Quiet

if TYPE_CHECKING:
    from planner.cli.finished import Finished
    from planner.domain.explanation import Answer, Explanation, Price, Switch, Worth

Run = Annotated[str, typer.Argument(help="Folder of a finished run of `plan optimize`.")]
Why = Annotated[
    list[str] | None,
    typer.Option("--why", metavar="NAME", help="Hall, purchase or tranche of the plan; repeat."),
]
WhyNot = Annotated[
    list[str] | None,
    typer.Option(
        "--why-not", metavar="CANDIDATE[@PERIOD]",
        help="SITE/GROUP/MODE[/CALENDAR] that could be started more; repeat.",
    ),
]  # fmt: skip
Switches = Annotated[
    list[str] | None,
    typer.Option(
        "--switch", metavar="PATH[=FROM..TO]",
        help="Parameter whose switch point is sought: gpu_price, power_slip, modes.MODE.hall_cost, "
        "modes.MODE.duration, or a path as for --set; repeat.",
    ),
]  # fmt: skip
Alternatives = Annotated[
    bool, typer.Option("--alternatives", help="Only the alternatives within 1 %.")
]
Prices = Annotated[bool, typer.Option("--prices", help="Only the shadow prices.")]
TimeLimit = Annotated[
    float,
    typer.Option("--time-limit", min=0.0, help="Seconds after which no what-if is begun; 0: none."),
]
FILE: Final = "explanation.json"
USUAL_S: Final = 600.0


def explain(
    run: Run,
    why: Why = None,
    why_not: WhyNot = None,
    switch: Switches = None,
    alternatives: Alternatives = False,
    prices: Prices = False,
    time_limit: TimeLimit = USUAL_S,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say why a plan is as it is: prices, switch points, alternatives; or answer a question.

    What is found is kept in the run, and `plan report` shows it.

    Example: plan explain reports/base --why prometheus/tents-north/01
    """
    from planner.cli.console import progress, put, put_json, say
    from planner.cli.finished import opened
    from planner.errors import reason_of

    found = _optimised(run, opened(run, None, None, None))

    from planner import study

    chosen = tuple(
        part for part, is_asked in (("prices", prices), ("alternatives", alternatives)) if is_asked
    )
    questions = bool(why or why_not or switch)
    asked = study.Asked(
        parts=chosen if chosen or questions else tuple(study.EXPLAINED),
        why=tuple(why or ()), why_not=tuple(why_not or ()), switches=tuple(switch or ()),
        time_s=time_limit or None,
    )  # fmt: skip
    with progress(quiet=quiet or as_json) as update:
        told = study.explain(
            found.portfolio, found.plan, found.basis, asked,
            seed=int(found.manifest["seed"]), reload=found.reload(Path(run)), progress=update,
        )  # fmt: skip
    if as_json:
        put_json("explain", **dataclasses.asdict(told))
    else:
        put(text(told, Path(run).name))
    try:
        keep(Path(run), told)
    except OSError as error:
        say(f"not kept in the run: {reason_of(error)}")
    if told.is_interrupted:
        raise KeyboardInterrupt


def _optimised(run: str, found: Finished) -> Finished:
    from planner.errors import OutputError

    if not found.manifest or not found.basis.readiness:
        raise OutputError(f"{run} is no finished run of `plan optimize`; `plan runs` lists them")
    return found


def keep(run: Path, told: Explanation) -> None:
    """Write an explanation into its run, with what earlier ones found beside it."""
    from planner import study

    fresh = run / f".{FILE}.part"
    fresh.write_bytes(study.explanation_to_bytes(study.merged(kept(run), told)))
    fresh.replace(run / FILE)


def kept(run: Path) -> Explanation | None:
    """Return what a run keeps of earlier explanations; None where there is none, or none readable.

    An explanation can always be made again, so one of another version is no error.
    """
    from planner import study

    try:
        return study.explanation_from_bytes((run / FILE).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return None


# The screen


def text(told: Explanation, where: str) -> str:
    """Return the screen."""
    head = (
        f"{where}: the plan gives the worst team {_of(told.plan.level)} H100e a researcher; with "
        f"its halls and all else solved {_of(told.base.level)}, from which changes are taken"
    )
    parts = (*_answers(told), *_prices(told), *_switches(told), *_alternatives(told))
    lines = [head, *_distance(told), "", *parts]
    if told.is_interrupted:
        lines.append("Interrupted before all was tried; what was found stands.")
    elif not told.is_complete:
        lines.append("The time limit came before all was tried; --time-limit 0 has none.")
    return "\n".join(lines).rstrip()


def _of(value: float | None) -> str:
    return "-" if value is None else f"{value:,.5g}"


def _signed(value: float | None, scale: float = 1.0) -> str:
    if value is None:
        return "-"
    shown = value * scale
    return "0" if abs(shown) < 5e-4 else f"{shown:+,.3g}"


def _change(worth: Worth | None) -> tuple[str, str, str]:
    """Return the changes of level, total and spend [MUSD], and what stands for no plan."""
    if worth is None:
        return ("no plan", "", "")
    return _signed(worth.level), _signed(worth.total), _signed(worth.spend, 1000.0)


def _said(worth: Worth | None) -> str:
    level, total, spend = _change(worth)
    if worth is None:
        return "no plan keeps the hard rules so"
    return f"{level} H100e/researcher, {total} kH100e-years in all, spend {spend} MUSD"


def _distance(told: Explanation) -> list[str]:
    """Return what each stage from the base to the plan takes of the worst team's level."""
    return [
        f"  {b.level - a.level:+,.3g} ({b.level / a.level - 1:+.1%}): {b.text}"
        for a, b in pairwise(told.distance)
        if a.level > 0
    ]


def _answers(told: Explanation) -> list[str]:
    lines: list[str] = []
    for answer in told.answers:
        lines += [*_answer(answer), ""]
    return lines


def _answer(answer: Answer) -> list[str]:
    lines = [f"{answer.question}?", f"  {answer.finding}"]
    if answer.binding:
        lines.append("  held where it is by:")
        lines += [f"    {said.text}\n      {said.where}" for said in answer.binding]
    for forced in answer.forced:
        lines.append(f"  forced: {forced.pinned}")
        lines.append(f"    {_said(forced.worth)}")
        lines += [f"    {move}" for move in forced.moves]
    return lines


def _prices(told: Explanation) -> list[str]:
    from planner.cli.console import table
    from planner.domain.explanation import verdict

    if not told.prices:
        return []
    rows = [
        (p.step, *_change(p.up), _unit(p), _change(p.down)[0],
         _change(p.whole)[0] if p.whole else "", verdict(p, told), p.basis)
        for p in told.prices
    ]  # fmt: skip
    header = (
        "one step", "H100e/researcher", "kH100e-year", "MUSD", "a unit", "a step down",
        "halls anew", "told apart from nothing", "basis",
    )  # fmt: skip
    return ["What one more would be worth (each solved again, up and down)",
            table(header, rows, right=(1, 2, 3, 4, 5, 6)), ""]  # fmt: skip


def _unit(price: Price) -> str:
    """Return what a unit of a step is worth on average."""
    if price.up is None or price.up.level is None or not price.unit:
        return ""
    return f"{price.up.level / price.size:+.2g}/{price.unit}"


def _switches(told: Explanation) -> list[str]:
    from planner.cli.console import table

    if not told.switches:
        return []
    rows = []
    for s in told.switches:
        first = (s.title, f"{s.today:.4g} {s.unit}", _range(s))
        rows += [
            (*(first if i == 0 else ("", "", "")), *said)
            for i, said in enumerate(zip(s.told(), s.proved(), strict=True))
        ]
    mix = "; ".join(
        f"{site} " + ", ".join(f"{mode} {mw:,.0f}" for mode, mw in modes.items() if mw >= 1)
        for site, modes in told.mw.items() if any(mw >= 1 for mw in modes.values())
    )  # fmt: skip
    return ["What would flip the choice (most MW started, modes in use, a tenth of the mix)",
            table(("parameter", "today", "tried", "flips", "whole halls"), rows),
            f"The plan starts, in MW: {mix or 'nothing'}.", ""]  # fmt: skip


def _range(switch: Switch) -> str:
    return f"{switch.points[0].value:.4g} to {switch.points[-1].value:.4g}"


def _alternatives(told: Explanation) -> list[str]:
    if not told.alternatives:
        return []
    lines = [
        "Plans within 1 % in every objective that differ most (changes against the plan's halls)"
    ]
    for other in told.alternatives:
        noun = "hall" if other.moved == 1 else "halls"
        lines.append(f"  {other.name}: {other.moved} {noun} otherwise; {_said(other.worth)}")
        lines += [f"      {change}" for change in other.changes]
    return [*lines, ""]
