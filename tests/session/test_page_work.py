"""What people do on the page of a session, from the browser through Python and back to the folders it leaves."""

import json

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from served import DRAWN, PATIENCE, kernels, serving

from credit_score.files import fingerprint
from credit_score.session.decision import verify_decision

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
expect.set_options(timeout=PATIENCE)  # a kernel that has just begun answers later than one that is warm
SIGNED = 90_000  # milliseconds until a dossier is written, printed and all
CHANGED = ".changed .step b"
KEPT = ".what-if[aria-busy=false]"  # Python has taken what the page shows, and written it down


@pytest.fixture(scope="module")
def served_run(served_run):
    """The run with ten times as many inspectors, so that nothing is red to begin with."""
    path, manifest = served_run / "cube.json", served_run / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["capacity"] = [10 * days for days in told["capacity"]]
    path.write_text(json.dumps(told), encoding="utf-8")
    about = json.loads(manifest.read_text(encoding="utf-8"))
    about["outputs"]["cube.json"] = fingerprint(path)
    manifest.write_text(json.dumps(about), encoding="utf-8")
    return served_run


@pytest.fixture
def page(page):
    """The page with the policy in force, whatever a test before has left."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.click(".reset")
    expect(page.locator(CHANGED)).to_have_count(0)
    return page


def number(page, name):
    return page.get_by_role("spinbutton", name=name)


def ratio(page, percent):
    field = number(page, "Tier C, some risk: inspection ratio, percent")
    field.fill(str(percent))
    field.press("Enter")


def saved(page, name, author="Li Si", reason="fewer visits"):
    for label, text in (("Draft", name), ("Author", author), ("Office", "credit office"), ("Reason", reason)):
        page.locator("form.save").get_by_label(label, exact=True).fill(text)
    page.click("form.save button.main")
    page.wait_for_selector(".said p.info")


def signed(page, name, signer):
    form = page.locator("form.sign")
    form.locator("select").select_option(name)
    form.get_by_label("Signer", exact=True).fill(signer)
    form.get_by_label("Office", exact=True).fill("deputy head of the county")
    page.click("form.sign button.main")


def test_a_number_that_is_moved_changes_the_figures_python_settles_it_and_it_can_be_undone(page):
    before = page.locator(".card").first.inner_text()
    ratio(page, 30)
    page.wait_for_selector(CHANGED)
    assert page.locator(CHANGED).all_inner_texts() == ["30%"]
    assert page.locator(".card").first.inner_text() != before
    expect(page.locator(".cards")).not_to_contain_text("computing", timeout=60_000)
    assert "as it stands" in page.inner_text(".cards")
    page.click(".undo")
    expect(page.locator(CHANGED)).to_have_count(0)
    assert page.locator(".card").first.inner_text().splitlines()[1] == before.splitlines()[1]
    page.click(".redo")
    page.wait_for_selector(CHANGED)
    assert page.faults == []


def test_a_cutoff_that_is_dragged_is_settled_by_python_where_it_was_let_go(page):
    box = page.locator(".handle[data-tier='1']").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + 8, steps=6)
    page.mouse.up()
    page.wait_for_selector(CHANGED)
    now = page.locator(".handle[data-tier='1']").get_attribute("aria-valuenow")
    assert page.locator(CHANGED).all_inner_texts() == [now]
    page.locator(".handle[data-tier='1']").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(CHANGED)).to_have_text(f"{float(now) + 10:g}")


def test_the_optimum_comes_from_python_and_is_told(page):
    for tier in ("A, good credit", "B, fair credit", "C, some risk", "D, high risk"):
        number(page, f"Tier {tier}: least firms drawn by a department").fill("0")
        page.keyboard.press("Enter")
    page.click("text=Optimise")
    page.wait_for_selector(".said >> text=Optimised:")
    assert page.locator(CHANGED).count() > 4


def test_the_language_is_switched_everywhere(page):
    page.click(".language")
    page.wait_for_selector("text=各级别的抽查安排")
    assert "Tiers and their inspections" not in page.inner_text(".what-if")
    page.click(".language")
    page.wait_for_selector("text=Tiers and their inspections")


def test_nobody_who_needs_a_reader_or_a_keyboard_is_shut_out(page):
    ratio(page, 30)
    page.wait_for_selector(CHANGED)
    found = Axe().run(page).response["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert grave == []


def test_drafts_are_compared_and_one_is_signed_by_another_person(page, server):
    for name, percent in (("fewer", 10), ("more <script>window.ran = true</script>", 30)):
        ratio(page, percent)
        expect(page.locator(CHANGED)).to_have_text(f"{percent}%")
        saved(page, name)
        page.wait_for_selector(f".said >> text=Draft {name[:5]}")
    page.wait_for_selector("text=more <script>window.ran = true</script>")
    assert page.evaluate("window.ran") is None
    for box in page.locator(".drafts input[type=checkbox]").all():
        box.check()
    page.click("text=Compare those ticked")
    page.wait_for_selector(".compared table")
    assert "≠" in page.inner_text(".compared table")
    signed(page, "fewer", "Li  Si")
    page.wait_for_selector(".said p.error", timeout=SIGNED)
    signed(page, "fewer", "Wang Wu")
    page.wait_for_selector(".said >> text=signed by a second person", timeout=SIGNED)
    (decision,) = server.run.with_name("run.decisions").iterdir()
    told = verify_decision(decision)
    assert (told["draft"], told["author"]["name"], told["signature"]["name"]) == ("fewer", "Li Si", "Wang Wu")
    dossiers = {f"dossier.{lang}.{kind}" for lang in ("zh", "en") for kind in ("html", "docx", "pdf")}
    assert dossiers <= {p.name for p in decision.iterdir()}
    assert "Wang Wu" in (decision / "dossier.en.html").read_text(encoding="utf-8")
    assert page.faults == []


def test_nothing_is_lost_when_the_kernel_dies(page, server):
    ratio(page, 37)
    expect(page.locator(CHANGED)).to_have_text("37%")
    page.wait_for_selector(KEPT)
    for kernel in kernels(server):
        kernel.kill()
    page.wait_for_selector("#lost:not([hidden])")
    page.click("#lost button")
    page.wait_for_selector(DRAWN)
    page.click(".restore")
    expect(page.locator(CHANGED)).to_have_text("37%")


def test_a_second_session_on_the_same_drafts_is_told_who_has_them(page, visit, server):
    other = visit(server.address)
    line = other.inner_text(".fault")
    assert "another" in line
    assert psutil.Process().username().split("\\")[-1] in line
    assert page.is_visible(DRAWN)
    left = list(kernels(server))[-1:]
    other.goto("about:blank")
    psutil.wait_procs(left, timeout=PATIENCE / 1000)


def test_a_broken_limit_is_red_and_refuses_the_signature(visit, run_folder, tmp_path):
    with serving(run_folder, tmp_path / "drafts") as server:
        page = visit(server.address)
        page.wait_for_selector(DRAWN)
        ratio(page, 100)
        page.wait_for_selector(CHANGED)
        assert page.is_visible(".law.red")
        assert "Rule broken" in page.inner_text(".law")
        saved(page, "all of C")
        assert page.locator("form.sign button.main").is_disabled()
        assert "cannot be signed" in page.inner_text("form.sign .refused")
