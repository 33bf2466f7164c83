"""An incremental run is the full run: the same scores, ledger, tiers, frame and draw, whatever came between."""

import csv
import json
import shutil
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from as_a_user import told
from conftest import PLAIN

import credit_score as cs
from credit_score.county import CountyRun
from credit_score.engine import opened, saved
from credit_score.errors import CreditScoreError, RunError
from credit_score.files import fingerprint
from credit_score.points import all_scores
from credit_score.records.keeping.forget import Gone, forget_in_store
from credit_score.records.keeping.store import add_batch
from credit_score.report import RunFolder
from credit_score.report.forget_run import forget_in_run
from credit_score.report.run_folder import MANIFEST, _manifest
from credit_score.since import earlier_run, rescored

KEY = "a key for tests, of no use elsewhere"
SCORED = ("ledger", "scores_individual", "scores_enterprise")
EVENTS = ("notice_served", "disputed", "upheld", "corrected", "withdrawn", "repaired")
SEEDS = range(8)
WINTER, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 2)  # penalties end earlier from 1 April on


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """The bundled policy under plain identifiers."""
    folder = tmp_path_factory.mktemp("policy") / "policy"
    cs.load_policy("gaoyang").save(folder)
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    for kind, plain in PLAIN.items():
        text = text.replace(f"{kind}: cn_{'uscc' if kind == 'enterprise' else 'ric'}", f"{kind}: {plain}")
    (folder / "policy.yaml").write_text(text, encoding="utf-8")
    return cs.load_policy(folder)


class County:
    """A county that grows by batches: what units send next is drawn from a seed."""

    def __init__(self, seed, policy, place):
        self.draw, self.policy, self.place = np.random.default_rng(seed), policy, place
        self.store, self.n, self.records, self.subjects = place / "store", 0, [], {"enterprise": [], "individual": []}
        model = policy.model
        self.items = {"enterprise": model.enterprise.items, "individual": model.individual.items}

    def day(self, first, last):
        return first + timedelta(int(self.draw.integers(0, (last - first).days + 1)))

    def any_of(self, listed):
        return listed[int(self.draw.integers(len(listed)))]

    def number(self, letter):
        self.n += 1
        return f"{letter}{self.n}"

    def send(self, received):
        """A folder of news taken in: subjects that come, leave and return, records, events about any record."""
        begins = not self.store.exists()
        subjects, records, events = (25, 250, 50) if begins else (1, 6, 9)
        tables = {"enterprises": self.firms(received, subjects), "individuals": self.people(received, subjects)}
        tables["credit_records"] = [self.record(received) for _ in range(records)]
        tables["record_events"] = [self.event(received) for _ in range(events)]
        if begins:
            departments = [d.id for d in self.policy.model.inspection.departments]
            tables["departments"] = [{"department": d, "inspectors": 3, "days_per_inspector": 90} for d in departments]
        self.take(tables, received)

    def take(self, tables, received):
        """Tables written into a folder and taken into the store."""
        folder = self.place / self.number("batch")
        folder.mkdir()
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        add_batch(self.store, folder, self.policy, received_on=received, key=KEY)

    def firms(self, received, n):
        new = [self.number("F") for _ in range(n)]
        self.subjects["enterprise"] += new
        about = self.policy.model.policy
        return [
            {"enterprise_id": i, "name": f"Name {i}", "legal_form": "company",
             "sector": self.any_of(about.sectors).id, "size": self.any_of(about.sizes).id, "town": "T1",
             "registered_on": self.day(date(2015, 1, 1), received + timedelta(60))}
            for i in {*new, self.any_of(self.subjects["enterprise"])}
        ]  # fmt: skip

    def people(self, received, n):
        new = [self.number("P") for _ in range(n)]
        self.subjects["individual"] += new
        left = [self.any_of(["", self.day(received - timedelta(90), received + timedelta(90))]) for _ in range(n + 1)]
        return [
            {"person_id": i, "age": self.any_of([18, 40]), "age_on": received, "household_id": "", "town": "T1",
             "village": "V1", "enrolled_on": self.day(date(2022, 1, 1), received - timedelta(91)), "left_on": gone}
            for i, gone in zip({*new, self.any_of(self.subjects["individual"])}, left, strict=False)
        ]  # fmt: skip

    def record(self, received):
        kind = self.any_of(["enterprise", "individual"])
        item = self.any_of(self.items[kind])
        # Days that matter: of records that end about now, that happened just now, or are not known yet.
        occurred = self.day(date(2023, 3, 15), received + timedelta(20))
        number = self.number("R")
        self.records.append(number)
        return {
            "record_id": number, "subject_kind": kind, "subject_id": self.any_of(self.subjects[kind]), "item": item.id,
            "catalogue_kind": item.catalogue_kind, "unit": self.policy.model.policy.units[0].id,
            "occurred_on": occurred, "reported_on": occurred + timedelta(self.any_of([0, 5, 40])),
        }  # fmt: skip

    def event(self, received):
        happened = self.day(received - timedelta(120), received + timedelta(40))
        kind = self.any_of(EVENTS)
        return {
            "event_id": self.number("E"), "record_id": self.any_of(self.records), "event": kind,
            "happened_on": happened, "known_on": happened + timedelta(self.any_of([0, 3, 30])),
            "unit": self.policy.model.policy.units[0].id,
            "replaced_by": self.records[-1] if kind == "corrected" else "",
        }  # fmt: skip

    def forget(self, on):
        """A person and a record of another are deleted."""
        records = self.open(None).tables["credit_records"].execute()
        mine = records[records["subject_kind"] == "individual"].sample(2, random_state=1)
        first, second = mine.itertuples()
        forget_in_store(self.store, Gone.of([first.subject_id], [(second.subject_id, second.record_id)]), on)

    def open(self, known):
        return cs.read_records(self.store, policy=self.policy, as_known_on=known)


