"""The published set of a run folder: tables for everybody, their data sheet, and the audit that lets them out.

What it writes depends on no tier: neither tiers, nor the policy's cut-offs, nor a fingerprint of either is in it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score import __version__
from credit_score.errors import PolicyError, RunError
from credit_score.files import TOOL, check_free, fingerprints, whole_folder
from credit_score.pilot.publication.again import audit_again, release_as_told
from credit_score.pilot.publication.cubes import CUBES
from credit_score.pilot.publication.part import limits, published_tables
from credit_score.policy.publication import PublishedTable
from credit_score.records.duties.coverage import coverage_by
from credit_score.records.duties.four_zeros import to_sum
from credit_score.report.data_sheet import data_sheet
from credit_score.report.published import PublishedSet
from credit_score.report.run_folder import RunFolder
from credit_score.sheet import write_csv

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet

KIND, MARK, SHEET = "published set", "manifest.json", "DATASHEET.md"
# The finest step of a share of firms that is still one of several firms.
STEPS = (0.001, 0.01, 0.05, 0.1)
# What indicators count firms or their records by, those of sole proprietors among them.
OF_FIRMS = {
    "platform_firms", "real_name_firms", "authorised_firms", "joint_firms", "rated_firms", "credit_records",
    "farm_entities_covered", "offending_reports", "wrong_disputes",
}  # fmt: skip
BOARD = [
    "indicator", "task", "label_zh", "label_en", "value", "step", "unit", "comparison", "target", "light", "needs_zh",
    "needs_en", "deadline",
]  # fmt: skip


def published_set(run: RunFolder) -> PublishedSet:
    """The published set of a run, held to the audit from its own numbers.

    Raises RunError where the audit fails, PolicyError where the policy publishes nothing on the run's day.
    """
    import pandas as pd

    rules = run.rules()
    own = published_tables(rules)
    if not own:
        what = f"policy {rules.name!r} publishes nothing on {rules.on}"
        raise PolicyError(what, remedy="add its section publication.yaml, or ask for a later day")
    found = tuple((table, frame) for table in own if (frame := _table(table, run, rules)) is not None)
    cells: dict[str, pd.DataFrame] = {}
    audits = [pd.DataFrame(columns=["table", "low", "high", "possible"])]
    for name in dict.fromkeys(CUBES[t.of] for t, _ in found if t.of in CUBES):
        cells[name] = run.table(f"pilot/published_cells_{name}.csv")
        tables = [(t, f) for t, f in found if CUBES.get(t.of) == name]
        audits.append(audit_again(release_as_told(cells[name].drop(columns="status"), tables, *limits(rules))))
    audit = pd.concat([a for a in audits if len(a)] or audits)[["table", "low", "high", "possible"]]
    there = {table.id for table, _ in found}
    return PublishedSet(run, rules, found, cells, audit, tuple(t for t in own if t.id not in there))


def write_published_set(made: PublishedSet, out: Path | str) -> Path:
    """Write the set as a folder, whole or not at all: a CSV a table, cells, data sheet, manifest last.

    Raises RunError where something stands there that is no published set.
    """
    check_free(Path(out).resolve(), replaces=MARK, inputs=[made.run.path])
    _check_kind(Path(out))
    with whole_folder(out, replaces=MARK) as folder:
        for table, frame in made.tables:
            write_csv(frame, folder / f"{table.id}.csv")
        for name, cells in made.cells.items():
            write_csv(cells, folder / f"cells_{name}.csv")
        (folder / SHEET).write_text(data_sheet(made), encoding="utf-8")
        told = _manifest(made) | {"outputs": fingerprints(folder)}
        (folder / MARK).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return Path(out)


def _check_kind(out: Path) -> None:
    """Refuse to replace a run folder, whose mark has the same name."""
    mark = out / MARK
    if mark.is_file() and json.loads(mark.read_text(encoding="utf-8")).get("kind") != KIND:
        raise RunError(f"holds no {KIND}", where=str(out), remedy="choose another folder")


def _manifest(made: PublishedSet) -> dict[str, Any]:
    least, round_to = limits(made.rules)
    told = made.run.manifest
    return {
        "tool": TOOL, "kind": KIND, "version": __version__, "status": told["status"], "policy": made.rules.name,
        "as_of": told["as_of"], "as_known_on": told["as_known_on"], "synthetic": told["synthetic"],
        "least_count": least, "round_to": round_to, "withheld": len(made.audit),
    }  # fmt: skip


def _table(table: PublishedTable, run: RunFolder, rules: "RuleSet") -> "pd.DataFrame | None":
    """A table as it goes out; None where the run does not have what it is made of."""
    name = f"pilot/published_{table.id}.csv"
    if name in run.manifest["outputs"]:
        return run.table(name)
    make = OTHERS.get(table.of)
    made = make(run, rules) if make else None
    return None if made is None else made.assign(status=run.manifest["status"])


def _first(run: RunFolder, *names: str) -> "pd.DataFrame | None":
    """The first of some tables that the run has."""
    return next((run.table(name) for name in names if name in run.manifest["outputs"]), None)


def _four_zeros(run: RunFolder, rules: "RuleSet") -> "pd.DataFrame | None":
    """Shares of reports that offend, by measure and clock, of all units together.

    By unit, or as counts, they would tell beside the list of decisions of firms how many are of natural persons.
    """
    table = _first(run, "quality.csv")
    if table is None:
        return None
    by, counts = ["measure", "clock"], {name: _numbers(table[name]) for name in ("n", "of")}
    summed = to_sum(table.assign(**counts)).groupby(by).agg({"n": "sum", "of": "sum", "needs": "max"}).reset_index()
    measured = summed["of"] > 0
    share, step = in_steps(summed["n"] / summed["of"].where(measured), summed["of"], limits(rules)[1])
    return summed[by].assign(share=share, step=step, needs=summed["needs"].mask(measured, ""))


def _coverage(run: RunFolder, rules: "RuleSet") -> "pd.DataFrame | None":
    """Periods due and arrived of each resource; how many records arrived would tell of the few of some kinds."""
    table = _first(run, "coverage.csv")
    if table is None:
        return None
    counts = {name: _numbers(table[name]) for name in ("expected", "arrived", "target")}
    table = table.assign(records=0, **counts)
    about = table.drop_duplicates("resource").set_index("resource")[["label_zh", "label_en", "target"]]
    return coverage_by(table, "resource").drop(columns="records").join(about, on="resource")


def _indicators(run: RunFolder, rules: "RuleSet") -> "pd.DataFrame | None":
    table = _first(run, "pilot/indicators.csv", "indicators.csv")
    if table is None:
        return None
    listed = getattr(rules.model.pilot, "indicators", ())
    of_firms = {i.id for i in listed if getattr(i.numerator, "of", "") in OF_FIRMS}
    return indicators_told(table, of_firms, limits(rules)[1])


def indicators_told(table: "pd.DataFrame", of_firms: set[str], round_to: int) -> "pd.DataFrame":
    """The scoreboard for everybody: values, targets and lights, no numerator and no gap.

    A share of firms or of their records is told in steps of which each is ``round_to`` or more (``step``), so that it
    tells no single one; where they are too few for the widest it is not told, nor where it would stand on the other
    side of its target. Of a count of theirs the light alone is told.
    """
    numbers = {name: _numbers(table[name]) for name in ("denominator", "value", "target")}
    told = table.assign(**numbers)
    firms = told["indicator"].isin(of_firms)
    stepped, step = in_steps(told["value"], told["denominator"], round_to)
    beyond = (stepped - told["target"]) * told["comparison"].map(
        {"at_least": 1, "above": 1, "at_most": -1, "equals": -1}
    )
    met = (beyond >= 0) & ~((told["comparison"] == "above") & (beyond == 0))
    stepped = stepped.mask(met != (told["light"] == "green"))
    return told.assign(value=told["value"].mask(firms, stepped), step=step.where(firms))[BOARD]


def in_steps(share: "pd.Series", of: "pd.Series", round_to: int) -> "tuple[pd.Series, pd.Series]":
    """Shares in steps of which each is ``round_to`` or more of what they are of, and the steps; none of so few."""
    step = of.map(lambda n: next((s for s in STEPS if n and s * n >= round_to), float("nan"))).astype(float)
    return ((share / step).round() * step).round(3), step


def _credit_places(run: RunFolder, rules: "RuleSet") -> "pd.DataFrame | None":
    """Villages and towns of credit by name: those that meet the criteria, and nothing of the others."""
    import pandas as pd

    kinds = {"village": _first(run, "pilot/villages.csv"), "town": _first(run, "pilot/towns.csv")}
    rows = [t[t["assessed"] == "credit"].assign(place=kind) for kind, t in kinds.items() if t is not None]
    if not rows:
        return None
    listed = pd.concat(rows, ignore_index=True).reindex(columns=["place", "town", "village"]).fillna("")
    return listed.sort_values(["place", "town", "village"], ignore_index=True)


def _numbers(column: "pd.Series") -> "pd.Series":
    """A column of a run's CSV as numbers, empty where nothing is written."""
    import pandas as pd

    return pd.to_numeric(column.replace("", None)).astype(float)


OTHERS: "dict[str, Callable[[RunFolder, RuleSet], pd.DataFrame | None]]" = {
    "four_zeros": _four_zeros, "coverage": _coverage, "indicators": _indicators, "credit_places": _credit_places,
}  # fmt: skip
