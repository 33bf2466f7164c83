"""What each command of the command line does; results go to stdout, progress to stderr."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.errors import CreditScoreError, PolicyError, RunError, first_five
from credit_score.steps import Steps
from credit_score.told import rows_of

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from credit_score.county import CountyRun
    from credit_score.records import Records

DEMO_SIZES = {"n_enterprises": 2000, "n_individuals": 3000, "seed": 2023}
DEMO_DAY = "2023-06-30"
DEMO_RUN = "credit-score-demo"


def demo(arguments: argparse.Namespace) -> None:
    """A synthetic county from raw records to report."""
    steps = Steps(quiet=arguments.quiet)
    _tell(make_demo(arguments.out, steps), arguments.out, arguments.lang)


def make_demo(out: str, steps: Steps) -> "CountyRun":
    """The run of the demonstration county, saved in a folder. Raises RunError."""
    from credit_score.records.synthetic import make_county

    check_out(out)
    with tempfile.TemporaryDirectory() as place:
        steps("making a synthetic county")
        folder = Path(place) / "records"
        make_county(folder, **DEMO_SIZES)
        run = _run(folder, "gaoyang", {"as_of": DEMO_DAY, "as_known_on": None}, DEMO_SIZES["seed"], steps)
    run.save(out, progress=steps)
    steps("done")
    return run


def run(arguments: argparse.Namespace) -> None:
    """A folder of records to a run folder."""
    from credit_score.files import alone

    steps = Steps(quiet=arguments.quiet)
    check_out(arguments.out, arguments.folder, arguments.policy, *filter(None, [arguments.since]))
    when = {"as_of": arguments.as_of, "as_known_on": arguments.as_known_on}
    others = [arguments.folder, arguments.out, *filter(None, [arguments.since])]
    check_work(arguments.work, *others)
    check_outside(arguments.spill, *others)
    with alone(Path(arguments.work)) if arguments.work else nullcontext():
        into = {"engine": _engine(arguments), "work": arguments.work}
        given = {"pd": arguments.pd, "since": arguments.since}
        done = _run(arguments.folder, arguments.policy, when, arguments.seed, steps, into=into, **given)
        done.save(arguments.out, progress=steps, by=arguments.by)
        steps("done")
        _tell_run(done, arguments)
        if done.records.work:
            done.records.work.clear()


def _tell_run(done: "CountyRun", arguments: argparse.Namespace) -> None:
    """The manifest for a program, or what a person looks for."""
    if arguments.json:
        print((Path(arguments.out) / "manifest.json").read_text(encoding="utf-8"), end="")
    else:
        _tell(done, arguments.out, arguments.lang)


def check_work(work: str | None, *others: str) -> None:
    """Refuse a folder for work that is, holds or lies in one that is read from or written."""
    from credit_score.files import check_apart

    if work:
        check_apart(Path(work), [Path(other) for other in others])


def _engine(arguments: argparse.Namespace) -> "ibis.BaseBackend":
    """The engine that a command asks for. Raises CreditScoreError for a master without Spark."""
    from credit_score.engine import open_engine

    if arguments.master and arguments.engine != "spark":
        raise CreditScoreError("--master is for --engine spark", remedy="add --engine spark, or leave --master out")
    spill = Path(arguments.spill) if arguments.spill else None
    return open_engine(arguments.engine, memory=arguments.memory, spill=spill, master=arguments.master)


def check_out(out: str, *inputs: str, kind: str = "") -> None:
    """Refuse a folder that cannot become the run folder before any work is done. ``kind``: of run, see check_kind."""
    from credit_score.files import check_free
    from credit_score.report.run_folder import MANIFEST, check_kind

    target = Path(out).resolve()
    if target == Path.cwd() or target in Path.cwd().parents:
        raise RunError("is the folder you are in", where=str(target), remedy="choose another folder")
    check_kind(target, kind)
    check_free(target, replaces=MANIFEST, inputs=[Path(i) for i in inputs if Path(i).is_dir()])


def check_outside(path: str | None, *others: str | Path) -> None:
    """Refuse a place to write to, if one is given, that is or lies in a folder that is read from or written."""
    place = Path(path or "").resolve()
    for other in others if path else ():
        if Path(other).resolve() in (place, *place.parents):
            raise RunError(
                f"lies in what is read from or written, {other}", where=str(path), remedy="choose another place"
            )


def _run(
    folder: Path | str, policy: str, when: dict[str, str | None], seed: int, steps: Steps, *,
    into: "dict[str, Any] | None" = None, pd: str | None = None, since: str | None = None,
) -> "CountyRun":  # fmt: skip
    """``into``: of :func:`~credit_score.records.read_records`, where tables live."""
    from credit_score.county import run_county
    from credit_score.policy import load_policy
    from credit_score.records import read_records
    from credit_score.records.keeping.store import is_store
    from credit_score.tiers.given import read_figures

    rules = load_policy(policy)
    rules.at(str(when["as_of"]))
    learned = read_figures(pd) if pd else None
    known = (when["as_known_on"] or when["as_of"]) if is_store(Path(folder)) else None
    records = read_records(folder, policy=rules, as_known_on=known, progress=steps, **(into or {}))
    return run_county(records, rules, **when, seed=seed, pd=learned, since=since, progress=steps)


def _tell(run: "CountyRun", out: str, lang: str) -> None:
    from credit_score.language import say, status_told
    from credit_score.report.content import breaches, floors_above, summary

    told = summary(run)
    print(status_told(run.status, lang))
    for row in run.tier_shares.itertuples():
        print(f"  {say('column.tier', lang)} {row.tier}  {row.firms:>9,}  {row.share:6.1%}")
    print(f"  {say('kpi.visits', lang)}: {told['visits']:,};  {say('kpi.days', lang)}: {told['days']:,.0f};  "
          f"{say('kpi.utilisation', lang)}: {told['utilisation']:.0%}")  # fmt: skip
    for found in [*breaches(run), *floors_above(run)]:
        print(f"  {found[lang]}")
    print(f"  {say('kpi.rejected', lang)}: {told['rejected']:,} ({say('kpi.of', lang, n=format(told['read'], ','))})")
    print(f"{say('told.report', lang)}: {Path(out) / 'report.html'}")


def check(arguments: argparse.Namespace) -> None:
    """The verdict on a folder of records, without scoring."""
    from credit_score.records import read_records
    from credit_score.report.run_folder import with_words

    check_outside(arguments.rejected, arguments.folder)
    steps = Steps(quiet=arguments.quiet)
    records = read_records(arguments.folder, policy=arguments.policy, progress=steps)
    steps("done")
    if arguments.rejected:
        write_table(with_words(records.rejected), arguments.rejected)
    if arguments.json:
        tables = {
            "rows": records.counts,
            "files": records.files,
            "rejected": _by_reason(records),
            "warnings": records.warnings,
        }
        print_json({name: table.to_dict("records") for name, table in tables.items()})
        return
    print_verdict(records, arguments.lang)


def _by_reason(records: "Records") -> "pd.DataFrame":
    return records.refusals.groupby(["table", "reason"], sort=False)["n"].sum().reset_index()


def print_verdict(records: "Records", lang: str) -> None:
    """The reconciliation, file by file, and what was refused, warned of and dropped."""
    from credit_score.language import say

    print(f"{say('column.read', lang):>10}{say('column.accepted', lang):>10}{say('column.rejected', lang):>10}")
    files = _by_name(records.files, lang)
    for row in files.itertuples():
        print(f"{row.read:>10,}{row.accepted:>10,}{row.rejected:>10,}  {row.table}: {row.file} ({row.written})")
    counts = records.counts[["read", "accepted", "rejected"]].sum()
    print("".join(f"{n:>10,}" for n in counts) + f"  {say('column.total', lang)}")
    for row in _by_reason(records).itertuples():
        print(f"  {row.n:>6,}  {row.table}: {say(f'reason.{row.reason}', lang)} — {say(f'remedy.{row.reason}', lang)}")
    for row in records.warnings.itertuples():
        print(f"  {row.n:>6,}  {row.table}: {say(f'warning.{row.reason}', lang)}")
    for row in files[files["dropped"] != ""].itertuples():
        print(f"  {row.file}: {say('told.dropped', lang, columns=row.dropped)}")


def _by_name(files: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    """The files as they lie in the folder: the parts of one table are one row, with how many there are."""
    from credit_score.language import say

    named = files.assign(name=files["file"].str.split("/").str[0], apart=files["file"].str.contains("/").astype(int))
    told = named.groupby(["table", "name"], sort=False).agg(
        read=("read", "sum"), accepted=("accepted", "sum"), rejected=("rejected", "sum"), written=("written", "first"),
        dropped=("dropped", "max"), parts=("apart", "sum"),
    ).reset_index().rename(columns={"name": "file"})  # fmt: skip
    counted = [f", {say('told.parts', lang, n=f'{n:,}')}" if n else "" for n in told["parts"]]
    return told.assign(written=told["written"] + counted)


def explain(arguments: argparse.Namespace) -> None:
    """A subject's score explained."""
    from credit_score.report import RunFolder, statement

    subject = arguments.subject.encode(errors="replace").decode()
    told = statement(RunFolder.open(arguments.run), subject, lang=arguments.lang)
    if arguments.json:
        print_json(told)
    else:
        print(told["text"])


