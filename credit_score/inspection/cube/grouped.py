"""The sums of a cube grouped by the engine that holds the rows, so that only they come to the desk."""

from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.inspection.cube.grid import grid, round_up
from credit_score.inspection.cube.labels import check_n_labels

if TYPE_CHECKING:
    import ibis
    import pandas as pd

MILLI = 1000
WIDEST_MILLI = 2**53  # further out, whole numbers are not told apart
NUMBERS = ("score_milli", "expected_bad", "days")
NEEDED = (*NUMBERS, "department")


def grouped(table: "ibis.Table", *, n_bins: int, width: float | None) -> tuple[np.ndarray, np.ndarray, Any, Any]:
    """Sums (B, D, 4) of ascending bins, their edges (B + 1,), names of departments, and what bears the visits or None.

    ``table`` as :meth:`WhatIfCube.of_table` takes it. Raises FitError for a column that is missing, rows that
    cannot be, and a width that is no whole number of thousandths.
    """
    table = _as_numbers(table)
    ends = _checked(table)
    edges = _edges(int(ends["low"]), int(ends["high"]), n_bins, width)
    step = round((edges[1] - edges[0]) * MILLI)
    rows = table.mutate(bin=(table.score_milli.cast("int64") - round(edges[0] * MILLI)) // step)
    added = {
        "n": rows.count(), "bad": rows.expected_bad.sum(), "squares": (rows.expected_bad * rows.expected_bad).sum(),
        "days": rows.days.sum(),
    }  # fmt: skip
    found = rows.group_by("bin", "department").aggregate(**added).execute()
    names = tuple(sorted(found["department"].unique()))
    sums = np.zeros((len(edges) - 1, len(names), len(added)))
    sums[found["bin"].astype(int), _codes(found["department"], names)] = found[list(added)].to_numpy(float)
    return sums, edges, names, _borne(rows, len(edges) - 1, names)


def _as_numbers(table: "ibis.Table") -> "ibis.Table":
    """The table with its numbers as float64, whatever kind of number the engine holds."""
    if missing := [c for c in NEEDED if c not in table.columns]:
        raise FitError(f"a table without {', '.join(missing)}", remedy=f"give the columns {', '.join(NEEDED)}")
    for name in NUMBERS:
        kind = table[name].type()
        if not (kind.is_numeric() or kind.is_boolean()):
            raise FitError(f"{name} of kind {kind} that is no number", remedy="give numbers")
    return table.mutate(**{name: table[name].cast("float64") for name in NUMBERS})


def _checked(table: "ibis.Table") -> "pd.Series":
    """Lowest and highest score of rows that can be."""
    labels = [c for c in ("department", "sector", "size") if c in table.columns]
    given = [c for c in (*labels[1:], "subject") if c in table.columns]
    fine = table.expected_bad.between(0, 1) & (table.days >= 0)
    fine &= (table.score_milli % 1 == 0) & (table.score_milli.abs() < WIDEST_MILLI)
    for name in (*NUMBERS, "department"):
        fine &= _is_there(table[name])
    for name in NUMBERS:
        fine &= ~table[name].isinf()
    odd = {f"no_{c}": (~_is_there(table[c])).sum() for c in given} | {"no_row": (~fine.fill_null(False)).sum()}
    kinds = {f"n_{c}": table[c].nunique() for c in labels}
    ends = table.aggregate(
        n=table.count(), low=table.score_milli.min(), high=table.score_milli.max(), **odd, **kinds
    ).execute().iloc[0]  # fmt: skip
    if not ends["n"]:
        raise FitError("no row", remedy="give a row a firm and department")
    lacks = {"row": "score, department, days, or a chance in [0, 1]"} | {c: c for c in given}
    for name, what in lacks.items():
        if n_odd := int(ends[f"no_{name}"]):
            remedy = "complete these rows, or leave them out; a score is in whole thousandths"
            raise FitError(f"{n_odd} of {int(ends['n'])} rows without {what}", remedy=remedy)
    for name in labels:
        check_n_labels(int(ends[f"n_{name}"]), name)
    return ends


def _is_there(column: "ibis.Column") -> "ibis.Column":
    return column.notnull() & ~column.isnan() if column.type().is_floating() else column.notnull()


def _edges(low: int, high: int, n_bins: int, width: float | None) -> np.ndarray:
    wide = max(round_up(max(high - low, 1) / MILLI / max(n_bins, 1)), 1 / MILLI) if width is None else width
    if not 1 <= wide * MILLI < np.inf or abs(wide * MILLI - round(wide * MILLI)) > 1e-9:
        raise FitError(f"bins {wide:g} wide", remedy="give a width of whole thousandths of a point")
    return grid(low / MILLI, high / MILLI, n_bins=n_bins, width=wide)


def _codes(labels: "pd.Series", names: tuple[Any, ...]) -> np.ndarray:
    return labels.map({name: i for i, name in enumerate(names)}).to_numpy(int)


def _borne(rows: "ibis.Table", n_bins: int, departments: tuple[Any, ...]) -> Any:
    """Rows by bin, department, sector and size, (B, D, S, Z); firms of a sector and size, each once; and the names."""
    import ibis

    axes = [c for c in ("sector", "size") if c in rows.columns]
    if not axes:
        return None
    full = rows.mutate(**{c: ibis.literal("") for c in ("sector", "size") if c not in axes})
    counted = full.group_by("bin", "department", "sector", "size").aggregate(n=full.count()).execute()
    firms = full.select("sector", "size", "subject").distinct() if "subject" in rows.columns else full
    once = firms.group_by("sector", "size").aggregate(n=firms.count()).execute()
    if "subject" in rows.columns and (twice := int(once["n"].sum()) - int(firms.subject.nunique().execute())):
        raise FitError(f"{twice} firms stand in two sectors or sizes", remedy="give each firm one")
    names = [tuple(sorted(once[c].unique())) for c in ("sector", "size")]
    shape = (len(names[0]), len(names[1]))
    rows_by, n_firms = np.zeros((n_bins, len(departments), *shape), np.int64), np.zeros(shape, np.int64)
    groups = [_codes(counted[c], n) for c, n in zip(("sector", "size"), names, strict=True)]
    rows_by[counted["bin"].astype(int), _codes(counted["department"], departments), *groups] = counted["n"]
    n_firms[*(_codes(once[c], n) for c, n in zip(("sector", "size"), names, strict=True))] = once["n"]
    return rows_by, n_firms, *names
