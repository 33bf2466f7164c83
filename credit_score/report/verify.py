"""A draw held against the run it claims to come from: policy, status, tiers, schedule, then the list itself."""

from typing import TYPE_CHECKING

from credit_score.engine import open_engine
from credit_score.errors import VerificationError, first_five, masked
from credit_score.inspection import make_schedule, verify_draw
from credit_score.policy import RuleSet
from credit_score.report.run_folder import RunFolder
from credit_score.tiers import assign_tiers

if TYPE_CHECKING:
    import ibis
    import pandas as pd

SCHEDULED = ("firms", "ratio", "frequency", "floor", "drawn", "days_per_visit", "rule")


def verified(
    folder: RunFolder, listed: "pd.DataFrame", *, seed: int | None = None, department: str | None = None
) -> int:
    """The number of rows of a list that the run's records, policy and seed give.

    Everything is computed again from the scores and the ledger on; ``seed`` is the one published, else the
    manifest's; with ``department`` the list is of that department alone.
    Raises VerificationError that names the first thing which is not what it should be, RunError for a file that is
    not the one the run wrote.
    """
    manifest, rules = folder.manifest, folder.rules()
    chosen = manifest["seed"] if seed is None else seed
    _check_claims(folder, rules, listed)
    _check_department(listed, department)
    engine = open_engine()
    tables = {
        name: engine.read_parquet(folder.file(f"{name}.parquet"), table_name=name)
        for name in ("scores_enterprise", "ledger", "tiers", "frame")
    }
    _check_tiers(tables, rules)
    schedule = folder.table("schedule.csv")
    _check_schedule(schedule, make_schedule(tables["frame"], rules, seed=chosen))
    cap = rules.figure(rules.model.inspection.cap).value
    return verify_draw(folder.file("frame.parquet"), schedule, listed, cap=cap, seed=chosen, department=department)


def _check_claims(folder: RunFolder, rules: RuleSet, listed: "pd.DataFrame") -> None:
    """The status of manifest and list is the one that records and policy give; so is the cap."""
    said, due = folder.manifest["status"], rules.status(synthetic=folder.manifest["synthetic"])
    if said != due:
        _refuse(f"the manifest says {said!r}, but records and policy make it {due!r}", str(folder.path))
    if others := sorted(set(listed["status"]) - {due}):
        _refuse(f"the list says {first_five(map(_shown, others))}, the run says {due!r}", "the list, column 'status'")
    cap = rules.figure(rules.model.inspection.cap).value
    if folder.manifest["cap"] != cap:
        _refuse(f"the manifest says a cap of {folder.manifest['cap']}, the policy {cap}", str(folder.path))


def _check_department(listed: "pd.DataFrame", department: str | None) -> None:
    found = sorted(set(listed["department"]))
    if department is None and len(found) == 1:
        raise VerificationError(
            f"the list holds department {_shown(found[0])} alone",
            where="the list",
            remedy=f"if it is that department's list, add --department {_shown(found[0])}; else it is not whole",
        )


def _check_tiers(tables: dict[str, "ibis.Table"], rules: RuleSet) -> None:
    """Tiers are what scores, ledger and policy give, and the frame holds them."""
    ledger = tables["ledger"].filter(tables["ledger"].subject_kind == "enterprise")
    again = assign_tiers(tables["scores_enterprise"], ledger, rules).select("subject", code="tier_code")
    for name in ("tiers", "frame"):
        both = tables[name].left_join(again, "subject").select("subject", "tier_code", "code")
        wrong = both.filter(both.code.isnull() | (both.code != both.tier_code)).count().execute()
        if wrong:
            _refuse(f"{wrong} firms have another tier than their score and the policy give", f"{name}.parquet")


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


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 and sum(c.isdigit() for c in text) <= 4 else masked(text)


def _refuse(what: str, where: str) -> None:
    raise VerificationError(
        what, where=where, remedy="it was changed after the run, or the seed is another; do not use it"
    )
