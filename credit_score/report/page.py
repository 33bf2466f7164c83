"""``report.html``: one file with everything in it, which asks no network for anything."""

import base64
import io
import re
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, say
from credit_score.report import content, figures
from credit_score.report.style import FONT, FONT_FILE, as_svg

if TYPE_CHECKING:
    from credit_score.county import CountyRun


def report_page(run: "CountyRun") -> str:
    """The report of a run as HTML, in both languages, with a switch between them."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"points": _points, "percent": lambda x: f"{x:.1%}", "whole": lambda x: f"{x:,.0f}"}
    html = environment.get_template("page.html").render(say=say, languages=LANGUAGES, **_values(run))
    return html.replace("/*FONT*/", _font_face(html))


def _template(name: str) -> str:
    return files("credit_score").joinpath(f"report/{name}").read_text(encoding="utf-8")


def _values(run: "CountyRun") -> dict[str, Any]:
    rules = run.rules
    departments = {name: content.labels(rules, name) for name in ("departments", "sectors", "sizes")}
    return {
        "run": run, "rules": rules, "status": run.status.replace(" ", "_"), "summary": content.summary(run),
        "tiers": content.tier_rows(run), "schedule": run.schedule.to_dict(orient="records"),
        "load": run.workload.to_dict(orient="records"), "labels": departments,
        "burden": {by: content.burden_labelled(run, by, "en").to_dict(orient="records") for by in ("sector", "size")},
        "counts": run.records.counts.to_dict(orient="records"),
        "reasons": content.reasons(run, "en").to_dict(orient="records"),
        "cited": content.rules_cited(rules), "figures": {lang: _figures(run, lang) for lang in LANGUAGES},
    }  # fmt: skip


def _figures(run: "CountyRun", lang: str) -> dict[str, str]:
    """Every figure as SVG; those without data are left out."""
    tiers = [t.id for t in run.rules.tiers]
    cutoffs = [t.cutoff / 1000 for t in run.rules.tiers if t.cutoff is not None]
    scores = content.score_counts(run.tables["tiers"], "tier")
    people = content.score_counts(run.tables["scores_individual"])
    base = run.rules.individual.base / 1000 if run.rules.individual else 0.0
    mean, refused = content.mean_burden(run), content.reasons(run, lang)
    plots = {
        "enterprise": lambda ax: figures.plot_scores_by_tier(scores, ax, cutoffs=cutoffs, tiers=tiers, lang=lang),
        "individual": lambda ax: figures.plot_points(people, ax, base=base, lang=lang) if len(people) else None,
        "tiers": lambda ax: figures.plot_shares(run.tier_shares, ax, lang=lang),
        "schedule": lambda ax: figures.plot_visits(content.visits_by_tier(run, lang), ax, tiers=tiers, lang=lang),
        "workload": lambda ax: figures.plot_workload(content.workload_labelled(run, lang), ax, lang=lang),
        "rejected": lambda ax: figures.plot_reasons(refused, ax, lang=lang) if len(refused) else None,
    }
    for by in ("sector", "size"):
        frame = content.burden_labelled(run, by, lang)
        plots[by] = lambda ax, frame=frame: figures.plot_burden(frame, ax, mean=mean, lang=lang)
    titles = {"sector": "section.burden", "size": "section.burden"}
    return {
        name: as_svg(plot, name=f"{name}-{lang}", label=say(titles.get(name, f"section.{name}"), lang))
        for name, plot in plots.items()
    }


def _points(milli: int) -> str:
    return f"{milli / 1000:g}"


def _font_face(html: str) -> str:
    """The page's font, cut down to the characters that stand on it."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with as_file(FONT_FILE) as path:
        font = TTFont(path)
    options = Options(layout_features=[], notdef_outline=True, drop_tables=["DSIG"])
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(sorted(set(re.sub(r"\s", "", html)))) + " ")
    subsetter.subset(font)
    font.flavor = "woff"
    font.recalcTimestamp = False
    packed = io.BytesIO()
    font.save(packed)
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    return f"@font-face{{font-family:'{FONT}';src:url(data:font/woff;base64,{data}) format('woff');}}"