def filed(run, folder):
    """What a later run reads of a run folder, without the pages."""
    folder.mkdir()
    for name in SCORED:
        saved(run.records.engine, run.tables[name], folder / f"{name}.parquet")
    run.policy.save(folder / "policy")
    (folder / MANIFEST).write_text(json.dumps(_manifest(run, folder)), encoding="utf-8")
    return folder


def scored_run(county, on, known, since=None):
    """A run as far as its scores, from an earlier run's folder or from nothing; how many were scored anew."""
    records, rules = county.open(known), county.policy.at(on)
    earlier = earlier_run(since, records, rules, known) if since else None
    tables = rescored(records, rules, known, earlier, str) if earlier else all_scores(records, rules, known)
    of_run = earlier.told(tables) if earlier else None
    return CountyRun(records, county.policy, rules, known, 0, tables, None, None, of_run)


def rows(run, name):
    """A table in the order in which it is written."""
    table = run.tables[name]
    return table.order_by([c for c in ("subject", "record_id") if c in table.columns]).execute()


def check_same(one, other):
    for name in SCORED:
        pd.testing.assert_frame_equal(rows(one, name), rows(other, name), obj=name)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS)
def test_incremental_runs_in_a_chain_give_what_full_runs_give(seed, policy, tmp_path):
    county = County(seed, policy, tmp_path)
    month, anew, before, first = date(2025, 12, 31), [], None, None
    for step in range(4):
        county.send(month)
        if step == 2:
            county.forget(month)
        known = county.day(month, month + timedelta(35))
        on = known - timedelta(county.any_of([0, 0, 9]))
        full = scored_run(county, on, known)
        if before:
            fast = scored_run(county, on, known, since=before)
            check_same(fast, full)
            check_same(scored_run(county, on, known, since=first), full)
            anew.append(sum(fast.since["rescored"].values()) / sum(len(rows(full, name)) for name in SCORED[1:]))
            before = filed(fast, tmp_path / f"run{step}")
        else:
            before = first = filed(full, tmp_path / f"run{step}")
        month += timedelta(45)
    assert all(0 < share <= 1 for share in anew)


@pytest.fixture(scope="module")
def grown(policy, tmp_path_factory):
    """A county of two batches, and what was filed of a run after the first."""
    county = County(99, policy, tmp_path_factory.mktemp("grown"))
    county.send(WINTER)
    filed(scored_run(county, WINTER, WINTER), county.place / "winter")
    county.send(MARCH)
    return county


@pytest.fixture
def winter(grown, tmp_path):
    """The earlier run, to change."""
    return shutil.copytree(grown.place / "winter", tmp_path / "winter")


def test_all_that_a_run_gives_is_what_a_full_run_gives(grown):
    def run(**since):
        records = grown.open(MARCH)
        return cs.run_county(records, grown.policy, as_of=MARCH, seed=3, **since)

    full, fast = run(), run(since=grown.place / "winter")
    check_same(fast, full)
    for name in ("scores", "tiers", "sector_tiers", "draw", "schedule", "workload", "ledger"):
        pd.testing.assert_frame_equal(getattr(fast, name), getattr(full, name), obj=name)
    keys = ["department", "subject"]
    frames = [r.tables["frame"].order_by(keys).execute() for r in (fast, full)]
    pd.testing.assert_frame_equal(*frames)
    assert full.since is None
    scored = len(full.scores)
    assert 0 < sum(fast.since["rescored"].values()) < scored


def test_a_run_of_the_same_point_and_day_scores_nobody_anew(grown, tmp_path):
    again = scored_run(grown, MARCH, MARCH, since=filed(scored_run(grown, MARCH, MARCH), tmp_path / "march"))
    assert again.since["rescored"] == {"individual": 0, "enterprise": 0}