def policy_show(arguments: argparse.Namespace) -> None:
    """Every number in force on a day."""
    from credit_score.policy import load_policy, rule_table

    table = rule_table(load_policy(arguments.policy).at(arguments.as_of))
    shown = ["rule", "field", "value", "unit", "basis", "reference", "since", "until"]
    print_table(table[shown], as_json=arguments.json)


def policy_diff(arguments: argparse.Namespace) -> None:
    """What differs between two rule sets; says so where nothing does."""
    from credit_score.policy import compare

    table = compare(_rules(arguments.before), _rules(arguments.after))
    if table.empty and not arguments.json:
        print("no difference")
        return
    print_table(table, as_json=arguments.json)


def _rules(text: str) -> Any:
    from credit_score.policy import load_policy

    name, at, day = text.rpartition("@")
    if not at:
        raise PolicyError(f"{text!r} names no day", remedy="write it as gaoyang@2023-06-30")
    return load_policy(name).at(day)


def policy_check(arguments: argparse.Namespace) -> None:
    """Read a policy whole, and every day on which something in it changes."""
    from credit_score.policy import load_policy, rule_table

    policy = load_policy(arguments.policy)
    days = policy.days()
    tables = [rule_table(policy.at(day)) for day in days]
    assumed = sum(tables[-1]["basis"] == "assumption")
    print(f"{policy.name}: {len(tables[-1])} numbers in force on {days[-1]}, {assumed} of them assumptions; "
          f"{len(days)} dated versions from {days[0]}")  # fmt: skip


