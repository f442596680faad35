"""One model on one persistent HiGHS object: levels and what-ifs change costs and bounds only."""

from __future__ import annotations

import time
from copy import copy
from dataclasses import dataclass
from threading import Lock, RLock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import highspy
import numpy as np
from highspy import cb
from highspy.highs import HighsCallback
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from planner import interrupts
from planner.domain.plan import Termination
from planner.errors import EngineError, UnboundedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from planner.capacity.timeline import FloatArray

INF: Final = highspy.kHighsInf
STATUS: Final = {
    highspy.HighsModelStatus.kOptimal: Termination.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Termination.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Termination.TIME,
    highspy.HighsModelStatus.kSolutionLimit: Termination.NODES,
    highspy.HighsModelStatus.kIterationLimit: Termination.NODES,
    highspy.HighsModelStatus.kInterrupt: Termination.INTERRUPTED,
}
FEASIBLE = 2
"""`primal_solution_status` of a feasible point; no value is read without it."""
WAIT_S: Final = 0.1
"""Seconds between two looks at the keyboard while the solver runs."""
TOLD_S: Final = 1.0
"""Seconds between two live lines of a solve."""
STOP_S: Final = 5.0
"""Seconds in which the solver must have stopped once it is asked to."""
ADDS_UP: Final = 1e-5
"""Relative distance of an objective as told from that of its point, beyond which it is wrong."""
HELD_SLACK: Final = 1e-7
"""Relative slack of a row whose other columns are held at a point, for the solver's tolerance."""
BIG_LP_ROWS: Final = 2000
"""Rows from which an LP without a basis goes to the interior point; simplex is slow there."""


@dataclass(frozen=True)
class Limits:
    """When a solve stops.

    Parameters
    ----------
    gap
        Relative gap of an integer solve; half the policy's tolerance where not given.
    nodes
        Nodes of a search; a count, so that results repeat.
    time_s
        Seconds of all solves together; a run that meets it is not reproducible.
    threads
        Of the solver; no result depends on them.
    """

    gap: float | None = None
    nodes: int = 500
    time_s: float | None = None
    threads: int = 1


@dataclass
class Course:
    """How far a solve has come, as its callback last said; None where nothing is known yet."""

    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    elapsed_s: float = 0.0
    is_search: bool = False

    def __str__(self) -> str:
        if not self.is_search:
            return f"linear program, {self.elapsed_s:.0f} s"
        best = "no plan yet" if self.incumbent is None else f"incumbent {self.incumbent:.6g}"
        bound = "" if self.bound is None else f", bound {self.bound:.6g}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{best}{bound}{gap}, {self.elapsed_s:.0f} s"


@dataclass(frozen=True)
class Solution:
    """What a solve found.

    Parameters
    ----------
    values
        By column; None where no feasible point is known.
    objective
        At `values`.
    bound
        Proof limit; None where none is known.
    """

    termination: Termination
    values: FloatArray | None
    objective: float | None
    bound: float | None


def _known(value: float) -> float | None:
    return float(value) if abs(value) < INF else None


