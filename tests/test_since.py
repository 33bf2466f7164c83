"""An incremental run is the full run: the same scores, ledger, tiers, frame and draw, whatever came between."""

import csv
import json
import os
import shutil
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from as_a_user import told
from conftest import PLAIN

import credit_score as cs
from credit_score.county import CountyRun
from credit_score.engine import saved
from credit_score.errors import RunError
from credit_score.points import all_scores
from credit_score.records.keeping.forget import Gone, forget_in_store
from credit_score.records.keeping.store import add_batch
from credit_score.report.run_folder import MANIFEST, RunFolder, _manifest
from credit_score.since import earlier_run, rescored

KEY = "a key for tests, of no use elsewhere"
SCORED = ("ledger", "scores_individual", "scores_enterprise")
EVENTS = ("notice_served", "disputed", "upheld", "corrected", "withdrawn", "repaired")
SEEDS = int(os.environ.get("CREDIT_SCORE_SEEDS", "3"))  # more of them take a minute each
AMENDED = date(2026, 4, 1)  # enterprise.yaml: penalties end earlier from this day on


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
        tables = {"enterprises": self.firms(received), "individuals": self.people(received)}
        tables["credit_records"] = [self.record(received) for _ in range(40)]
        tables["record_events"] = [self.event(received) for _ in range(12)]
        if not self.store.exists():
            departments = [d.id for d in self.policy.model.inspection.departments]
            tables["departments"] = [{"department": d, "inspectors": 3, "days_per_inspector": 90} for d in departments]
        folder = self.place / self.number("batch")
        folder.mkdir()
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        add_batch(self.store, folder, self.policy, received_on=received, key=KEY)

    def firms(self, received):
        new = [self.number("F") for _ in range(6)]
        self.subjects["enterprise"] += new
        about = self.policy.model.policy
        return [
            {"enterprise_id": i, "name": f"Name {i}", "legal_form": "company",
             "sector": self.any_of(about.sectors).id, "size": self.any_of(about.sizes).id, "town": "T1",
             "registered_on": self.day(date(2015, 1, 1), received + timedelta(60))}
            for i in {*new, self.any_of(self.subjects["enterprise"])}
        ]  # fmt: skip

    def people(self, received):
        new = [self.number("P") for _ in range(6)]
        self.subjects["individual"] += new
        left = [self.any_of(["", self.day(received - timedelta(90), received + timedelta(90))]) for _ in range(8)]
        return [
            {"person_id": i, "age": self.any_of([18, 40]), "age_on": received, "household_id": "", "town": "T1",
             "village": "V1", "enrolled_on": self.day(date(2022, 1, 1), received - timedelta(91)), "left_on": gone}
            for i, gone in zip({*new, *(self.any_of(self.subjects["individual"]) for _ in range(2))}, left)
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


@pytest.mark.parametrize("seed", range(SEEDS))
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