@pytest.mark.thorough
def test_late_news_of_an_event_changes_the_score_it_is_about(policy, tmp_path):
    county = County(7, policy, tmp_path)
    county.send(WINTER)
    first = scored_run(county, WINTER, WINTER)
    filed(first, tmp_path / "winter")
    counted = rows(first, "ledger").iloc[0]
    news = county.event(WINTER) | {"record_id": counted["record_id"], "event": "withdrawn", "replaced_by": ""}
    county.take({"record_events": [news | {"happened_on": WINTER, "known_on": WINTER}]}, MARCH)
    fast = scored_run(county, WINTER, MARCH, since=tmp_path / "winter")
    check_same(fast, scored_run(county, WINTER, MARCH))
    assert counted["record_id"] not in set(rows(fast, "ledger")["record_id"])


def test_who_was_taken_out_of_the_earlier_run_alone_is_scored_again(grown, winter):
    person = pd.read_parquet(winter / "scores_individual.parquet")["subject"][0]
    forget_in_run(RunFolder.open(winter), Gone.of([person]), MARCH)
    check_same(scored_run(grown, MARCH, MARCH, since=winter), scored_run(grown, MARCH, MARCH))


def test_where_the_points_of_a_kind_were_amended_all_of_it_are_scored_and_progress_says_so(grown):
    steps, records, rules = [], grown.open(APRIL), grown.policy.at(APRIL)
    earlier = earlier_run(grown.place / "winter", records, rules, APRIL)
    tables = rescored(records, rules, APRIL, earlier, steps.append)
    anew = earlier.told(tables)["rescored"]
    assert steps[0] == "scoring everyone of kind enterprise: the points were amended since the earlier run"
    assert anew["enterprise"] == tables["scores_enterprise"].count().execute()
    assert anew["individual"] < tables["scores_individual"].count().execute()


def amended(folder, **changes):
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


SPOILT = {
    "no run": (lambda f: (f / MANIFEST).unlink(), "holds no manifest.json"),
    "of files": (lambda f: amended(f, store=None), "the earlier run is of a folder of files, not of a store"),
    "another store": (lambda f: amended(f, store={"last": "0" * 64, "batches": 1}), "of another store, or of one put"),
    "half told": (lambda f: amended(f, store={}), "of another store, or of one put back since"),
    "another version": (lambda f: amended(f, version="0.0"), "made by version 0.0, this is"),
    "later": (lambda f: amended(f, as_known_on="2026-03-02"), "later day: as_known_on 2026-03-02, not by 2026-03-01"),
    "no day": (lambda f: amended(f, as_known_on="March"), "March"),
    "a table less": (lambda f: (f / "ledger.parquet").unlink(), "ledger.parquet is missing"),
    "other scores": (
        lambda f: shutil.copy(f / "scores_enterprise.parquet", f / "scores_individual.parquet"),
        "scores_individual.parquet is not the file the run wrote",
    ),
    "other rules": (
        lambda f: (f / "policy" / "enterprise.yaml").write_text("base: 1", encoding="utf-8"),
        "policy/enterprise.yaml is not the file the run wrote",
    ),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("spoil", "said"), SPOILT.values(), ids=SPOILT)
def test_an_earlier_run_that_is_none_of_this_store_is_refused_in_one_line(grown, winter, spoil, said):
    spoil(winter)
    with pytest.raises(CreditScoreError, match=said) as refused:
        cs.run_county(grown.open(MARCH), grown.policy, as_of=MARCH, since=winter)
    assert "\n" not in str(refused.value)


def test_records_of_a_folder_of_files_have_no_earlier_run(grown, county_run):
    with pytest.raises(RunError, match="the records are of a folder of files"):
        cs.run_county(county_run.records, county_run.policy, as_of="2023-06-30", since=grown.place / "winter")


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_the_command_runs_since_an_earlier_run_and_its_manifest_tells_which(grown, tmp_path):
    words = ("run", grown.store, "--policy", grown.place / "winter" / "policy", "--as-of", MARCH, "--quiet", "--json")
    code, said, error = told(*words, "--since", grown.place / "winter", "--out", tmp_path / "march")
    assert code == 0, error
    since = json.loads(said)["since"]
    assert since["manifest"] == fingerprint(grown.place / "winter" / MANIFEST)
    assert (since["as_of"], since["as_known_on"]) == ("2026-02-01", "2026-02-01")
    full = scored_run(grown, MARCH, MARCH)
    for name in SCORED:
        written = opened(full.records.engine, [tmp_path / "march" / f"{name}.parquet"]).drop("status")
        pd.testing.assert_frame_equal(written.execute(), rows(full, name))


def test_the_command_writes_no_run_over_the_one_it_starts_from(grown, winter):
    code, _, error = told("run", grown.store, "--as-of", MARCH, "--since", winter, "--out", winter)
    assert code == 1
    assert "lies in what is read from" in error
