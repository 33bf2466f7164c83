"""The sums of a cube grouped by the engine that holds the rows, so that only they come to the desk."""

from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.inspection.cube.grid import grid, round_up

if TYPE_CHECKING:
    import ibis
    import pandas as pd

MILLI = 1000


def grouped(table: "ibis.Table", *, n_bins: int, width: float | None) -> tuple[np.ndarray, np.ndarray, Any, Any]:
    """Sums (B, D, 4) of ascending bins, their edges (B + 1,), names of departments, and what bears the visits or None.

    ``table`` as :meth:`WhatIfCube.of_table` takes it. Raises FitError for a column that is missing, rows that
    cannot be, and a width that is no whole number of thousandths.
    """
    ends = _checked(table)
    edges = _edges(int(ends["low"]), int(ends["high"]), n_bins, width)
    step = round((edges[1] - edges[0]) * MILLI)
    rows = table.mutate(bin=(table.score_milli - round(edges[0] * MILLI)) // step)
    added = {
        "n": rows.count(), "bad": rows.expected_bad.sum(), "squares": (rows.expected_bad * rows.expected_bad).sum(),
        "days": rows.days.sum(),
    }  # fmt: skip
    found = rows.group_by("bin", "department").aggregate(**added).execute()
    names = tuple(sorted(found["department"].unique()))
    sums = np.zeros((len(edges) - 1, len(names), len(added)))
    sums[found["bin"].astype(int), _codes(found["department"], names)] = found[list(added)].to_numpy(float)
    return sums, edges, names, _borne(rows, len(edges) - 1, names)


def _checked(table: "ibis.Table") -> "pd.Series":
    """Lowest and highest score of rows that can be."""
    needed = ("score_milli", "department", "expected_bad", "days")
    if missing := [c for c in needed if c not in table.columns]:
        raise FitError(f"a table without {', '.join(missing)}", remedy=f"give the columns {', '.join(needed)}")
    fine = table.expected_bad.between(0, 1) & (table.days >= 0) & table.days.notnull() & ~table.days.isinf()
    fine &= table.score_milli.notnull() & table.department.notnull()
    ends = table.aggregate(
        n=table.count(), odd=(~fine.fill_null(False)).sum(), low=table.score_milli.min(), high=table.score_milli.max()
    ).execute().iloc[0]  # fmt: skip
    if not ends["n"]:
        raise FitError("no row", remedy="give a row a firm and department")
    if ends["odd"]:
        what = f"{int(ends['odd'])} of {int(ends['n'])} rows without score, department, days, or a chance in [0, 1]"
        raise FitError(what, remedy="complete these rows, or leave them out")
    return ends


def _edges(low: int, high: int, n_bins: int, width: float | None) -> np.ndarray:
    wide = max(round_up(max(high - low, 1) / MILLI / n_bins), 1 / MILLI) if width is None else width
    if abs(wide * MILLI - round(wide * MILLI)) > 1e-9 or wide * MILLI < 1:
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
    n_firms = full.subject.nunique() if "subject" in rows.columns else full.count()
    once = full.group_by("sector", "size").aggregate(n=n_firms).execute()
    names = [tuple(sorted(once[c].unique())) for c in ("sector", "size")]
    shape = (len(names[0]), len(names[1]))
    rows_by, firms = np.zeros((n_bins, len(departments), *shape), np.int64), np.zeros(shape, np.int64)
    groups = [_codes(counted[c], n) for c, n in zip(("sector", "size"), names, strict=True)]
    rows_by[counted["bin"].astype(int), _codes(counted["department"], departments), *groups] = counted["n"]
    firms[*(_codes(once[c], n) for c, n in zip(("sector", "size"), names, strict=True))] = once["n"]
    return rows_by, firms, *names
