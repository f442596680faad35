"""Why a plan is as it is: what more is worth, what else was near, what would flip it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

FlipKind = Literal["most", "use", "mix"]
TODAY: Final = "as today"
"""Said of a mix that is today's."""

NOTHING: Final = 1e-6
"""Relative gain below which a step is worth nothing."""
CONFIRMED: Final = "confirmed with whole halls"
IN_PARTS: Final = "halls in parts only"
NO_TIME: Final = "halls in parts only: no time for whole ones"
"""What is said of a switch point that was found with halls in parts."""

Basis = Literal["halls fixed", "halls free", "halls in parts"]
"""How a step was solved: with the plan's halls, with whole halls chosen anew nearby, or with halls
that may be started in parts (which bounds, and proves nothing of whole ones)."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Values of a plan's objectives, or changes of them; None where not known.

    Parameters
    ----------
    level
        Effective compute per researcher and weight of the worst ranked team [H100e/researcher].
    total
        Discounted effective compute of all [kH100e-year].
    spend
        Discounted spend [BUSD].
    """

    level: float | None = None
    total: float | None = None
    spend: float | None = None

    def less(self, other: Worth) -> Worth:
        """Return the change from another to this."""
        return Worth(
            _less(self.level, other.level), _less(self.total, other.total),
            _less(self.spend, other.spend),
        )  # fmt: skip


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of the user's that binds, and its place in the files."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Price:
    """What one step more, and one step less, of something changes.

    Parameters
    ----------
    kind
        Family of the lever: power, date, money, supply, docks, crews, land, places or starts.
    step
        The step in words, such as ``1 MW more from lakeside/grid from 2027Q3 on``.
    basis
        How up and down were solved.
    up, down
        Changes of the objectives; None where no plan with the same halls is left.
    whole
        Change of the step up with whole halls chosen anew; None where that was not asked.
    size, unit
        Of the step, so that a step's worth is told a unit.
    least, most
        What the step up gains at least and at most in the first objective with whole halls chosen
        anew, by the bounds of both searches; None where that was not asked, or no bound is known.
    """

    kind: str
    step: str
    where: str
    basis: Basis
    up: Worth | None
    down: Worth | None
    whole: Worth | None = None
    size: float = 1.0
    unit: str = ""
    least: float | None = None
    most: float | None = None


def verdict(price: Price, told: Explanation) -> str:
    """Return whether a step up is told apart from nothing, in words; empty where it was not asked.

    With the plan's halls a step is a linear program and exact. With whole halls chosen anew it is
    known within the bounds of two searches.
    """
    if price.least is not None and price.most is not None:
        if price.least > 0:
            return f"confirmed: {price.least:+.3g} to {price.most:+.3g}"
        return f"within the gap: {price.least:+.3g} to {price.most:+.3g}"
    base, gain = told.base.level, price.up.level if price.up else None
    if base is None or gain is None:
        return ""
    if abs(gain) <= NOTHING * abs(base):
        return "worth nothing"
    return "below the gap of a search" if abs(gain) < told.gap * abs(base) else ""


@dataclass(frozen=True, slots=True)
class PinCost:
    """What a pinned decision costs: the plan with all pins against the plan without that one.

    Parameters
    ----------
    name
        Of the pin.
    text, where
        The pin as a statement, and its place.
    basis
        How both were solved.
    gain
        Change of the objectives without the pin; None where it was not tried in the time given.
    """

    name: str
    text: str
    where: str
    basis: Basis
    gain: Worth | None


