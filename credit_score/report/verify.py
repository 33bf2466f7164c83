"""A draw held against the run it claims to come from: policy, status, tiers, schedule, then the list itself."""

from typing import TYPE_CHECKING

from credit_score.engine import open_engine, opened
from credit_score.errors import RunError, VerificationError, discreet, first_five
from credit_score.inspection import make_schedule, verify_draw, with_own_tiers
from credit_score.points import balance
from credit_score.points.ledger import item_table
from credit_score.policy import RuleSet
from credit_score.policy.evaluation import evaluations
from credit_score.report.run_folder import BY_SECTOR, FRAME, RunFolder
from credit_score.tiers import assign_tiers, sector_tiers
from credit_score.tiers.sector import COLUMNS

if TYPE_CHECKING:
    import ibis
    import pandas as pd

SCHEDULED = ("firms", "ratio", "frequency", "floor", "drawn", "days_per_visit", "rule")


def verified(
    folder: RunFolder, listed: "pd.DataFrame", *, seed: int | None = None, department: str | None = None
) -> int:
    """The number of rows of a list that the run's scores, ledger, policy and seed give.

    Everything is computed again from the scores and the ledger on; ``seed`` is the one published, else the
    manifest's; with ``department`` the list is of that department alone.
    Raises VerificationError that names the first thing which is not what it should be, RunError for a file that is
    not the one the run wrote.
    """
    manifest, rules = folder.manifest, folder.rules()
    _check_whole(folder)
    chosen = manifest["seed"] if seed is None else seed
    _check_claims(folder, rules, listed)
    engine = open_engine()
    tables = {
        name: opened(engine, [folder.file(f"{name}.parquet")], name)
        for name in ("scores_enterprise", "ledger", "tiers", "frame", *(BY_SECTOR if evaluations(rules) else ()))
    }
    _check_tiers(tables, rules)
    schedule = folder.table("schedule.csv")
    _check_departments(listed, schedule, department)
    _check_schedule(schedule, make_schedule(tables["frame"], rules, seed=chosen))
    cap = rules.figure(rules.model.inspection.cap).value
    return verify_draw(folder.file("frame.parquet"), schedule, listed, cap=cap, seed=chosen, department=department)


def _check_whole(folder: RunFolder) -> None:
    """A firm that was deleted cannot be drawn again, so such a draw can be computed no more."""
    for entry in folder.manifest.get("deleted", []):
        if any(name.split("/")[0] == FRAME for name in entry["files"]):
            before = entry["files"].get("draw.csv", {}).get("before", folder.manifest["outputs"].get("draw.csv"))
            raise VerificationError(
                f"rows of a sole proprietor in the frame were deleted on {entry['on']}, as the law required",
                where=str(folder.path),
                remedy=f"the draw cannot be computed again; draw.csv had the SHA-256 {before}",
            )


def _check_claims(folder: RunFolder, rules: RuleSet, listed: "pd.DataFrame") -> None:
    """The status of manifest and list is the one that records and policy give; so is the cap."""
    said, due = folder.manifest["status"], rules.status(synthetic=folder.manifest["synthetic"])
    if said != due:
        _refuse(f"the manifest says {said!r}, but records and policy make it {due!r}", str(folder.path))
    if others := sorted(set(listed["status"]) - {due}):
        _refuse(f"the list says {first_five(map(discreet, others))}, the run says {due!r}", "the list, column 'status'")
    cap = rules.figure(rules.model.inspection.cap).value
    if folder.manifest["cap"] != cap:
        _refuse(f"the manifest says a cap of {folder.manifest['cap']}, the policy {cap}", str(folder.path))


def _check_departments(listed: "pd.DataFrame", schedule: "pd.DataFrame", department: str | None) -> None:
    """The department asked for is one of the run; without one, a list of one is not taken for that of all."""
    known = sorted(set(schedule["department"]))
    if department is not None:
        if department not in known:
            what, remedy = f"no department {discreet(department)!r} in the run", f"there are {', '.join(known)}"
            raise RunError(what, remedy=remedy)
        return
    found, drawing = set(listed["department"]), set(schedule.loc[schedule["visits_drawn"] > 0, "department"])
    if len(found) == 1 and found < drawing:
        (name,) = map(discreet, found)
        raise VerificationError(
            f"the list holds department {name} alone",
            where="the list",
            remedy=f"if it is that department's list, add --department {name}; else it is not whole",
        )


