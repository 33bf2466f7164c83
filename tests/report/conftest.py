from dataclasses import replace

import pytest

import credit_score as cs

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


@pytest.fixture
def quick_page(monkeypatch):
    """Pages without figures and font, for tests that look at neither."""
    monkeypatch.setattr("credit_score.report.page.as_svg", lambda *_, **__: "<svg></svg>")
    monkeypatch.setattr("credit_score.report.page.font_face", lambda html: "")