class _Quiet(highspy.Highs):
    """HiGHS without the banner that its own constructor prints to stdout, which is for data."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        # The base class shares its locks between all solvers of the process, which then cannot run
        # side by side.
        self.__dict__.update(_Highs__solver_stopped=RLock(), _Highs__solver_started=Lock())
        kinds = range(int(cb.HighsCallbackType.kCallbackMax) + 1)
        self.callbacks = [HighsCallback(cb.HighsCallbackType(k), self) for k in kinds]
        self.enableCallbacks()  # type: ignore[no-untyped-call]
        self.course = Course()
        self.tell: Callable[[Course], None] | None = None
        self.heard: Callable[[], int] = lambda: 0
        """How many Ctrl-C have come while it solves."""
        self.was_asked = False
        """Whether a Ctrl-C came while it solved; the status says so only where it was in time."""

    def watch(self, tell: Callable[[Course], None]) -> None:
        """Say the course of each solve about once a second, from the thread that waits for it."""
        self.tell = tell
        # By default the solver logs so seldom that short solves would never be heard of.
        self.setOptionValue("mip_min_logging_interval", TOLD_S)
        course = self.callbacks[int(cb.HighsCallbackType.kCallbackMipLogging)]
        course.subscribe(self._logged)

    def _logged(self, event: Any) -> None:
        """Note what the search says, in the solver's thread."""
        out = event.data_out
        self.course.is_search = True
        self.course.incumbent = _known(out.mip_primal_bound)
        self.course.bound = _known(out.mip_dual_bound)
        self.course.gap = _known(out.mip_gap)

    def joinSolve(self, _thread: object = None, _limit: int = 0) -> Any:  # noqa: N802 - theirs
        """Wait for the solver; the first Ctrl-C asks it to stop, a second ends the wait.

        The base class prints to stdout here, and ends the process after five.
        """
        asked, began, told = False, time.monotonic(), 0.0
        self.course = Course()
        while True:
            is_done, status = self.wait(WAIT_S)
            if is_done:
                return status
            if self.heard() > 1:
                raise KeyboardInterrupt
            if self.heard() and not asked:
                asked = True
                self.cancelSolve()  # type: ignore[no-untyped-call]
            self.course.elapsed_s = time.monotonic() - began
            if self.tell is not None and self.course.elapsed_s - told >= TOLD_S:
                told = self.course.elapsed_s
                self.tell(self.course)

    def solve(self) -> Any:
        """Solve, in a thread of the solver's.

        Whatever else ends the wait, such as a signal to terminate, stops the solver first: no
        thread of it outlives the process that it is part of.
        """
        with interrupts.deferred() as self.heard:
            try:
                status = super().solve()
            except BaseException:
                self._stopped()
                raise
        self.was_asked |= self.heard() > 0
        return status

    def _stopped(self) -> None:
        """Ask the solver to stop, and wait until it has."""
        self.cancelSolve()  # type: ignore[no-untyped-call]
        deadline = time.monotonic() + STOP_S
        while time.monotonic() < deadline and not self.wait(WAIT_S)[0]:
            pass