@dataclass(frozen=True, slots=True)
class Forced:
    """A decision forced the other way.

    Parameters
    ----------
    question
        As asked.
    pinned
        What was forced, in words.
    worth
        Change of the objectives; None where no plan nearby keeps the hard rules.
    moves
        What else moves, one line a change.
    """

    question: str
    pinned: str
    worth: Worth | None
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question of why or why not.

    Parameters
    ----------
    finding
        A sentence.
    binding
        Statements that hold the decision where it is.
    forced
        The decision forced the other way, in several ways where there are.
    """

    question: str
    finding: str
    binding: tuple[Said, ...]
    forced: tuple[Forced, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan within a share of the best.

    Parameters
    ----------
    name
        Such as ``A1``.
    worth
        Change of the objectives against the plan.
    moved
        Halls that are started in another way or period, or not at all.
    changes
        The difference in words, one line a change.
    """

    name: str
    worth: Worth
    moved: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The choice at a value of a parameter.

    Parameters
    ----------
    mw
        IT megawatts of halls started, by mode.
    level
        Of the worst team [H100e/researcher]; None where the first objective is another.
    sites
        The same megawatts by site, then mode.
    """

    value: float
    mw: dict[str, float]
    level: float | None
    sites: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flip:
    """Between two values the choice changes.

    Parameters
    ----------
    before, after
        Below and above: the mode with most megawatts, the mode in use (empty for not in use), or
        whether the mix is today's.
    kind
        ``most``: another mode has most megawatts. ``use``: a mode comes into use at a site, or goes
        out of it. ``mix``: a tenth of the megawatts stand in another site or mode than today.
    site
        Where; empty for all sites together.
    proof
        Where it was found with halls in parts: whether whole ones say so, and if not, why.
    whole_low, whole_high
        Values between which the choice flips with whole halls; None where that is not known.
    """

    low: float
    high: float
    before: str
    after: str
    kind: FlipKind = "most"
    site: str = ""
    proof: str = ""
    whole_low: float | None = None
    whole_high: float | None = None

    @property
    def text(self) -> str:
        """What changes as the parameter grows, in words."""
        place = self.site or "all sites"
        if self.kind == "mix":
            side = "up to" if self.after == TODAY else "from"
            return f"a tenth of the MW or more is otherwise {side}"
        if self.kind == "use":
            verb = (
                f"{self.after} comes into use" if self.after else f"{self.before} is used no more"
            )
            return f"{place}: {verb}"
        return f"{place}: most {self.before} -> most {self.after}"

    def between(self) -> str:
        """Return the values between which it changes, in words."""
        if self.kind == "mix":
            return f"{self.low if self.after == TODAY else self.high:.3g}"
        return f"between {self.low:.3g} and {self.high:.3g}"

    def proved(self) -> str:
        """Return what whole halls say to it, in words; empty where they were searched anyway."""
        if self.whole_low is None or self.whole_high is None:
            return self.proof
        if (self.whole_low, self.whole_high) == (self.low, self.high):
            return self.proof
        return f"with whole halls between {self.whole_low:.3g} and {self.whole_high:.3g}"


@dataclass(frozen=True, slots=True)
class Switch:
    """Where along a parameter the choice flips.

    Parameters
    ----------
    path
        Name of the parameter, as given to ``--switch``.
    title, unit
        In words; values are in `unit`.
    today
        Value in the plan.
    points
        Values tried, ascending.
    flips
        Where the choice changes; empty where it does not between the ends.
    note
        What was held, and what the answer leaves out.
    farthest
        Largest share of the megawatts that stands in another site or mode than today at any value
        tried; None where today's was not solved.
    """

    path: str
    title: str
    unit: str
    today: float
    points: tuple[Point, ...]
    flips: tuple[Flip, ...]
    note: str = ""
    farthest: float | None = None

    def told(self) -> tuple[str, ...]:
        """Return where the choice flips, in words; where it does not, how far the mix moves."""
        if self.flips:
            return tuple(f"{flip.text} {flip.between()}" for flip in self.flips)
        if self.farthest is None:
            return ("does not flip",)
        return (f"does not flip; at most {self.farthest:.0%} of the MW is otherwise",)

    def proved(self) -> tuple[str, ...]:
        """Return what whole halls say to each line that `told` returns."""
        return tuple(flip.proved() for flip in self.flips) or ("",)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage between the base and the plan, and the first objective that is left after it."""

    text: str
    level: float


@dataclass(frozen=True)
class Explanation:
    """All that was asked of a run.

    Parameters
    ----------
    plan
        Objectives of the plan itself: whole racks, and dates of lots.
    base
        The same of the linear program with the plan's halls, from which every change is taken.
    free
        The same with whole halls searched anew around the plan, from which changes with halls free
        are taken; None where none was asked.
    is_small
        Whether whole halls are searched over the whole model, and not only near the plan.
    notes
        What the figures leave out, a sentence each.
    gap
        Relative gap at which a search for whole halls stops: a gain below it is told apart from
        none only where the bounds of both searches do so.
    distance
        Why the plan lies below the base, stage by stage from the base to the plan; empty where the
        first objective is not compute per researcher.
    mw
        IT megawatts that the plan starts, by site, then mode.
    """

    plan: Worth
    base: Worth
    free: Worth | None = None
    is_small: bool = True
    gap: float = 0.0
    distance: tuple[Stage, ...] = ()
    mw: dict[str, dict[str, float]] = field(default_factory=dict)
    prices: tuple[Price, ...] = ()
    answers: tuple[Answer, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    switches: tuple[Switch, ...] = ()
    notes: tuple[str, ...] = ()
    is_complete: bool = True
    """False where a clock or a signal ended it before all was tried."""
    is_interrupted: bool = False
    """Whether a signal ended it; what was found before stands."""
