"""Policies to break: the bundled one with a text changed, and a small one of another jurisdiction."""

import shutil
from datetime import date

import pytest
import yaml

from credit_score.policy.loader import BUNDLED

DAY = date(2023, 3, 15)


def since(value, day=DAY, **ground):
    return {day: {"value": value, "basis": "assumption", "reference": "made for a test"} | ground}


def named(name, **fields):
    return {"id": name, "label": {"zh": name, "en": name}} | fields


def small_sections(tiers="ABC"):
    """A policy of plain identifiers with as few rules as a policy can have; cut-offs 900, 800, …"""
    cut = {tier: {"from_score": since(900 - 100 * i)} for i, tier in enumerate(tiers[:-1])}
    item = {"dimension": "care", "catalogue_kind": "acts", "expires_after": since("P12M")}
    schedule = {"ratio": since(0.1), "frequency": since(1), "floor": since(0)}
    return {
        "policy": {
            "name": "harbour", "label": {"zh": "港", "en": "Harbour"}, "about": {"zh": "例", "en": "An example"},
            "identifiers": {"enterprise": "plain", "person": "plain"}, "calendar": "weekdays",
            "sectors": [named("shops")], "sizes": [named("small")], "units": [named("council")],
        },
        "catalogue": [named("acts", in_force=since(True))],
        "enterprise": {
            "base": since(1000), "dimensions": [named("care", cap=since(50))],
            "items": [named("fine", points=since(-10), **item)],
        },
        "tiers": {"subjects": "enterprise", "tiers": [named(t, **cut.get(t, {})) for t in tiers]},
        "inspection": {
            "departments": [named("council", sectors="all", days_per_visit=since(1))],
            "schedule": dict.fromkeys(tiers, schedule), "cap": since(4),
        },
        "individual": {
            "base": since(500), "minimum_age": since(18), "dimensions": [named("care", cap=since(50))],
            "items": [named("honour", points=since(5), **item)],
            "benefits": [named("loan", kind="credit_line", from_score=since(505))],
        },
    }  # fmt: skip


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


@pytest.fixture
def small():
    """The sections of the small policy: ``small()``, or ``small("ABCDE")`` for other tiers."""
    return small_sections


@pytest.fixture
def dated():
    """A dated value of one entry that says it was made for a test."""
    return since


@pytest.fixture
def written(tmp_path):
    """Sections as a policy folder."""

    def write(sections, name="policy"):
        folder = tmp_path / name
        folder.mkdir()
        for section, data in sections.items():
            text = yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False)
            (folder / f"{section}.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def edited(tmp_path):
    """The bundled policy with one text of one file replaced, once: ``edited("tiers.yaml", old, new)``."""

    def edit(file, old, new):
        folder = tmp_path / "edited"
        shutil.copytree(BUNDLED / "gaoyang", folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {file}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


@pytest.fixture
def line_of():
    """The number of the first line of a file that holds a text."""

    def find(path, text):
        lines = path.read_text(encoding="utf-8").splitlines()
        return next(i for i, line in enumerate(lines, start=1) if text in line)

    return find
