"""Native charts of the workbook: which tables have one, and of which columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from planner.report import charts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.report.document import Table

SIZE: Final = {"x_scale": 1.6, "y_scale": 1.4}
DASHES: Final = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot")
"""Of lines in their order, so that none differs by colour alone."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A native chart of a table.

    Parameters
    ----------
    across
        Key of the column along the axis.
    values
        Keys of the series.
    unit
        Title of the value axis.
    split
        Key of a column of which only the rows of its first value are drawn: the portfolio of a
        table by subject, the first team of one by team.
    """

    kind: Literal["line", "column", "bar"]
    across: str
    values: tuple[str, ...]
    unit: str
    is_stacked: bool = False
    split: str = ""


NATIVE: Final[Mapping[str, Drawn]] = {
    "capacity": Drawn("line", "period", ("firm_mw_p50", "halls_ready_mw_p50", "service_mw_p50",
                                         "demand_mw"), "MW of facility power", split="subject"),
    "cashflow": Drawn("column", "period", ("gpus_musd", "construction_musd", "equipment_musd",
                                           "site_works_musd", "power_musd", "energy_musd",
                                           "operation_musd", "rent_musd"),
                      "MUSD a period, nominal", is_stacked=True),
    "cash_bands": Drawn("line", "period", ("committed_musd", "capital_paid_musd", "paid_p10_musd",
                                           "paid_p50_musd", "paid_p80_musd"), "MUSD, cumulative"),
    "teams": Drawn("line", "period", ("h100e_per_researcher_p10", "h100e_per_researcher_p50",
                                      "h100e_per_researcher_p90"), "H100e per researcher",
                   split="team"),
    "stranding": Drawn("column", "period", ("power_musd_p50", "halls_musd_p50", "gpus_musd_p50"),
                       "MUSD standing idle, P50", is_stacked=True, split="subject"),
    "risk": Drawn("bar", "title", ("p80_day",), "Days of P80"),
    "removal": Drawn("bar", "title", ("p80_day",), "Days of P80"),
    "key_date": Drawn("column", "until", ("share",), "Share of futures"),
    "spend_curve": Drawn("line", "month", ("early_musd", "late_musd", "p50_musd"),
                         "MUSD, cumulative"),
}  # fmt: skip


def add_chart(book: Any, sheet: Any, name: str, table: Table) -> None:
    """Put the chart of a table beside it, nothing where it has none or a column is missing."""
    drawn, keys = NATIVE.get(table.name), [c.key for c in table.columns]
    if drawn is None or not table.rows or not {drawn.across, *drawn.values} <= set(keys):
        return
    rows = _rows(table, drawn, keys)
    kind = {"type": drawn.kind, **({"subtype": "stacked"} if drawn.is_stacked else {})}
    chart = book.add_chart(kind)
    across = keys.index(drawn.across)
    for i, key in enumerate(drawn.values):
        at, colour = keys.index(key), charts.SERIES[i % len(charts.SERIES)]
        column = table.columns[at]
        chart.add_series({
            "name": f"{column.group} {column.title}".strip(),
            "categories": [name, 1, across, rows, across],
            "values": [name, 1, at, rows, at],
            **({"line": {"color": colour, "width": 2, "dash_type": DASHES[i % len(DASHES)]}}
               if drawn.kind == "line" else {"fill": {"color": colour}, "gap": 40}),
        })  # fmt: skip
    chart.set_title({"name": table.title, "name_font": {"size": 12}})
    _axes(chart, drawn)
    chart.set_legend({"none": True} if len(drawn.values) == 1 else {"position": "bottom"})
    sheet.insert_chart(1, len(keys) + 1, chart, SIZE)


def _axes(chart: Any, drawn: Drawn) -> None:
    """Name the axis of amounts; on bars the first row is on top."""
    # xlsxwriter calls the axis of categories x, for bars as well.
    chart.set_x_axis({"reverse": True} if drawn.kind == "bar" else {"num_font": {"rotation": -45}})
    chart.set_y_axis({"name": drawn.unit, "name_font": {"bold": False}})


def _rows(table: Table, drawn: Drawn, keys: list[str]) -> int:
    """Return how many rows are drawn: those before the split column changes."""
    if not drawn.split:
        return len(table.rows)
    at = keys.index(drawn.split)
    first = table.rows[0][at]
    return next((i for i, row in enumerate(table.rows) if row[at] != first), len(table.rows))
