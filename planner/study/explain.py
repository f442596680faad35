"""Why a finished plan is as it is, asked part by part and kept with its run as JSON."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from planner import interrupts
from planner.domain.amount import Amount, parse_amount
from planner.domain.explanation import (
    Alternative,
    Answer,
    Explanation,
    Flip,
    Forced,
    Point,
    Price,
    Said,
    Stage,
    Switch,
    Worth,
)
from planner.errors import Finding, SpecError, Where
from planner.optimise import explain as model
from planner.study.differ import difference
from planner.units import UnitProblem

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress
    from planner.optimise.data import ModelData
    from planner.optimise.explain import Given, Parameter, Reply, Session
    from planner.optimise.explain.session import Found
    from planner.study.basis import Basis

FORMAT_VERSION: Final = "2.0"
LINES: Final = 12
"""Lines of a difference that are kept."""
PARTS: Final = {"prices": 0.3, "switches": 0.8, "alternatives": 1.0}
"""Share of the time by which a part must be done."""
NOTES: Final = (
    "Changes are of the optimiser's model, all from one base: the plan's halls, all else solved.",
    "Teams above the worst are held at the plan's ratio to it.",
)
Reload = Callable[[tuple[str, ...]], "Portfolio"]


@dataclass(frozen=True)
class Asked:
    """What to explain.

    Parameters
    ----------
    parts
        Of `PARTS`.
    why, why_not
        Decisions of the plan, and candidates.
    switches
        Paths of parameters, each with ``=FROM..TO`` where the range is not half to twice.
    time_s
        Seconds from when the model of the plan stands, after which no further what-if is begun;
        None for no limit.
    """

    parts: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    time_s: float | None = None


class _Clock:
    """Says when a part has had its share of the time, and whether that ever happened."""

    def __init__(self, limit_s: float | None) -> None:
        self.began, self.limit_s, self.has_ended = time.monotonic(), limit_s, False

    @property
    def end(self) -> float | None:
        """Reading of the monotonic clock at the limit."""
        return None if self.limit_s is None else self.began + self.limit_s

    def over(self, share: float) -> Callable[[], bool]:
        """Return what says whether a share of the time is gone."""

        def is_over() -> bool:
            if self.limit_s is None or time.monotonic() < self.began + share * self.limit_s:
                return False
            self.has_ended = True
            return True

        return is_over


def explain(
    portfolio: Portfolio,
    plan: Plan,
    basis: Basis,
    asked: Asked,
    *,
    seed: int,
    reload: Reload,
    progress: Progress,
) -> Explanation:
    """Return why a plan is as it is.

    Parameters
    ----------
    basis
        What the plan was solved from.
    reload
        Reads the portfolio again with further settings, for parameters named by their path.

    Raises
    ------
    SpecError
        If a decision, candidate or path is not known.
    """
    progress("model", 0.0)
    session = model.Session.of(portfolio, basis.readiness, plan, basis.corrections, seed=seed)
    clock = _Clock(asked.time_s)
    given = model.given_of(session, basis.readiness, basis.corrections)
    named = [_named(given, reload, text) for text in asked.switches]
    session.until = clock.end
    answers = [_answer(session, name, model.why) for name in asked.why]
    answers += [_answer(session, name, model.why_not) for name in asked.why_not]
    made = Explanation(
        session.worth_of_plan, session.base.worth, is_small=session.is_small,
        gap=session.gap, distance=model.distance(session), mw=model.megawatts(session),
        answers=tuple(answers), notes=NOTES,
    )  # fmt: skip
    try:
        for found in _parts(session, given, named, asked, clock, seed, progress):
            made = replace(made, **found)
    except KeyboardInterrupt:
        interrupts.taken()
        made = replace(made, is_interrupted=True)
    return replace(
        made,
        free=session.free.worth if session.has_searched else None,
        is_complete=not (clock.has_ended or made.is_interrupted),
    )


def _parts(
    session: Session, given: Given, named: list[Parameter], asked: Asked, clock: _Clock, seed: int,
    progress: Progress,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield what is found part by part, so that a signal leaves what stands before it."""
    if "prices" in asked.parts:
        yield {"prices": model.prices(session, progress, clock.over(PARTS["prices"]))}
    usual = list(model.usual(given)) if "switches" in asked.parts else []
    switches: tuple[Switch, ...] = ()
    for found in _switches(given, [*named, *usual], clock, seed, progress):
        switches = (*switches, found)
        yield {"switches": switches}
    if "alternatives" in asked.parts:
        yield {"alternatives": _alternatives(session, clock, progress)}