def _check_tiers(tables: dict[str, "ibis.Table"], rules: RuleSet) -> None:
    """Tiers are what scores, ledger and policy give, and the frame holds them."""
    ledger = tables["ledger"].filter(tables["ledger"].subject_kind == "enterprise")
    scores = tables["scores_enterprise"]
    _check_points(ledger, rules)
    summed = balance(ledger, scores.select("subject"), rules.enterprise).select("subject", again="score_milli")
    both = scores.join(summed, "subject")
    if wrong := both.filter(both.again != both.score_milli).count().execute():
        _refuse(f"{wrong} firms have another score than the ledger gives", "scores_enterprise.parquet")
    again = assign_tiers(scores, ledger, rules).select("subject", "tier_code", "tier")
    own = _check_sector_tiers(tables, ledger, rules) if "register" in tables else None
    _check_frame(tables, rules)
    _check_placed(tables["tiers"], again, "tiers.parquet")
    listed = tables["frame"].select("department", "subject").join(again, "subject")
    _check_placed(tables["frame"], listed if own is None else with_own_tiers(listed, own), "frame.parquet")


def _check_points(ledger: "ibis.Table", rules: RuleSet) -> None:
    """Every row of the ledger earns the points of its item."""
    said = item_table(rules.enterprise, rules.on).select("item", "dimension", "points_milli", "reference")
    if wrong := ledger.anti_join(said, said.columns).count().execute():
        _refuse(f"{wrong} records have another item, or other points, than the policy gives", "ledger.parquet")


def _check_placed(table: "ibis.Table", again: "ibis.Table", where: str) -> None:
    """Every row of a table has the tier that was computed again."""
    key = [c for c in ("department", "subject") if c in again.columns]
    both = table.left_join(again.select(*key, code="tier_code"), key)
    wrong = both.filter(both.code.isnull() | (both.code != both.tier_code)).count().execute()
    if wrong:
        _refuse(f"{wrong} firms have another tier than their score and the policy give", where)


def _check_sector_tiers(tables: dict[str, "ibis.Table"], ledger: "ibis.Table", rules: RuleSet) -> "ibis.Table | None":
    """The tiers by credit and risk are what register, scores, ledger and policy give; returns them, computed again."""
    import ibis

    register, scores = tables["register"], tables["scores_enterprise"]
    if odd := ibis.union(*_apart(register, scores, ["subject"])).count().execute():
        _refuse(f"{odd} firms stand twice, are missing, or have no score", "register.parquet")
    again = sector_tiers(register, scores, ledger, rules)
    if again is not None:
        said = tables["sector_tiers"].select(*COLUMNS)
        if odd := ibis.union(*_apart(said, again, list(COLUMNS))).count().execute():
            _refuse(f"{odd} rows are not what register, scores, ledger and policy give", "sector_tiers.parquet")
    return again


def _apart(one: "ibis.Table", other: "ibis.Table", columns: list[str]) -> "list[ibis.Table]":
    """The rows of each table that the other has not."""
    return [a.select(*columns).difference(b.select(*columns), distinct=False) for a, b in ((one, other), (other, one))]


def _check_frame(tables: dict[str, "ibis.Table"], rules: RuleSet) -> None:
    """Every firm stands once in the frame of each department that supervises all sectors."""
    frame, firms = tables["frame"], tables["scores_enterprise"]
    for department in rules.model.inspection.departments:
        mine = frame.filter(frame.department == department.id)
        twice = mine.count().execute() - mine.subject.nunique().execute()
        absent = firms.anti_join(mine, "subject").count().execute() if department.sectors == "all" else 0
        if twice or absent:
            what = f"{twice} firms stand twice in the frame of department {department.id} and {absent} are missing"
            _refuse(what, "frame.parquet")


def _check_schedule(schedule: "pd.DataFrame", again: "pd.DataFrame") -> None:
    """Every number of the schedule is the policy's."""
    key = ["department", "tier_code", "duty"]
    both = schedule.merge(again, on=key, how="outer", suffixes=("", "_again"), indicator=True)
    for column in SCHEDULED:
        changed = both[(both["_merge"] != "both") | (both[column] != both[f"{column}_again"])]
        if len(changed):
            row = changed.iloc[0]
            what = f"{column} is {row[column]}, but policy, frame and seed give {row[f'{column}_again']}"
            _refuse(what, f"schedule, department {row['department']}, tier code {row['tier_code']}")


def _refuse(what: str, where: str) -> None:
    raise VerificationError(
        what, where=where, remedy="it was changed after the run, or the seed is another; do not use it"
    )