def draw(arguments: argparse.Namespace) -> None:
    """The list of a run's draw, of one department or all, once it agrees with frame, schedule and seed."""
    from credit_score.report import RunFolder, verified
    from credit_score.report.lot import check_feasible

    check_outside(arguments.out, arguments.run)
    folder = RunFolder.open(arguments.run)
    listed = folder.table("draw.csv")
    verified(folder, listed)
    if folder.manifest["status"] == "in force":
        check_feasible(folder, listed)
    if arguments.department:
        known = sorted(listed["department"].unique())
        if arguments.department not in known:
            what, remedy = f"no list for department {arguments.department!r}", f"there are {', '.join(known)}"
            raise RunError(what, where=arguments.run, remedy=remedy)
        listed = listed[listed["department"] == arguments.department]
    if arguments.out:
        write_table(listed, arguments.out)
    else:
        print_table(listed.drop(columns="key"), as_json=arguments.json)
    print(f"status: {folder.manifest['status']}", file=sys.stderr)


def verify_draw(arguments: argparse.Namespace) -> None:
    """Recompute a draw and compare it with a list."""
    from credit_score.report import RunFolder, read_list, verified

    path = Path(arguments.list)
    path = path / "draw.csv" if path.is_dir() else path
    if not path.is_file():
        raise RunError("no such list", where=str(path), remedy="give draw.csv of a run, or a list issued from it")
    folder = RunFolder.open(arguments.run or path.parent)
    own = path.resolve() == (folder.path / "draw.csv").resolve()
    listed = folder.table("draw.csv") if own else read_list(path)
    _check_columns(listed, path)
    agreed = verified(folder, listed, seed=arguments.seed, department=arguments.department)
    what = f"rows of department {arguments.department}" if arguments.department else "rows"
    status = folder.manifest["status"]
    print(f"verified: {agreed:,} {what} are what scores, ledger, policy and seed give; status: {status}")