def _switches(
    given: Given, parameters: list[Parameter], clock: _Clock, seed: int, progress: Progress
) -> Iterator[Switch]:
    for i, parameter in enumerate(parameters):
        progress("switch points", i / len(parameters))
        begun, end = PARTS["prices"], PARTS["switches"]
        is_over = clock.over(begun + (end - begun) * (i + 1) / len(parameters))
        found = model.switch(given, parameter, is_over, seed=seed)
        if len(found.points) > 1:
            yield found


def _alternatives(session: Session, clock: _Clock, progress: Progress) -> tuple[Alternative, ...]:
    found = model.alternatives(session, progress, clock.over(PARTS["alternatives"]))
    return tuple(
        Alternative(
            f"A{number}", other.found.worth.less(session.base.worth), other.moved,
            _changes(session, session.base, other.found),
        )
        for number, other in enumerate(found, 1)
    )  # fmt: skip


def _answer(session: Session, name: str, ask: Callable[[Session, str], Reply]) -> Answer:
    reply = ask(session, name)
    question = f"{'why' if ask is model.why else 'why not'} {name}"
    forced = []
    for turned in reply.turned:
        worth: Worth | None = None
        moves: tuple[str, ...] = ()
        if turned.found is not None:
            worth = turned.found.worth.less(session.base.worth)
            moves = _changes(session, session.base, turned.found)
        forced.append(Forced(question, turned.pinned, worth, moves))
    return Answer(question, reply.finding, reply.binding, tuple(forced))


def _changes(session: Session, before: Found, after: Found) -> tuple[str, ...]:
    """Return the difference of two points in words: halls first, then GPUs by SKU."""
    left, right = model.outline(session, before), model.outline(session, after)
    found = difference(left, right).consequences
    halls = [f"{c.symbol} {c.kind} {c.subject}: {c.text}" for c in found
             if c.kind in {"hall", "power"}]  # fmt: skip
    more = len(halls) - LINES
    if more > 0:
        halls = [*halls[:LINES], f"... and {more} more halls"]
    return (*halls, *_gpus(left, right))


def _gpus(left: Plan, right: Plan) -> list[str]:
    bought = [Counter[str](), Counter[str]()]
    for counts, plan in zip(bought, (left, right), strict=True):
        for purchase in plan.purchases:
            counts[purchase.sku] += purchase.gpus
    before, after = bought
    return [
        f"~ GPUs {sku}: {before[sku]:,} -> {after[sku]:,} over the horizon"
        for sku in sorted({*before, *after})
        if before[sku] != after[sku]
    ]


# Parameters named by their path


def _named(given: Given, reload: Reload, text: str) -> Parameter:
    """Return the parameter of ``PATH`` or ``PATH=FROM..TO``: a usual one, or a value of the files.

    Raises
    ------
    SpecError
        If nothing stands there, or no number does.
    """
    path, _, ends = text.partition("=")
    usual = {parameter.path: parameter for parameter in model.usual(given)}
    found = usual[path] if path in usual else _of_files(given, reload, path)
    if not ends:
        return found
    low, sign, high = ends.partition("..")
    if not sign:
        raise _unknown(text, "a range is written FROM..TO", "")
    unit = found.unit if path not in usual or "today" not in found.unit else ""
    try:
        low_value, high_value = sorted(_number(end, unit) for end in (low, high))
    except (UnitProblem, ValueError) as problem:
        raise _unknown(text, str(problem), f"its unit is {unit}") from None
    return replace(found, low=min(low_value, found.today), high=max(high_value, found.today))


def _number(text: str, unit: str) -> float:
    try:
        return float(text)
    except ValueError:
        return parse_amount(text.strip(), unit).likely


