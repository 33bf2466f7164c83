"""``pilot.html``: where the county stands against its plan, the league of its units, its registers, a sheet a unit.

One file a page with everything in it, in both languages, which asks no network for anything and prints on A4.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from credit_score.language import LANGUAGES, in_both, say
from credit_score.pilot.cases import CASE_STATES, case_counts
from credit_score.pilot.indicators.light import WORDS
from credit_score.pilot.items import rows_of
from credit_score.report.content import labels
from credit_score.report.page import environment
from credit_score.report.pilot_figures import plot_gaps, plot_late
from credit_score.report.pilot_sheet import sheet_groups, sheet_of
from credit_score.report.pilot_tables import pilot_tables_of, scoreboard_rows
from credit_score.report.run_folder import RunFolder
from credit_score.report.style import as_svg, font_face

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet

Tables = dict[str, "pd.DataFrame"]


def pilot_pages(run: RunFolder) -> dict[str, str]:
    """``pilot.html`` and ``units/ID.html`` of every unit that has something on its sheet: name → page."""
    tables, rules = pilot_tables_of(run), run.rules()
    values = _values(run, tables, rules)
    page = environment().get_template("pilot_page.html")
    pages = {"pilot.html": page.render(**values, whole=True)}
    for sheet in values["sheets"]:
        alone = {"sheets": [sheet]}
        # An id of a policy can hold signs that a name of a file cannot.
        pages[f"units/{quote(sheet['unit'], safe='')}.html"] = page.render(**(values | alone), whole=False)
    font = font_face("".join(sorted({sign for html in pages.values() for sign in html})))
    return {name: html.replace("/*FONT*/", font, 1) for name, html in pages.items()}


def _values(run: RunFolder, tables: Tables, rules: "RuleSet") -> dict[str, Any]:
    names = labels(rules, "units")
    sheets = list(_sheets(tables, names))
    cases = tables.get("government_cases")
    registered = {"posts": bool(tables["office"]["leaders"].notna().any()), "government_cases": cases is not None}
    return {
        "say": say, "languages": LANGUAGES, "in_both": in_both, "rules": rules, "names": names,
        "status": run.manifest["status"].replace(" ", "_"), "registered": registered,
        "indicators": scoreboard_rows(tables), "without": _without_number(tables),
        "league": rows_of(tables, "league"), "office": rows_of(tables, "office"),
        "cases": rows_of(tables, "government_cases"), "case_states": CASE_STATES,
        "case_counts": [] if cases is None else rows_of({"counts": case_counts(cases)}, "counts"),
        "calendar": rows_of(tables, "calendar"),
        "sheets": sheets, "linked": {sheet["unit"] for sheet in sheets}, "lights": WORDS,
        "figures": {lang: _figures(tables, lang) for lang in LANGUAGES},
    }  # fmt: skip


def _without_number(tables: Tables) -> list[dict[str, Any]]:
    """Tasks of the plan that no indicator measures."""
    return [row for row in rows_of(tables, "plan_tasks") if not row["indicators"]]


def _sheets(tables: Tables, names: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    """The units that have something on their sheet, in the order of the league."""
    for row in rows_of(tables, "league"):
        if groups := sheet_groups(sheet_of(tables["unit_items"], row["unit"])):
            yield {"unit": row["unit"], "label": names[row["unit"]], "groups": groups, "row": row}


def drawings(tables: Tables, lang: str) -> dict[str, tuple[float, Callable[..., Any]]]:
    """The figures by name: height in inches, and what draws them on Axes; none without anything to show."""
    league = tables["league"]
    told = league.assign(label=league[f"label_{lang}"], gap_label=league[f"gap_label_{lang}"])
    late = told[(told[["late", "late_shared", "soon"]] > 0).any(axis=1)]
    gaps = told[told["gap_share"] > 0]
    frames = {"league": (late, plot_late), "gaps": (gaps, plot_gaps)}
    return {
        name: (1.1 + 0.26 * len(frame), partial(plot, frame, lang=lang))
        for name, (frame, plot) in frames.items()
        if len(frame)
    }


def _figures(tables: Tables, lang: str) -> dict[str, str]:
    return {
        name: as_svg(draw, name=f"pilot-{name}-{lang}", label=say(f"sheet.figure_{name}", lang), height=height)
        for name, (height, draw) in drawings(tables, lang).items()
    }