class Engine:
    """A compiled model on HiGHS.

    Columns and rows go by their stable names, such as ``starts[a/b/tent/24x7,2026Q1]``.
    """

    def __init__(self, model: Any, *, seed: int, threads: int = 1) -> None:
        # Millions of objects of a model are none of them garbage; looking cost a third of this.
        with PauseGC():
            form = self._compiled(model)
        self._costs: dict[int, float] = {}
        self.relaxed: frozenset[int] = frozenset()
        """Whole columns that integer solves leave relaxed for now."""
        self.explains = True
        """Whether anybody wants to know what conflicts where nothing is feasible."""
        self.deadline: float | None = None
        self.was_interrupted = False
        self.hit_clock = False
        self._highs = self._passed(form, seed, threads)

    def _compiled(self, model: Any) -> Any:
        """Return a model's standard form, and note names and bounds of its columns and rows."""
        form = LinearStandardFormCompiler().write(model, mixed_form=True)
        self._index: dict[str, tuple[str, ...]] = {}
        named = self._named(form.columns)
        self.columns: dict[str, int] = {name: i for i, name in enumerate(named)}
        self.rows: dict[str, int] = {}
        lower, upper = np.full(len(form.rows), -INF), np.full(len(form.rows), INF)
        named = self._named([entry.constraint for entry in form.rows])
        for i, (name, entry) in enumerate(zip(named, form.rows, strict=True)):
            self.rows.setdefault(name, i)
            if entry.bound_type >= 0:
                upper[i] = form.rhs[i]
            if entry.bound_type <= 0:
                lower[i] = form.rhs[i]
        self.row_lower, self.row_upper = lower, upper
        self.lower = np.array([_bound(v.lb, -INF) for v in form.columns])
        self.upper = np.array([_bound(v.ub, INF) for v in form.columns])
        self.integers: NDArray[np.int32] = np.array(
            [i for i, v in enumerate(form.columns) if v.is_integer()], dtype=np.int32
        )
        return form

    def _passed(self, form: Any, seed: int, threads: int) -> Any:
        matrix = form.A.tocsc()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
        lp.col_cost_ = np.zeros(matrix.shape[1])
        lp.col_lower_, lp.col_upper_ = self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr
        lp.a_matrix_.index_ = matrix.indices
        lp.a_matrix_.value_ = matrix.data
        self.matrix = matrix
        # The solver's pool of threads is the process's, and keeps the number it began with.
        highspy.Highs.resetGlobalScheduler(True)
        highs = _Quiet()
        highs.HandleKeyboardInterrupt = True
        for key, value in {
            "output_flag": False, "threads": threads, "random_seed": seed % 2**31,
            "primal_feasibility_tolerance": 1e-8, "dual_feasibility_tolerance": 1e-8,
            "mip_feasibility_tolerance": 1e-7,
        }.items():  # fmt: skip
            highs.setOptionValue(key, value)
        highs.passModel(lp)
        return highs

    def _named(self, data: Sequence[Any]) -> list[str]:
        """Return the names of columns or rows, and note their indices.

        Pyomo's own names quote an index that holds a dot, a bracket or a quote, or is a number.
        """
        made: list[str] = []
        owner, prefix, keys = None, "", dict[int, Any]()
        for each in data:
            if (parent := each.parent_component()) is not owner:
                owner, prefix = parent, parent.name
                keys = {id(item): key for key, item in parent.items()}
            key = keys[id(each)]
            parts = key if isinstance(key, tuple) else (key,)
            index = () if key is None else tuple(map(str, parts))
            made.append(f"{prefix}[{','.join(index)}]" if index else prefix)
            self._index[made[-1]] = index
        return made

    def become(
        self, names: Mapping[str, tuple[str, ...]], matrix: Any, lower: FloatArray,
        upper: FloatArray, row_lower: FloatArray, row_upper: FloatArray,
        integers: NDArray[np.int64],
    ) -> Self:  # fmt: skip
        """Take another matrix, whose rows have no names; a copy of an engine is one of its own."""
        self._index, self._costs, self.rows = dict(names), {}, {}
        self.columns = {name: i for i, name in enumerate(names)}
        self.lower, self.upper, self.row_lower, self.row_upper = lower, upper, row_lower, row_upper
        self.integers = integers.astype(np.int32)
        seed, threads = (self._highs.getOptionValue(n)[1] for n in ("random_seed", "threads"))
        tell = self._highs.tell
        self._highs = self._passed(SimpleNamespace(A=matrix), seed, threads)
        if tell is not None:
            self._highs.watch(tell)
        return self

    def with_held(self, held: Sequence[int], values: FloatArray) -> tuple[Self, NDArray[np.int64]]:
        """Return an engine of the other columns, and which they are; these stay as at a point.

        Bounds are those of now. Rows give way by the solver's tolerance at that point.

        Parameters
        ----------
        held
            Columns that become numbers.
        values
            The point, shape (columns,).
        """
        lp = self._highs.getLp()
        n = lp.num_row_, lp.num_col_
        part = lp.a_matrix_
        matrix = sparse.csc_array((part.value_, part.index_, part.start_), shape=n)
        is_free = np.ones(n[1], dtype=bool)
        is_free[list(held)] = False
        free = np.flatnonzero(is_free)
        taken = matrix[:, ~is_free] @ values[~is_free]
        rest = matrix[:, free].tocsr()
        rows = np.flatnonzero(np.diff(rest.indptr))
        give = HELD_SLACK * np.maximum(1.0, np.abs(taken))
        names = list(self.columns)
        made = copy(self).become(
            {names[i]: self._index[names[i]] for i in free},
            rest[rows], self.lower[free], self.upper[free],
            (np.array(lp.row_lower_) - taken - give)[rows],
            (np.array(lp.row_upper_) - taken + give)[rows],
            np.flatnonzero(np.isin(free, np.setdiff1d(self.integers, list(self.relaxed)))),
        )  # fmt: skip
        place = {int(column): i for i, column in enumerate(free)}
        is_max = lp.sense_ == highspy.ObjSense.kMaximize
        costs = {place[c]: cost for c, cost in self._costs.items() if c in place}
        made.relaxed = frozenset()
        made.seek(costs, "max" if is_max else "min")
        return made, free

    def watch(self, tell: Callable[[Course], None]) -> None:
        """Say the course of each solve about once a second."""
        self._highs.watch(tell)

    @property
    def solver(self) -> str:
        """Name and version of the solver."""
        return f"HiGHS {self._highs.version()}"

    def stop(self) -> None:
        """Ask a solve that another thread waits for to end."""
        self._highs.cancelSolve()

    # Changes

    def column(self, component: str, *index: str) -> int:
        """Return the column of a variable."""
        return self.columns[f"{component}[{','.join(index)}]" if index else component]

    def columns_of(self, component: str) -> dict[tuple[str, ...], int]:
        """Return all columns of a variable by index."""
        start = f"{component}["
        return {self._index[name]: i for name, i in self.columns.items() if name.startswith(start)}

    def index_of(self, row: str) -> tuple[str, ...]:
        """Return the index of a row; an empty text for one of a component without."""
        return self._index[row] or ("",)

    def seek(self, costs: Mapping[int, float], sense: Literal["max", "min"]) -> None:
        """Make a weighted sum of columns the objective."""
        for i in self._costs:
            self._highs.changeColCost(i, 0.0)
        for i, cost in costs.items():
            self._highs.changeColCost(i, cost)
        self._costs = dict(costs)
        is_max = sense == "max"
        self._highs.changeObjectiveSense(
            highspy.ObjSense.kMaximize if is_max else highspy.ObjSense.kMinimize
        )

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Set the bounds of a column."""
        self.lower[column], self.upper[column] = lower, upper
        self._highs.changeColBounds(column, lower, upper)

    def limit(self, row: int, lower: float, upper: float) -> None:
        """Set the bounds of a row for now; `row_lower` and `row_upper` keep the model's own."""
        self._highs.changeRowBounds(row, lower, upper)

    def free(self, row: int) -> None:
        """Drop a row for now."""
        self.limit(row, -INF, INF)

    def restore(self, row: int) -> None:
        """Bring a row back as the model states it."""
        self.limit(row, float(self.row_lower[row]), float(self.row_upper[row]))

    def add_row(self, terms: Mapping[int, float], lower: float, upper: float) -> None:
        """Add a row without a name, such as a tangent of a curve; it stays."""
        columns = np.fromiter(terms, dtype=np.int32, count=len(terms))
        values = np.fromiter(terms.values(), dtype=float, count=len(terms))
        self._highs.addRow(lower, upper, len(terms), columns, values)
        self.row_lower = np.append(self.row_lower, lower)
        self.row_upper = np.append(self.row_upper, upper)

    def drop_last_row(self) -> None:
        """Take out the row that was added last."""
        last = len(self.row_lower) - 1
        self._highs.deleteRows(1, np.array([last], dtype=np.int32))
        self.row_lower, self.row_upper = self.row_lower[:last], self.row_upper[:last]

    # Solves

    def solve_lp(self, *, start_cold: bool = False) -> Solution:
        """Solve with all integers relaxed; a big model without a basis by interior point.

        Crossover follows, for without it the objective is no rigorous bound.
        """
        self._integrality(highspy.HighsVarType.kContinuous)
        if start_cold:
            self._highs.clearSolver()
        is_big = len(self.row_lower) > BIG_LP_ROWS and not self._highs.getBasis().valid
        self._highs.setOptionValue("solver", "ipx" if is_big else "choose")
        self._highs.setOptionValue("run_crossover", "on")
        return self._run(is_mip=False)

    def solve_mip(self, *, gap: float, nodes: int, start: FloatArray | None = None) -> Solution:
        """Solve with the integers whole, from a feasible start where one is given."""
        self._integrality(highspy.HighsVarType.kInteger)
        big = len(self.row_lower) > BIG_LP_ROWS
        for key, value in {
            "solver": "choose", "mip_lp_solver": "ipx" if big else "choose",
            "mip_rel_gap": gap, "mip_max_nodes": nodes,
        }.items():  # fmt: skip
            self._highs.setOptionValue(key, value)
        if start is not None:
            point = highspy.HighsSolution()
            point.col_value = list(start)
            self._highs.setSolution(point)
        found = self._run(is_mip=True)
        if self._adds_up(found):
            return found
        # Seen with HiGHS 1.16: solved after a linear program, a search tells objective and bound
        # without the cost of a hall that presolve had fixed; the point is right. A cold one is not
        # so.
        self._highs.clearSolver()
        found = self._run(is_mip=True)
        if self._adds_up(found):
            return found
        return Solution(found.termination, found.values, self._worth(found.values), None)

    def _adds_up(self, found: Solution) -> bool:
        """Return whether the objective that is told is that of the point."""
        if found.values is None or found.objective is None:
            return True
        worth = self._worth(found.values)
        return abs(found.objective - worth) <= ADDS_UP * max(1.0, abs(worth))

    def _worth(self, values: FloatArray | None) -> float:
        if values is None:
            return 0.0
        return sum(cost * float(values[i]) for i, cost in self._costs.items())

    def prices(self, rows: list[int]) -> FloatArray:
        """Return the dual values of rows at the last linear program; zeros where it has none."""
        solution = self._highs.getSolution()
        if not solution.dual_valid:
            return np.zeros(len(rows))
        return np.array(solution.row_dual)[rows]

    def _integrality(self, kind: Any) -> None:
        if len(self.integers):
            kinds = np.full(len(self.integers), kind)
            kinds[np.isin(self.integers, list(self.relaxed))] = highspy.HighsVarType.kContinuous
            self._highs.changeColsIntegrality(len(self.integers), self.integers, kinds)

    def _run(self, *, is_mip: bool) -> Solution:
        self._highs.setOptionValue("time_limit", self._until())
        self._highs.solve()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            return self._told_apart()
        if status not in STATUS and status != highspy.HighsModelStatus.kUnknown:
            raise EngineError(f"the solver ended with {self._highs.modelStatusToString(status)}")
        info = self._highs.getInfo()
        termination = STATUS.get(status, Termination.NODES)
        if termination is Termination.INTERRUPTED or self._highs.was_asked:
            # It stays set inside HiGHS; without the handler, what finishes the plan can run.
            self.was_interrupted = True
            self._highs.HandleKeyboardInterrupt = False
        self.hit_clock |= termination is Termination.TIME
        if termination is Termination.UNBOUNDED:
            raise UnboundedError("unbounded: something that is wanted has no limit")
        if info.primal_solution_status != FEASIBLE:
            return Solution(termination, None, None, None)
        values = np.array(self._highs.getSolution().col_value)
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if is_mip else objective
        if not is_mip and termination is not Termination.OPTIMAL:
            bound = np.inf
        return Solution(termination, values, objective, bound if np.isfinite(bound) else None)

    def _until(self) -> float:
        """Return the clock reading of HiGHS, which sums over solves, at the deadline."""
        if self.deadline is None:
            return float(INF)
        return float(self._highs.getRunTime()) + max(0.0, self.deadline - time.monotonic())

    def _told_apart(self) -> Solution:
        """Solve for feasibility alone: an unbounded model is feasible, an infeasible one is not."""
        costs = dict(self._costs)
        for i in costs:
            self._highs.changeColCost(i, 0.0)
        self._highs.solve()
        is_feasible = self._highs.getInfo().primal_solution_status == FEASIBLE
        for i, cost in costs.items():
            self._highs.changeColCost(i, cost)
        if is_feasible:
            raise UnboundedError("unbounded: something that is wanted has no limit")
        return Solution(Termination.INFEASIBLE, None, None, None)

    def row_values(self) -> FloatArray:
        """Return the value of every row at the last solution."""
        return np.array(self._highs.getSolution().row_value)

    def row_duals(self) -> FloatArray:
        """Return by how much the last objective moves a unit of each row's bounds."""
        return np.array(self._highs.getSolution().row_dual)

    def column_duals(self) -> FloatArray:
        """Return by how much the last objective moves a unit of each column that is at a bound."""
        return np.array(self._highs.getSolution().col_dual)

    def basis(self) -> tuple[list[Any], list[Any]] | None:
        """Return the basis of the last linear program: status by column and by row."""
        basis = self._highs.getBasis()
        return (list(basis.col_status), list(basis.row_status)) if basis.valid else None

    def adopt(self, basis: tuple[list[Any], list[Any]] | None) -> None:
        """Start from the basis of a model of the same shape; one of another shape is left out."""
        shape = len(self.lower), len(self.row_lower)
        if basis is None or (len(basis[0]), len(basis[1])) != shape:
            return
        taken = highspy.HighsBasis()
        taken.col_status, taken.row_status = basis
        taken.valid = True
        self._highs.setBasis(taken)

    def least_slack(self, rows: list[int]) -> float | None:
        """Return by how much rows must give way at most, at the least; None if that mends nothing.

        One column relaxes all the rows alike, is made small, and is taken out again.
        """
        column = self._highs.getNumCol()
        signs = np.array([1.0 if self.row_lower[r] > -INF else -1.0 for r in rows])
        self._highs.addCol(0.0, 0.0, INF, len(rows), np.array(rows, dtype=np.int32), signs)
        self.seek({column: 1.0}, "min")
        found = self.solve_lp()
        self._highs.deleteCols(1, np.array([column], dtype=np.int32))
        self._costs = {}
        return None if found.values is None else float(found.values[column])


def uninterrupted(engine: Engine, found: Solution) -> Solution:
    """Return what a solve found.

    Raises
    ------
    KeyboardInterrupt
        If a signal ended it: what it found then is no answer to what was asked.
    """
    if engine.was_interrupted:
        raise KeyboardInterrupt
    return found


def _bound(value: float | None, default: float) -> float:
    return default if value is None else float(value)


def as_costs(columns: Iterable[int], cost: float = 1.0) -> dict[int, float]:
    """Return one cost for several columns."""
    return dict.fromkeys(columns, cost)