def _of_files(given: Given, reload: Reload, path: str) -> Parameter:
    value = _value_at(given.portfolio, path)
    if isinstance(value, Amount):
        today, unit = value.likely, value.unit
    elif isinstance(value, int | float) and not isinstance(value, bool):
        today, unit = float(value), ""
    else:
        usual = ", ".join(parameter.path for parameter in model.usual(given))
        raise _unknown(path, "no number stands there", f"give a path as for --set, or {usual}")
    is_count = isinstance(value, int)

    def made(at: float) -> ModelData | None:
        said = f"{round(at)}" if is_count else f"{at!r} {unit}".strip()
        try:
            changed = reload((f"{path}={said}",))
        except SpecError:
            return None
        return given.built(changed)

    low, high = (0.0, 1.0) if today == 0 else sorted((0.5 * today, 2.0 * today))
    return model.Parameter(path, path, unit, today, low, high, made)


def _value_at(portfolio: Portfolio, path: str) -> object:
    root, *keys = path.replace("[", ".").replace("]", "").split(".")
    value: Any = {"catalog": portfolio.catalog, "site": portfolio.sites}.get(root)
    if value is None:
        value, keys = portfolio.spec, [root, *keys]
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, tuple | list):
            value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
        else:
            value = getattr(value, key, None)
    return value


def _unknown(text: str, what: str, hint: str) -> SpecError:
    return SpecError((Finding(Where("--switch", path=text), "unknown-parameter", what, hint),))


# Kept with a run


def to_bytes(explanation: Explanation) -> bytes:
    """Return an explanation as JSON that reads back to the last digit."""
    body = {"format_version": FORMAT_VERSION, **asdict(explanation)}
    return (json.dumps(body, indent=1) + "\n").encode()


def from_bytes(raw: bytes) -> Explanation:
    """Return what `to_bytes` wrote.

    Raises
    ------
    ValueError
        If it is of another version, or damaged.
    """
    body = json.loads(raw)
    if body.pop("format_version", None) != FORMAT_VERSION:
        raise ValueError(f"explanation is not of format {FORMAT_VERSION}")
    worth = {key: _worth(body.pop(key)) for key in ("plan", "base", "free")}
    return Explanation(
        **worth,
        prices=tuple(
            Price(**{**p, **{k: _worth(p[k]) for k in ("up", "down", "whole")}})
            for p in body.pop("prices")
        ),
        answers=tuple(_answered(a) for a in body.pop("answers")),
        alternatives=tuple(
            Alternative(a["name"], Worth(**a["worth"]), a["moved"], tuple(a["changes"]))
            for a in body.pop("alternatives")
        ),
        switches=tuple(
            Switch(**{**s, "points": tuple(Point(**p) for p in s["points"]),
                      "flips": tuple(Flip(**f) for f in s["flips"])})
            for s in body.pop("switches")
        ),
        notes=tuple(body.pop("notes")),
        distance=tuple(Stage(**stage) for stage in body.pop("distance")),
        **body,
    )  # fmt: skip


def _worth(body: Mapping[str, Any] | None) -> Any:
    return None if body is None else Worth(**body)


def _answered(body: Mapping[str, Any]) -> Answer:
    forced = tuple(
        Forced(f["question"], f["pinned"], _worth(f["worth"]), tuple(f["moves"]))
        for f in body["forced"]
    )
    said = tuple(Said(**s) for s in body["binding"])
    return Answer(body["question"], body["finding"], said, forced)


def merged(old: Explanation | None, new: Explanation) -> Explanation:
    """Return the newer explanation with what only the older one has: parts, and other questions."""
    if old is None or (old.plan, old.base) != (new.plan, new.base):
        return new
    answers = {a.question: a for a in (*old.answers, *new.answers)}
    switches = {s.path: s for s in (*old.switches, *new.switches)}
    return replace(
        new,
        free=new.free or old.free,
        prices=new.prices or old.prices,
        answers=tuple(answers.values()),
        alternatives=new.alternatives or old.alternatives,
        switches=tuple(switches.values()),
        is_complete=new.is_complete and old.is_complete,
    )
