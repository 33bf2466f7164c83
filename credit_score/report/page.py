"""``report.html``: one file with everything in it, which asks no network for anything."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, say
from credit_score.report import content, reporting, scenes
from credit_score.report.figures import (
    plot_burden,
    plot_points,
    plot_reasons,
    plot_scores_by_tier,
    plot_shares,
    plot_visits,
    plot_workload,
)
from credit_score.report.finance_figure import funnel_today, plot_funnel
from credit_score.report.number import exact, percent, points
from credit_score.report.run import Run
from credit_score.report.scoreboard import scoreboard
from credit_score.report.style import as_svg, font_face
from credit_score.report.three_credit import TITLES as THREE_CREDIT
from credit_score.report.three_credit import three_credit_told
from credit_score.report.three_credit_figure import plot_three_credit, shares_by_town

if TYPE_CHECKING:
    from jinja2 import Environment

Drawing = tuple[str, float, Callable[..., Any]]
TITLES = {"sector": "section.burden", "size": "section.burden", "funnel": "section.funnel"}


def report_page(run: Run) -> str:
    """The report of a run as HTML, in both languages, with a switch between them."""
    html = environment().get_template("page.html").render(say=say, languages=LANGUAGES, **_values(run))
    return html.replace("/*FONT*/", font_face(html), 1)


def environment() -> "Environment":
    """What the package's pages are made in: every value is escaped, a name that is missing is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined)
    made.filters |= {"points": points, "exact": exact, "exact_percent": percent}
    made.filters |= {"percent": lambda x: f"{x:.1%}", "whole": lambda x: f"{x:,.0f}"}
    return made


def _template(name: str) -> str:
    return files("credit_score").joinpath(f"report/{name}").read_text(encoding="utf-8")


def _values(run: Run) -> dict[str, Any]:
    rules = run.rules
    labels = {name: content.labels(rules, name) for name in ("departments", "sectors", "sizes", "statutory_minimums")}
    return {
        "run": run, "rules": rules, "status": run.status.replace(" ", "_"), "summary": content.summary(run),
        "pilot": scoreboard(run), "tiers": content.tier_rows(run), "sector_tables": content.sector_tables(run),
        "schedule": run.schedule.to_dict(orient="records"),
        "load": run.workload.to_dict(orient="records"), "breaches": content.breaches(run), "labels": labels,
        "floors_above": content.floors_above(run),
        "burden": {by: content.burden_labelled(run, by, "en").to_dict(orient="records") for by in ("sector", "size")},
        "counts": run.records.counts.to_dict(orient="records"),
        "reasons": content.reasons(run, "en").to_dict(orient="records"),
        "files": reporting.file_rows(run), "quality": reporting.quality_by_unit(run),
        "coverage": reporting.coverage_by_resource(run),
        "three_credit": {lang: three_credit_told(run.pilot, rules, lang) for lang in LANGUAGES},
        "three_credit_titles": THREE_CREDIT,
        "scenes": scenes.section(run),
        "unknown_rates": content.tiers_without_rate(run), "uncounted": content.uncounted(run),
        "cited": content.rules_cited(rules), "figures": {lang: _figures(run, lang) for lang in LANGUAGES},
    }  # fmt: skip


def drawings(run: Run, lang: str) -> dict[str, tuple[float, Callable[..., Any]]]:
    """The figures of a report by name: height in inches, and what draws them on Axes; none without data."""
    return {
        name: (height, draw)
        for made in (_histograms, _bars, _pilot, scenes.drawings)
        for name, height, draw in made(run, lang)
    }


def _figures(run: Run, lang: str) -> dict[str, str]:
    """Every figure as SVG, by name."""
    return {
        name: as_svg(draw, name=f"{name}-{lang}", label=say(TITLES.get(name, f"section.{name}"), lang), height=height)
        for name, (height, draw) in drawings(run, lang).items()
    }


def _histograms(run: Run, lang: str) -> Iterator[Drawing]:
    tiers = [t.id for t in run.rules.tiers]
    cutoffs = list(run.rules.cutoffs)
    scores = content.score_counts(run.tables["tiers"], "tier")
    if len(scores):
        yield "enterprise", 3.2, partial(plot_scores_by_tier, scores, cutoffs=cutoffs, tiers=tiers, lang=lang)
    people = content.score_counts(run.tables["scores_individual"])
    if run.rules.individual and len(people):
        yield "individual", 3.2, partial(plot_points, people, base=run.rules.individual.base / 1000, lang=lang)


def _bars(run: Run, lang: str) -> Iterator[Drawing]:
    """Bar figures, as high as they have bars."""
    tiers = [t.id for t in run.rules.tiers]
    visits, mean = content.visits_by_tier(run, lang), content.mean_burden(run)
    frames = {
        "tiers": (run.tier_shares, partial(plot_shares, lang=lang)),
        "schedule": (visits, partial(plot_visits, tiers=tiers, lang=lang)),
        "workload": (content.workload_labelled(run, lang), partial(plot_workload, lang=lang)),
        "sector": (content.burden_labelled(run, "sector", lang), partial(plot_burden, mean=mean, lang=lang)),
        "size": (content.burden_labelled(run, "size", lang), partial(plot_burden, mean=mean, lang=lang)),
        "rejected": (content.reasons(run, lang), partial(plot_reasons, lang=lang)),
    }
    for name, (frame, plot) in frames.items():
        if len(frame):
            yield name, 1.0 + 0.28 * len(frame), partial(plot, frame)


def _pilot(run: Run, lang: str) -> Iterator[Drawing]:
    """Figures of the pilot's tables."""
    criteria = run.rules.model.three_credit
    if {"finance_funnel", "indicators"} <= run.pilot.keys() and run.pilot["finance_funnel"]["share"].notna().any():
        frame = funnel_today(run.pilot["finance_funnel"], run.pilot["indicators"])
        yield "funnel", 2.2, partial(plot_funnel, frame, lang=lang)
    if criteria and "towns" in run.pilot and run.pilot["towns"]["credit_share"].notna().any():
        frame, share = shares_by_town(run.pilot["towns"], lang), run.rules.figure(criteria.town.villages).value
        yield "three_credit", 1.2 + 0.34 * len(frame), partial(plot_three_credit, frame, criterion=share, lang=lang)
