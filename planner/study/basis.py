"""What a plan was chosen from, kept with its run: readiness of every option, and corrections."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.domain.explanation import PinCost, Worth
from planner.domain.plan import Candidate
from planner.domain.result import Readiness, TerminalAnswer
from planner.study.bet import read, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.bet import Bet
    from planner.domain.result import Result

FORMAT_VERSION: Final = "1.0"
_ARRAYS: Final = ("ready_day", "service_day", "block_mw")
_NUMBERS: Final = ("power_tail_day", "rack_tail_day")


@dataclass(frozen=True)
class Basis:
    """What the optimiser was given beside the portfolio.

    Parameters
    ----------
    readiness
        Of every option; empty for a plan that was not optimised.
    corrections
        Extra days by cause.
    terminal
        What the plan would buy at none and twice of its terminal value.
    """

    readiness: tuple[Readiness, ...] = ()
    corrections: Mapping[str, float] = field(default_factory=dict)
    terminal: tuple[TerminalAnswer, ...] = ()
    bet: Bet | None = None
    """What was weighed up over scenarios."""
    pin_costs: tuple[PinCost, ...] = ()
    """What each pin costs."""

    @classmethod
    def of(cls, result: Result) -> Basis:
        """Return what the plan of a run was chosen from."""
        return cls(
            result.readiness, result.corrections, result.terminal, result.bet, result.pin_costs
        )

    def to_bytes(self) -> bytes:
        """Return it as JSON that reads back to the last digit."""
        body: dict[str, object] = {
            "format_version": FORMAT_VERSION,
            "corrections": dict(sorted(self.corrections.items())),
            "terminal": [asdict(answer) for answer in self.terminal],
            "readiness": [_written(option) for option in self.readiness],
        }
        if self.bet is not None:
            body["bet"] = written(self.bet)
        if self.pin_costs:
            body["pin_costs"] = [asdict(cost) for cost in self.pin_costs]
        return (json.dumps(body, indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Basis:
        """Return what `to_bytes` wrote.

        Raises
        ------
        ValueError
            If it is of another version, or damaged.
        """
        body = json.loads(raw)
        if body.get("format_version") != FORMAT_VERSION:
            raise ValueError(f"format {body.get('format_version')}, wanted {FORMAT_VERSION}")
        options = tuple(_read(option) for option in body["readiness"])
        terminal = tuple(TerminalAnswer(**row) for row in body.get("terminal", ()))
        corrections = {k: float(v) for k, v in body["corrections"].items()}
        costs = tuple(_cost(row) for row in body.get("pin_costs", ()))
        return cls(options, corrections, terminal, read(body.get("bet")), costs)


def _cost(row: Mapping[str, Any]) -> PinCost:
    gain = row["gain"]
    return PinCost(**{**row, "gain": None if gain is None else Worth(**gain)})


def _written(option: Readiness) -> dict[str, object]:
    candidate = option.candidate
    return {
        "candidate": [candidate.site, candidate.group, candidate.mode, candidate.calendar],
        "period": option.period,
        **{name: getattr(option, name).tolist() for name in _ARRAYS},
        **{name: float(getattr(option, name)) for name in _NUMBERS},
    }


def _read(row: Mapping[str, Any]) -> Readiness:
    site, group, mode, calendar = row["candidate"]
    return Readiness(
        candidate=Candidate(site, group, mode, calendar),
        period=int(row["period"]),
        ready_day=np.array(row["ready_day"], dtype=np.float64),
        service_day=np.array(row["service_day"], dtype=np.float64),
        block_mw=np.array(row["block_mw"], dtype=np.float64),
        power_tail_day=float(row["power_tail_day"]),
        rack_tail_day=float(row["rack_tail_day"]),
    )