def _check_columns(listed: "pd.DataFrame", path: Path) -> None:
    from credit_score.inspection.verify import CHECKED, KEY

    missing = [c for c in (*KEY, *CHECKED, "status") if c not in listed.columns]
    if missing:
        what, remedy = f"column {first_five(missing)} is missing", "give a list made by: credit-score draw --out"
        raise RunError(what, where=str(path), remedy=remedy)


def synth(arguments: argparse.Namespace) -> None:
    """Write a synthetic county."""
    from credit_score.records.synthetic import make_county

    progress = partial(_subjects, quiet=arguments.quiet)
    facts = make_county(
        arguments.out, n_enterprises=arguments.enterprises, n_individuals=arguments.individuals,
        seed=arguments.seed, format=arguments.format, dirt=arguments.dirt, events=arguments.events, progress=progress,
        by=tuple(arguments.by.split(",")) if arguments.by else (), records=arguments.records,
    )  # fmt: skip
    print(f"{arguments.out}: a synthetic county; nothing in it is real")
    for table, n in facts.rows.items():
        print(f"  {table:16}{n:>12,} rows")


def _subjects(blocks: list[tuple[str, int, int, int]], *, quiet: bool) -> Iterator[tuple[str, int, int, int]]:
    """The blocks of a county, with how many subjects are written, at what rate and until when; a long one alone."""
    from tqdm import tqdm

    pause = 0.5 if sys.stderr.isatty() else 10.0
    total = sum(stop - start for _, _, start, stop in blocks)
    told = {"unit": " subjects", "unit_scale": True, "delay": 2.0, "mininterval": pause, "miniters": 1}
    with tqdm(total=total, disable=quiet, file=sys.stderr, **told) as bar:
        for block in blocks:
            yield block
            bar.update(block[3] - block[2])


def print_table(table: "pd.DataFrame", *, as_json: bool) -> None:
    """A table on stdout, aligned or as JSON."""
    if as_json:
        print_json(rows_of(table))
        return
    print(table.to_string(index=False, na_rep="–", max_colwidth=60))


def print_words(heading: str, table: "pd.DataFrame", lang: str, **values: object) -> None:
    """A table under its heading, in columns of a terminal, where a Chinese sign is two wide; "–" where it is empty."""
    import pandas as pd

    from credit_score.language import say

    print(say(heading, lang, **values))
    if table.empty:
        print("  –\n")
        return
    with pd.option_context("display.unicode.east_asian_width", True):
        print_table(table, as_json=False)
    print()


def print_json(data: Any) -> None:
    """Data as JSON on stdout, for a program to read."""
    print(json.dumps(data, ensure_ascii=False, indent=2, default=_plain, allow_nan=False))


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def write_table(table: "pd.DataFrame", path: str) -> None:
    """A CSV that appears whole or not at all."""
    from credit_score.files import whole_file
    from credit_score.sheet import write_csv

    with whole_file(path) as partial_file:
        write_csv(table, partial_file)
    print(f"written: {path}", file=sys.stderr)
