"""The page of the browser module: a hand, a key and a reader can use it, and Python is told when a hand lets go."""

import re
from dataclasses import asdict, replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from credit_score.inspection.county import step
from credit_score.language import catalogue

pytestmark = pytest.mark.browser


def settled(page, *, serial=1, **more):
    """What Python tells after a command, made up from the page's own state, given to the page."""
    told = {"serial": serial, "checks": [], "changes": [], "undo": False, "redo": False, "drafts": [], "working": None,
            "comparison": None, "signed": None, "said": None, "figures": None} | more  # fmt: skip
    bands = told.pop("bands", None)
    page.evaluate("([told, bands]) => tell({settled: {state: payload.state, ...told}, bands})", [told, bands])
    frames(page)


def frames(page):
    """Until the next frame is painted."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def sent(page):
    return page.evaluate("sent")


def cards(page):
    return page.locator(".card").all_inner_texts()


def handle(page, k):
    return page.locator(f".handle[data-tier='{k}']")


def field(page, name):
    return page.get_by_role("spinbutton", name=name)


def test_a_cutoff_that_is_dragged_moves_the_numbers_at_once_and_is_told_when_it_is_let_go(opened):
    page = opened()
    before, box = cards(page), handle(page, 1).bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 60, steps=5)
    frames(page)
    assert cards(page) != before
    assert sent(page) == []
    page.mouse.up()
    now = float(handle(page, 1).get_attribute("aria-valuenow"))
    assert now < 950
    assert sent(page) == [
        {"do": "move", "what": "cutoff", "tier": 1, "department": None, "to": pytest.approx(now, abs=0.51)}
    ]
    assert field(page, "Tier B, fair credit: lowest score").input_value() == f"{now:g}"


def test_a_ratio_that_is_slid_moves_the_numbers_at_once_and_is_told_when_it_is_let_go(opened):
    page = opened()
    before, box = cards(page), page.locator("input[type=range]").nth(2).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=5)
    frames(page)
    assert cards(page) != before
    assert sent(page) == []
    page.mouse.up()
    (command,) = sent(page)
    assert command | {"to": 0} == {"do": "move", "what": "ratio", "tier": 2, "department": None, "to": 0}
    assert 0.5 < command["to"] < 0.7
    assert float(field(page, "Tier C, some risk: inspection ratio, percent").input_value()) == 100 * command["to"]


def test_arrows_move_a_cutoff_by_one_point_and_with_shift_by_ten_and_are_told_once_at_rest(opened):
    page = opened()
    handle(page, 0).focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    frames(page)
    assert handle(page, 0).get_attribute("aria-valuenow") == "988"
    assert handle(page, 0).get_attribute("aria-valuetext") == "988 points"
    page.wait_for_timeout(400)
    assert [c["to"] for c in sent(page)] == [988]


def test_arrows_move_a_ratio_and_a_cutoff_stops_at_its_neighbour(opened, cube):
    page = opened()
    page.locator("input[type=range]").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert [c["to"] for c in sent(page)] == [pytest.approx(0.055)]
    field(page, "Tier B, fair credit: lowest score").fill("1200")
    page.keyboard.press("Enter")
    frames(page)
    assert field(page, "Tier B, fair credit: lowest score").input_value() == f"{1000 - step(cube):g}"


def test_what_python_settles_meanwhile_does_not_take_a_hand_off(opened):
    page = opened()
    box = handle(page, 1).bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 60, steps=3)
    held = handle(page, 1).get_attribute("aria-valuenow")
    settled(page)
    assert handle(page, 1).get_attribute("aria-valuenow") != "950"
    page.mouse.up()
    settled(page, serial=2)
    assert held != "950"
    assert handle(page, 1).get_attribute("aria-valuenow") == "950"


def test_what_is_locked_is_moved_by_no_hand(opened):
    page = opened()
    page.get_by_role("button", name="Lock the cut-off of Tier B, fair credit").click()
    page.get_by_role("button", name="Lock the ratio of Tier C, some risk").click()
    assert [(c["do"], c["what"], c["tier"]) for c in sent(page)] == [("lock", "cutoff", 1), ("lock", "ratio", 2)]
    handle(page, 1).press("ArrowLeft")
    frames(page)
    assert handle(page, 1).get_attribute("aria-valuenow") == "950"
    assert handle(page, 1).get_attribute("aria-disabled") == "true"
    assert page.locator("input[type=range]").nth(2).is_disabled()


def test_one_department_has_numbers_of_its_own_and_the_table_says_where_it_differs(opened):
    page = opened()
    page.locator(".tiers select").select_option("1")
    field(page, "Tier D, high risk: inspection ratio, percent").fill("80")
    page.keyboard.press("Enter")
    frames(page)
    assert "≠ usual 50" in page.inner_text(".tiers")
    assert sent(page)[-1] == {"do": "move", "what": "ratio", "tier": 3, "department": 1, "to": 0.8}
    page.locator(".tiers select").select_option("all")
    frames(page)
    mixed = field(page, "Tier D, high risk: inspection ratio, percent")
    assert (mixed.input_value(), mixed.get_attribute("placeholder")) == ("", "…")
    assert page.inner_text(".differs[title]") == "≠ 50–80"
    assert page.locator(".differs[title]").get_attribute("title") == "Ecology and environment 80"


def test_intervals_are_shown_only_of_what_is_on_the_page(opened):
    page = opened()
    ends = {"mean": 12.0, "low": 10.5, "high": 14.5}
    bands = {"serial": 1, "level": 0.9, "n": 200, "rates": {"low": [0.1] * 4, "high": [0.2] * 4}, "detections": ends,
             "undetected": ends, "better": {"as_it_stands": 0.87, "same_days": 0.71}}  # fmt: skip
    settled(page)
    assert "computing…" in cards(page)[2]
    settled(page, bands=bands)
    assert "10.5–14.5" in cards(page)[2]
    assert "71%" in cards(page)[5]
    assert "87% as it stands" in cards(page)[5]
    assert "10.0–20.0%" in page.inner_text(".tiers")
    handle(page, 1).press("ArrowLeft")
    frames(page)
    assert "computing…" in cards(page)[2]
    settled(page, serial=2, bands=bands)
    assert "computing…" in cards(page)[2]


def test_a_broken_rule_is_in_view_in_words(opened):
    page = opened()
    for ratio in ("100", "1"):
        field(page, "Tier A, good credit: inspection ratio, percent").fill(ratio)
        page.keyboard.press("Enter")
    page.mouse.wheel(0, 600)
    field(page, "Tier A, good credit: inspection ratio, percent").fill("100")
    page.keyboard.press("Enter")
    frames(page)
    box = page.locator(".law").bounding_box()
    assert 0 <= box["y"] < 100
    assert "× Rule broken" in page.inner_text(".law")
    assert "too many" in page.inner_text(".law")
    assert "inspection:departments:" in page.inner_text(".law")
    settled(page)
    assert "Every rule is kept" in page.inner_text(".law")
    assert page.get_by_role("button", name="Sign", exact=True).is_enabled()


ABOUT = {"author": {"name": "李四", "office": "信用办"}, "reason": "<b>why</b>", "written": "2026-11-29T15:00:00+08:00"}
DRAFTS = [ABOUT | {"name": n, "signed": None, "status": "draft"} for n in ("Plan A", "<script>alert(1)</script>")]


def test_drafts_are_saved_opened_compared_and_signed_by_commands(opened, draft):
    page = opened()
    settled(page, drafts=DRAFTS, undo=True, working={"written": "2026-11-29T14:00:00"})
    save, sign = page.locator("form.save"), page.locator("form.sign")
    for name, text in {"Draft": "Plan C", "Author": "A", "Office": "B", "Reason": "why"}.items():
        save.get_by_label(name).fill(text)
    save.get_by_role("button").click()
    page.get_by_role("button", name="Open draft Plan A").click()
    page.get_by_role("checkbox", name="Plan A").check()
    frames(page)
    page.get_by_role("button", name="Compare those ticked").click()
    settled(page, serial=2, drafts=DRAFTS, undo=True, working={"written": "2026-11-29T14:00:00"})
    sign.get_by_label("Signer").fill("C")
    sign.get_by_label("Office").fill("D")
    sign.get_by_role("button").click()
    page.get_by_role("button", name="Restore them").click()
    page.get_by_role("button", name="Undo").click()
    assert sent(page) == [
        {"do": "save", "name": "Plan C", "author": "A", "office": "B", "reason": "why"},
        {"do": "open", "name": "Plan A"},
        {"do": "compare", "names": ["Plan A"]}, {"do": "sign", "name": "Plan A", "signer": "C", "office": "D"},
        {"do": "restore"}, {"do": "undo"},
    ]  # fmt: skip
    other = asdict(replace(draft, cutoffs=(1000.0, 960.0, 850.0)))
    settled(page, serial=3, comparison={"names": ["Plan A"], "drafts": [other], "better": [None]}, drafts=DRAFTS)
    assert "≠ 960" in page.inner_text(".compare")
    assert "not a legal e-signature" in page.inner_text(".sign")


def test_the_optimum_is_asked_of_python_with_its_aim(opened):
    page = opened()
    page.get_by_label("Aim").select_option("violations")
    page.get_by_label("cut-offs too").check()
    page.get_by_role("button", name="Optimise").click()
    assert sent(page) == [{"do": "aim", "objective": "violations"}, {"do": "optimise", "cutoffs": True}]
    assert field(page, "Deterrence").is_visible()


def test_what_is_said_is_in_a_live_region_and_markup_is_text(opened):
    nasty = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"

    def change(told):
        told["labels"]["policy"] = told["labels"]["departments"][0] = {"zh": nasty, "en": nasty}

    page = opened(change=change)
    settled(page, drafts=DRAFTS, said={"level": "error", "zh": nasty, "en": nasty})
    assert page.locator("h2").inner_text() == nasty
    assert nasty in page.get_by_role("status").inner_text()
    assert "<script>alert(1)</script>" in page.inner_text(".drafts")
    assert page.evaluate("[window.hurt ?? null, document.querySelectorAll('#here script, #here img').length]") == [
        None,
        0,
    ]


@pytest.mark.parametrize("host", [True, False])
def test_the_language_is_switched_with_every_word(opened, host):
    page = opened(host=host)
    assert not re.search("[一-鿿]", page.inner_text("#here").replace("中文", ""))
    page.locator("button.language").click()
    frames(page)
    shown = page.inner_text("#here").replace("English", "")
    assert not re.search("(?<![:._a-z])[a-z]{3,}(?![:._])", re.sub(r"inspection\S*|departments|Shift", "", shown))
    assert page.locator(".what-if").get_attribute("lang") == "zh-CN"
    assert sent(page) == ([{"do": "aim", "lang": "zh"}] if host else [])
    assert page.locator("button.language").evaluate("button => button === document.activeElement")


def test_without_python_the_sliders_work_and_what_needs_it_is_absent(opened):
    page = opened(host=False)
    before = cards(page)
    handle(page, 1).press("Shift+ArrowLeft")
    frames(page)
    assert cards(page) != before
    assert "Back to what was decided" in page.inner_text("header")
    assert page.locator("form, .undo, .aims").count() == 0
    assert catalogue()["session.no_python"]["en"] in page.inner_text(".notes")
    page.get_by_role("button", name="Back to what was decided").click()
    frames(page)
    assert cards(page) == before


def test_numbers_that_no_visit_tells_are_dashes_with_the_reason(opened, blind):
    page = opened(cube=blind)
    assert cards(page)[2].split("\n")[1] == "–"
    assert catalogue()["session.no_curve"]["en"] in page.inner_text(".tiers")
    assert page.get_by_role("button", name="Optimise").is_disabled()
    assert page.faults == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("host", [True, False])
def test_no_serious_accessibility_fault_is_found(opened, host, lang):
    page = opened(host=host, lang=lang)
    if host:
        settled(
            page,
            drafts=DRAFTS,
            working={"written": "2026-11-29T14:00:00"},
            said={"level": "info", "zh": "好", "en": "ok"},
        )
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")] == []
    assert page.requests == []
    assert page.faults == []


WIDE = """() => [...document.querySelectorAll('#here :is(td, th, section:not(.tiers), .card, small, header, .law)')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
    .map(e => e.className + ': ' + e.innerText)"""


@pytest.mark.thorough
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (960, 720), (390, 800)])
def test_no_text_is_cut_and_nothing_is_wider_than_the_page(opened, lang, width, height):
    page = opened(lang=lang)
    page.set_viewport_size({"width": width, "height": height})
    settled(page, drafts=DRAFTS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(WIDE) == []


def test_as_a_widget_it_speaks_with_its_model(opened):
    page = opened()
    page.evaluate("""() => { stop(); window.heard = []; window.gone = false;
        const held = {payload: JSON.stringify(payload), settled: "null", bands: null};
        const model = {get: name => held[name], send: command => heard.push(command), on: () => null,
            off: () => { window.gone = true; }};
        window.leave = widget.render({model, el: document.getElementById("here")}); }""")
    handle(page, 0).press("ArrowLeft")
    page.wait_for_timeout(400)
    assert page.evaluate("heard.map(c => c.do)") == ["ask", "move"]
    page.evaluate("leave()")
    assert page.evaluate("gone")


def test_a_department_is_marked_over_its_capacity_and_the_least_share_missed_only_where_a_check_says_so(opened, cube):
    over = [0, 3]

    def change(told):
        told["cube"]["capacity"] = [1.0 if d in over else 1e6 for d in range(len(cube.departments))]

    page = opened(change=change)
    marked = page.locator(".loads tbody tr").evaluate_all("rows => rows.map(row => row.className === 'over')")
    assert [d for d, one in enumerate(marked) if one] == over
    assert page.locator(".loads tbody").inner_text().count("×") == len(over)
    assert "√ min. 3%" in page.inner_text(".cards")


def test_a_draft_is_signed_or_not_by_its_own_broken_rules_whatever_is_on_the_page(opened):
    page = opened()
    settled(page, drafts=[DRAFTS[0] | {"red": 0}, DRAFTS[1] | {"red": 2}])
    button, choice = page.get_by_role("button", name="Sign", exact=True), page.locator("form.sign select")
    assert page.locator(".law.red").count() == 0
    assert not button.is_disabled()
    choice.select_option(DRAFTS[1]["name"])
    frames(page)
    assert button.is_disabled()
    assert "breaks rules (2)" in page.inner_text(".sign")
    choice.select_option(DRAFTS[0]["name"])
    frames(page)
    field(page, "Tier A, good credit: inspection ratio, percent").fill("100")
    page.keyboard.press("Enter")
    frames(page)
    assert page.locator(".law.red").count() == 1
    assert not button.is_disabled()


def test_a_change_too_small_to_be_shown_has_no_sign(opened, cube):
    page = opened(
        change=lambda told: told["draft"].update(ratios=[[r + 1e-7 for r in row] for row in told["draft"]["ratios"]])
    )
    assert "±0 vs in force" in page.locator(".card").first.inner_text()
    assert not re.search("[+−]0", page.inner_text(".cards"))


def test_departments_are_chosen_in_their_order_with_all_of_them_first(opened, cube):
    options = opened().locator(".tiers select option").evaluate_all("all => all.map(one => one.value)")
    assert options == ["all", *map(str, range(len(cube.departments)))]


def test_a_draft_says_who_wrote_it(opened):
    page = opened()
    settled(page, drafts=DRAFTS[:1])
    assert "李四, 信用办 · 2026-11-29 15:00 · <b>why</b>" in page.inner_text(".drafts li")


def test_who_signs_is_told_that_it_takes_a_while_and_a_second_click_signs_nothing(opened):
    page = opened()
    settled(page, drafts=DRAFTS, said={"level": "error", "zh": "before", "en": "before"})
    sign = page.locator("form.sign")
    sign.get_by_label("Signer").fill("C")
    sign.get_by_label("Office").fill("D")
    sign.get_by_role("button").evaluate("button => { button.click(); button.click() }")
    frames(page)
    assert [command["do"] for command in sent(page)] == ["sign"]
    assert sign.get_by_role("button").is_disabled()
    assert page.inner_text(".said").startswith("Signing, and writing the dossier")
    settled(page, serial=2, drafts=DRAFTS, said={"level": "info", "zh": "done", "en": "done"})
    assert not sign.get_by_role("button").is_disabled()
    assert "done" in page.inner_text(".said p")


def test_what_python_says_is_seen_from_the_bottom_of_the_page(opened):
    page = opened()
    page.locator("form.sign button").scroll_into_view_if_needed()
    settled(page, drafts=DRAFTS, said={"level": "error", "zh": "heard", "en": "heard"})
    box = page.locator(".said p").bounding_box()
    assert page.evaluate("scrollY") > 100
    assert 0 <= box["y"] < 720
