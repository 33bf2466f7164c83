from datetime import date

import ibis
import pandas as pd
import pytest

from credit_score.policy.ruleset import Catalogue, Dimension, Item
from credit_score.policy.schema import Label

LABEL = Label(zh="名", en="name")
RECORD = {
    "subject_kind": "enterprise",
    "subject_id": "f1",
    "item": "i",
    "catalogue_kind": "K",
    "unit": "tax",
    "occurred_on": date(2023, 1, 10),
    "reported_on": date(2023, 1, 12),
}


@pytest.fixture
def item():
    """An item by id and points, in milli-points; the rest as a test needs it."""

    def made(name, points, *, months=12, dimension="d", kind="K", cap=None):
        return Item(name, LABEL, dimension, kind, points, months, cap, f"source of {name}", "assumption")

    return made


@pytest.fixture
def catalogue():
    """A catalogue of items; dimensions as ``(id, cap, floor)``."""

    def made(*items, base=1_000_000, dimensions=(("d", 10**9, None),), kind="enterprise"):
        return Catalogue(kind, base, tuple(Dimension(d, LABEL, cap, floor) for d, cap, floor in dimensions), items)

    return made


@pytest.fixture
def records():
    """Accepted credit records, each given by what differs from an ordinary one."""

    def made(*differences):
        rows = [RECORD | {"record_id": f"r{i}"} | d for i, d in enumerate(differences)]
        return ibis.memtable(pd.DataFrame(rows))

    return made


@pytest.fixture
def subjects():
    def made(*names):
        return ibis.memtable({"subject": list(names)}, schema={"subject": "string"})

    return made
