from dataclasses import asdict, replace

import numpy as np
import pytest

import credit_score as cs
from credit_score.report.what_if import embedded, module, payload, styles
from credit_score.session.state import Draft, State

KEY = "a key of the tests, no secret"
FIRM = {
    "enterprise_id": "firm-1", "legal_form": "company", "sector": "construction", "size": "small", "town": "t",
    "registered_on": "2010-01-01",
}  # fmt: skip
RECORD = {
    "subject_kind": "enterprise", "subject_id": "firm-1", "item": "honour.county",
    "catalogue_kind": "诚实守信相关荣誉信息", "unit": "publicity",
    "occurred_on": "2023-01-10", "reported_on": "2023-01-12",
}  # fmt: skip


@pytest.fixture
def small_run(plain_county):
    """The run of a county of one firm without a faulty row, under a policy changed on the way.

    ``records`` says what differs in each record of the firm from a county honour.
    """

    def made(change=lambda folder: None, *, records=({},), on="2023-06-30", **facts):
        rows = [RECORD | {"record_id": f"r{i}"} | dict(r) for i, r in enumerate(records)]
        folder, policy = plain_county(enterprises=[FIRM], credit_records=rows)
        change(policy.folder)
        policy = cs.load_policy(policy.folder)
        records = cs.read_records(folder, policy=policy, key=KEY)
        return cs.run_county(replace(records, **facts), policy, as_of=on, seed=1)

    return made


HOST = "{send: command => sent.push(command), listen: callback => { window.tell = callback; }}"
PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<title>-</title><style>body{margin:0} %s</style></head><body><main id="here"></main><script type="module">%s
window.sent = []; window.pure = {load, evaluate, moved, front, checks}; window.payload = %s;
window.widget = widget;
window.stop = mount(document.getElementById("here"), window.payload, %s);</script></body></html>"""


def in_force(rules):
    """The numbers of a policy as a draft."""
    inspection = rules.model.inspection

    def numbers(name):
        return np.array([
            [rules.value(getattr(d, name).get(t.id)) or rules.figure(getattr(inspection.schedule[t.id], name)).value
             for d in inspection.departments] for t in rules.tiers
        ], float).tolist()  # fmt: skip

    cutoffs = [t.cutoff / 1000 for t in rules.tiers[:-1]]
    told = {"ratios": numbers("ratio"), "floors": numbers("floor"), "frequency": numbers("frequency")}
    return Draft.of({"cutoffs": cutoffs, "cap": rules.figure(inspection.cap).value} | told)


@pytest.fixture(scope="module")
def cube(county_run):
    return county_run.county_cube


@pytest.fixture(scope="module")
def blind(cube):
    """The cube where no visit says what is found."""
    return replace(cube, curve=None, since="", until="")


@pytest.fixture(scope="module")
def draft(county_run):
    return in_force(county_run.rules)


@pytest.fixture
def opened(page, county_run, cube, draft, tmp_path):
    """``opened(host=True, **state)``: the page on a payload; ``page.faults`` lists what the browser complained of."""

    def made(*, host=True, cube=cube, change=lambda told: None, **state):
        start = State(draft, **({"lang": "en"} | state)).told()
        told = payload(cube, county_run.rules, asdict(draft), state=start, status="demonstration")
        change(told)
        path = tmp_path / "page.html"
        path.write_text(
            PAGE
            % (
                styles(),
                module().replace("export default", "const widget ="),
                embedded(told),
                HOST if host else "null",
            ),
            encoding="utf-8",
        )
        page.faults = []
        page.on("console", lambda m: page.faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(path.as_uri())
        return page

    return made
