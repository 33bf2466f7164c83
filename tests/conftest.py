"""What tests of several rooms share: a small county, its run, and a page in a browser that reaches no network."""

import csv
import gc
import os
import shutil

import pytest
import yaml
from as_a_user import quick_pages, told
from as_keepers import COURT, PRESS, TASK, listed, opened, sealed
from as_villages import run_of, tables
from hypothesis import settings
from playwright.sync_api import sync_playwright

import credit_score as cs
from credit_score.policy.loader import BUNDLED
from credit_score.records.contract import declared
from credit_score.records.synthetic import make_county
from credit_score.report.dossier.page import BROWSERS

# Before a test imports pandera itself, which would bring the pandas of PySpark along, and its warning.
declared()

# A slow machine is no failure: no test is timed, an example neither.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Expressions of tables are a great many small objects that live as long as a test: Python looks for garbage among them
# less often than it would by itself, and not among what stands from the first test to the last.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish():
    gc.collect()
    gc.freeze()


PLAIN = {"enterprise": "plain", "person": "plain"}


@pytest.fixture(scope="session", autouse=True)
def statements_of_these_tests(tmp_path_factory):
    """What is kept for the next process stays with these tests: some of them change what writes it."""
    place = tmp_path_factory.mktemp("kept") / "statements"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("credit_score.records.door.written.folder", lambda: place)
        yield


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, headless; where there is none the test skips, or fails if the browser is required."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is on the path"
        if os.environ.get("CREDIT_SCORE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason}, and CREDIT_SCORE_REQUIRE_BROWSER=1 asks for one")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A new page; ``page.requests`` lists every address it asked for that is not a file or part of the page."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.requests = []
    opened.on("request", lambda r: opened.requests.append(r.url) if r.url.startswith(("http", "ws")) else None)
    yield opened
    context.close()


@pytest.fixture(scope="session")
def county_folder(tmp_path_factory):
    """Raw records of a small synthetic county, dirt and all."""
    folder = tmp_path_factory.mktemp("county") / "records"
    make_county(folder, n_enterprises=300, n_individuals=400, seed=7)
    return folder


@pytest.fixture(scope="session")
def county_run(county_folder):
    """The county scored, tiered, scheduled and drawn on 2023-06-30 with seed 7."""
    return cs.run_county(cs.read_records(county_folder), cs.load_policy("gaoyang"), as_of="2023-06-30", seed=7)


@pytest.fixture(scope="session")
def run_folder(county_run, tmp_path_factory):
    """The run saved; read it, do not change it."""
    return county_run.save(tmp_path_factory.mktemp("run") / "out")


@pytest.fixture
def quick_page():
    """Pages without figures and font, for tests that look at neither."""
    with quick_pages():
        yield


class WithoutAliases(yaml.SafeDumper):
    """Writes equal values out one by one: a policy may not point at a value elsewhere."""

    def ignore_aliases(self, data):
        return True


@pytest.fixture
def altered_policy(tmp_path):
    """A copy of the bundled policy with sections changed: ``altered_policy(tiers=edit)`` calls ``edit`` on the data."""

    def altered(**edits):
        folder = tmp_path / "policy"
        shutil.copytree(BUNDLED / "gaoyang", folder, dirs_exist_ok=True)
        for section, edit in edits.items():
            path = folder / f"{section}.yaml"
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            edit(data)
            path.write_text(yaml.dump(data, Dumper=WithoutAliases, allow_unicode=True), encoding="utf-8")
        return folder

    return altered


@pytest.fixture
def plain_county(tmp_path, altered_policy):
    """A county written by hand, under plain identifiers: tables as lists of rows in, folder and policy out."""

    def made(**tables):
        policy = cs.load_policy(altered_policy(policy=lambda about: about.update(identifiers=PLAIN)))
        staff = [
            {"department": d.id, "inspectors": 3, "days_per_inspector": 90} for d in policy.model.inspection.departments
        ]
        folder = tmp_path / "county"
        folder.mkdir()
        for name, rows in ({"departments": staff} | tables).items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return folder, policy

    return made


@pytest.fixture
def ax():
    """Axes under the house's settings."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from credit_score.report import style

    with mpl.rc_context(style.settings()):
        yield Figure().add_subplot()


@pytest.fixture
def texts():
    """All that is written on some axes, as a function of them."""
    from matplotlib.text import Text

    def written(ax):
        ax.figure.draw_without_rendering()
        return [t.get_text() for t in ax.findobj(Text) if t.get_text()]

    return written


@pytest.fixture(scope="session")
def frozen(run_folder, tmp_path_factory):
    """A lot that was frozen, and what was said; copy it to change it."""
    out = tmp_path_factory.mktemp("lots") / "frozen"
    code, said, _ = told("lot", "freeze", run_folder, "--task", TASK, "--out", out, "--on", "2023-07-01", "--quiet")
    assert code == 0
    return out, said


@pytest.fixture(scope="session")
def drawn(frozen, run_folder, tmp_path_factory):
    """A lot that was drawn, and what was said."""
    out = tmp_path_factory.mktemp("lots") / "drawn"
    shutil.copytree(frozen[0], out)
    sealed(out, COURT, PRESS)
    opened(out, COURT, PRESS)
    code, said, _ = told("lot", "draw", out, "--run", run_folder, "--on", "2023-07-03", "--quiet")
    assert code == 0
    return out, said


@pytest.fixture
def lot(drawn, tmp_path):
    """A lot that was drawn, to change."""
    return shutil.copytree(drawn[0], tmp_path / "lot")


@pytest.fixture
def people(county_folder, tmp_path):
    """The county's inspectors, as a department writes them down; the first has a leave and a firm she may not meet."""
    source = listed(county_folder / "inspectors.csv")
    path = tmp_path / "inspectors.csv"
    rows = ["inspector,department,skills,leave"]
    known = [row["department"] for row in source if row["department"] != "bureau_of_weather"]  # a faulty row's
    rows += [f"N{i},{department},," for i, department in enumerate(known)]
    rows[1] += "2023-08-01/2023-08-14; 2024-02-01/2024-02-05"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def villages_run(tmp_path_factory):
    """The county of three towns that is worked by hand; see :mod:`as_villages`."""
    return run_of(tmp_path_factory.mktemp("villages") / "county", **tables())


@pytest.fixture(scope="session")
def villages_folder(villages_run, tmp_path_factory):
    """Its run saved; read it, do not change it."""
    return villages_run.save(tmp_path_factory.mktemp("villages") / "run")
