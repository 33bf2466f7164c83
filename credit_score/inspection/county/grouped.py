"""The county cube of a run, grouped by the engine that holds the rows: only counts leave it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.inspection.county.cube import NOT_SUPERVISED, CountyCube
from credit_score.inspection.cube.grid import grid, round_up
from credit_score.inspection.frame import RANDOM
from credit_score.policy.evaluation import Evaluation, evaluations
from credit_score.policy.ruleset import RuleSet
from credit_score.tiers.assign import forced_tiers

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from credit_score.inspection.violation_curve import ViolationCurve

MILLI, N_BINS, FINER, NONE = 1000, 1000, 10, -1


def county_cube(
    tables: "dict[str, ibis.Table]",
    schedule: "pd.DataFrame",
    load: "pd.DataFrame",
    rules: RuleSet,
    *,
    curve: "ViolationCurve | None" = None,
    between: tuple[str, str] = ("", ""),
) -> CountyCube:
    """The cube of all registered enterprises that have a score.

    Parameters
    ----------
    tables : in one engine: ``enterprises`` (``enterprise_id, sector, size``), ``tiers`` (``subject, score_milli``),
        ``ledger_enterprise``, ``frame`` (``department, subject, duty``), and ``sector_tiers`` where an evaluation is
        in force.
    schedule : as :func:`make_schedule` gives it: how often a statutory duty asks for a visit is read from it.
    load : as :func:`workload` gives it. ``between``: the days between which the visits of the curve were made.
    """
    firms = _firms(tables, rules)
    ends = firms.aggregate(low=firms.score_milli.min(), high=firms.score_milli.max()).execute().iloc[0]
    low, high = int(ends["low"]), int(ends["high"])
    width = _width(max(high - low, 1), [t.cutoff for t in rules.tiers if t.cutoff is not None])
    edges = grid(low / MILLI, high / MILLI, n_bins=N_BINS, width=width)
    step = round((edges[1] - edges[0]) * MILLI)
    firms = firms.mutate(bin=(firms.score_milli - round(edges[0] * MILLI)) // step).drop("subject")
    keys = [c for c in firms.columns if c != "score_milli"]
    counted = firms.group_by(keys).aggregate(n=firms.count(), points=firms.score_milli.sum()).execute()
    return _Kinds(counted.sort_values(keys, ignore_index=True), rules, schedule).cube(edges, load, curve, between)


def _width(span: int, cutoffs: list[int]) -> float:
    """The width of bins, in points, for scores over ``span`` thousandths: 1, 2 or 5 times a power of ten.

    It makes N_BINS bins, or up to FINER times as many where cut-offs in force stand between bins only then.
    """
    width = max(round_up(span / MILLI / N_BINS), 1 / MILLI)
    finer = [n / MILLI for power in (1, 10, 100, 1000) for n in (power, 2 * power, 5 * power)]
    fit = [w for w in finer if width / FINER <= w <= width and not any(c % round(w * MILLI) for c in cutoffs)]
    return max(fit, default=width)


def _firms(tables: "dict[str, ibis.Table]", rules: RuleSet) -> "ibis.Table":
    """A row a firm: ``subject, score_milli, sector, size``, and what else decides where it is put."""
    register, scores, ledger = tables["enterprises"], tables["tiers"], tables["ledger_enterprise"]
    firms = scores.select("subject", "score_milli").join(register, scores.subject == register.enterprise_id)
    firms = firms.select("subject", "score_milli", "sector", "size")
    firms = _with(firms, forced_tiers(ledger, rules.overrides), {"forced": ("forced_code", NONE)})
    for own in evaluations(rules):
        placed = tables["sector_tiers"].filter(tables["sector_tiers"].department == own.department)
        told = {f"level_{own.department}": ("risk_level", ""), f"credit_{own.department}": ("credit_tier", "")}
        firms = _with(firms, placed, told if own.own_cutoffs else dict(list(told.items())[:1]))
        forced = forced_tiers(ledger, own.overrides)
        firms = _with(firms, forced, {f"forced_{own.department}": ("forced_code", NONE)})
    due = tables["frame"].filter(tables["frame"].duty != RANDOM)
    for department in {m.department: None for m in rules.model.inspection.statutory_minimums}:
        firms = _with(firms, due.filter(due.department == department), {f"duty_{department}": ("duty", RANDOM)})
    return firms


def _with(firms: "ibis.Table", other: "ibis.Table", columns: dict[str, tuple[str, Any]]) -> "ibis.Table":
    """The firms with columns of another table by subject, under new names, filled where it has no row."""
    taken = other.select("subject", **{new: other[old] for new, (old, _) in columns.items()})
    joined = firms.left_join(taken, "subject").drop("subject_right")
    return joined.mutate(**{new: joined[new].fill_null(filled) for new, (_, filled) in columns.items()})


class _Kinds:
    """Rows of counts told apart by kind, and how each department takes a kind."""

    def __init__(self, counted: "pd.DataFrame", rules: RuleSet, schedule: "pd.DataFrame") -> None:
        self.counted, self.rules = counted, rules
        self.departments = rules.model.inspection.departments
        self.own = {e.department: e for e in evaluations(rules)}
        self.maps: dict[tuple[int, ...], int] = {}
        duty = schedule[schedule["duty"] != RANDOM].groupby(["department", "duty"])["frequency"].max()
        self.visits = {key: int(n) for key, n in duty.items()}

    def cube(self, edges: np.ndarray, load: "pd.DataFrame", curve: Any, between: tuple[str, str]) -> CountyCube:
        """The cube; ``edges`` of bins, ascending."""
        about, counted = self.rules.about, self.counted
        sectors, sizes = ([named.id for named in group] for group in (about.sectors, about.sizes))
        there = np.unique(counted["bin"].to_numpy(int))[::-1]
        told, kind = self._told()
        row = np.searchsorted(-there, -counted["bin"].to_numpy(int))
        counts = np.zeros((len(there), len(told), len(sizes)), np.int64)
        np.add.at(counts, (row, kind, counted["size"].map(sizes.index).to_numpy(int)), counted["n"].to_numpy(int))
        points = np.bincount(row, counted["points"].to_numpy(float)) / MILLI
        home = np.array([self._map(self._by_score(one)) for one in told])
        taken = np.array([list(self._taken(one)) for one in told], np.int64)
        own = [d.id in self.own and self.own[d.id].own_cutoffs for d in self.departments]
        days = [self.rules.figure(d.days_per_visit).value for d in self.departments]
        return CountyCube(
            tuple(t.id for t in self.rules.tiers), tuple(d.id for d in self.departments), tuple(sectors), tuple(sizes),
            bounds=np.stack([edges[there], edges[there + 1]]), score=points / counts.sum(axis=(1, 2)), counts=counts,
            sector=np.array([sectors.index(one["sector"]) for one in told]), home=home, place=taken[..., 0],
            maps=np.array(list(self.maps), np.int64), duty=taken[..., 1], own=np.array(own), days=np.array(days, float),
            capacity=self._by_department(load, "capacity_days"),
            out_of_plan=self._by_department(load, "out_of_plan_days"), curve=curve, since=between[0], until=between[1],
        )  # fmt: skip

    def _told(self) -> tuple[list[dict[str, Any]], np.ndarray]:
        """The kinds, and of each row its kind."""
        by = [c for c in self.counted.columns if c not in ("bin", "size", "n", "points")]
        rows = list(self.counted[by].itertuples(index=False, name=None))
        kinds = {kind: i for i, kind in enumerate(dict.fromkeys(rows))}
        return [dict(zip(by, kind, strict=True)) for kind in kinds], np.array([kinds[row] for row in rows])

    def _by_department(self, load: "pd.DataFrame", column: str) -> np.ndarray:
        found = load.set_index("department")[column].reindex([d.id for d in self.departments], fill_value=0.0)
        return found.to_numpy(float)

    def _taken(self, kind: dict[str, Any]) -> Iterator[tuple[int, int]]:
        """How each department takes a kind: its map, or −1, and the visits a year of a statutory duty."""
        for department in self.departments:
            if department.sectors != "all" and kind["sector"] not in department.sectors:
                yield NOT_SUPERVISED, 0
                continue
            own = self.own.get(department.id)
            level = kind.get(f"level_{department.id}", "")
            if own is not None and level:
                found = _by_matrix(
                    own, level, kind.get(f"credit_{department.id}", ""), kind[f"forced_{own.department}"]
                )
            else:
                found = self._by_score(kind)
            duty = kind.get(f"duty_{department.id}", RANDOM)
            yield self._map(found), self.visits[department.id, duty] if duty else 0

    def _by_score(self, kind: dict[str, Any]) -> tuple[int, ...]:
        """The tier of the score, or the worse one that an overriding condition leads to."""
        return tuple(max(k, kind["forced"]) for k in range(len(self.rules.tiers)))

    def _map(self, by_score: tuple[int, ...]) -> int:
        return self.maps.setdefault(by_score, len(self.maps))


def _by_matrix(own: Evaluation, level: str, credit: str, forced: int) -> tuple[int, ...]:
    """The tier by that of the score; the same for all where the evaluation has cut-offs of its own."""
    codes = {t.id: t.code for t in own.tiers}
    place = [n.id for n in own.levels].index(level)
    by_score = [codes[credit]] * len(own.tiers) if credit else range(len(own.tiers))
    return tuple(max(own.matrix[k][place], forced) for k in by_score)
