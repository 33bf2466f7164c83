"""Draw the pictures of ``docs/figures.md``: every figure of the package, once in each language, of synthetic records.

    python tools/gallery.py

writes ``docs/img/figures/<module>.<function>.<language>.png`` anew, in a few minutes. The same versions of libraries
give the same bytes. A figure that is new gets a line in one of the functions below and a section on the page.
"""

import io
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gallery_pilot import of_pilot, of_publication
from gallery_session import Draft, of_dossier, panels
from PIL import Image

import credit_score as cs
from credit_score.inspection import plots as inspection_plots
from credit_score.inspection.optimum import pareto_front
from credit_score.language import LANGUAGES
from credit_score.learning import expected_violations, firm_characteristics, visit_outcomes
from credit_score.records.synthetic import make_county
from credit_score.report import content, page, simulation_folder
from credit_score.report.style import save_figure
from credit_score.scorecard import CardWarning, ScorecardClassifier, card_plots, draw_weights, plots
from credit_score.scorecard.curves import calibration_table, capture_curve, lift_table, roc_points, score_distribution
from credit_score.scorecard.intervals import auc_interval
from credit_score.scorecard.metrics import ks
from credit_score.scorecard.stability import csi, score_psi
from credit_score.simulation import frames
from credit_score.simulation import plots as simulation_plots
from credit_score.tiers import TierCalibrator
from credit_score.tiers import plots as tier_plots

TARGET = Path(__file__).parents[1] / "docs" / "img" / "figures"
SEED, FIRMS, PERSONS = 2023, 30_000, 30_000
BEFORE, SPLIT, UNTIL, DAY = "2023-03-15", "2023-05-01", "2023-06-30", "2023-12-31"
CUTOFFS, RATIOS, HARDER_ON_C = [1000, 950, 850], [0.01, 0.05, 0.20, 0.50], [0.01, 0.05, 0.30, 0.50]
FLOOR, MOST, SENSITIVITY = 0.01, 0.5, 0.8
CARD = {"weights": "draws", "min_z": 2, "max_bins": 5, "l2": 0.001}
# Inspectors are away for a year; the last department has as many days as it wants. THEIRS inspect tiers A to D.
AWAY = {"of": "capacity", "first": 25, "periods": 12, "times": 0.4}
STAFF = [
    {"name": "market_supervision", "capacity": 1200}, {"name": "ecology", "capacity": 1000}, {"name": "fire"},
]  # fmt: skip
THEIRS = ("market_supervision", "ecology", "fire", "fire")
NAMES = {
    "zh": {"sector": "行业", "size": "规模", "legal_form": "主体类型", "months_registered": "登记月数",
           "score": "规则积分", "merits": "守信记录数", "faults": "失信记录数", "compliance": "依法经营",
           "justice": "司法", "commitment": "信用承诺", "contract": "合同履约", "honour": "荣誉", "tax": "纳税",
           "inspection": "监督检查"},
    "en": {"score": "points by rule", "merits": "merits that count", "faults": "faults that count",
           "months_registered": "months registered"},
}  # fmt: skip
SCHEDULES = {"zh": ["现行方案", "C级30%", "一律相同"], "en": ["as it stands", "C at 30 %", "everybody alike"]}
COLOURS = 64
Drawing = tuple[float, partial[Any]]


class Laboratory:
    """What the pictures are of: a synthetic county on three days, what draws found between them, and a scenario."""

    def __init__(self, place: Path) -> None:
        make_county(place, n_enterprises=FIRMS, n_individuals=PERSONS, seed=SEED)
        records, policy = cs.read_records(place), cs.load_policy("gaoyang")
        days = (BEFORE, UNTIL, DAY)
        self.before, self.pilot, self.run = (cs.run_county(records, policy, as_of=day, seed=SEED) for day in days)
        self.found = visit_outcomes(self.before, UNTIL)
        self.known = firm_characteristics(self.before)
        self.rows, self.bad = self.known.loc[self.found["subject"]], self.found["bad"].to_numpy()
        self.weight = draw_weights(self.found["draw_probability"])

    def labels(self, group: str, lang: str) -> dict[str, str]:
        """What the policy calls its sectors, sizes or departments."""
        return {name: label[lang] for name, label in content.labels(self.run.rules, group).items()}

    @cached_property
    def early(self) -> np.ndarray:
        """Which visits a card is fitted to; the others, later ones, test it."""
        return (pd.to_datetime(self.found["inspected_on"]) < SPLIT).to_numpy()

    @cached_property
    def card(self) -> ScorecardClassifier:
        """A card of the earlier visits; what it says of itself is of no matter here."""
        with warnings.catch_warnings(action="ignore", category=CardWarning):
            return ScorecardClassifier(**CARD).fit(*(part[self.early] for part in (self.rows, self.bad, self.weight)))

    @cached_property
    def path(self) -> pd.DataFrame:
        return self.card.path(self.rows, self.bad, self.weight)

    @cached_property
    def tiers(self) -> TierCalibrator:
        """The policy's tiers, held against what visits found."""
        made = TierCalibrator(4, "fixed", cutoffs=CUTOFFS, weights="draws")
        who = {"inspector": self.found["inspector"]}
        return made.fit(self.rows["score"].to_numpy(), self.bad, self.weight, groups=who)

    @cached_property
    def cube(self) -> cs.WhatIfCube:
        chances = expected_violations(self.before, self.found, self.run)
        return self.run.cube(chances, sensitivity=SENSITIVITY)

    @cached_property
    def draft(self) -> Draft:
        return Draft(self.run)

    @cached_property
    def years(self) -> tuple[Any, Any]:
        """Ten years of a scenario with its ranges drawn, and five in which inspectors are away for one."""
        scenario = cs.Scenario.read("dandong")
        types = [one.altered(department=name) for one, name in zip(scenario.types, THEIRS, strict=True)]
        short = scenario.altered(shocks=[AWAY], departments=STAFF, types=types, periods=60)
        return (
            cs.simulate(scenario, n_replications=200, seed=SEED, draw_ranges=True),
            cs.simulate(short, n_replications=50, seed=SEED),
        )


def of_report(lab: Laboratory, lang: str) -> Iterator[Drawing]:
    """The figures of the report of a run, as it draws them."""
    yield from page.drawings(lab.run, lang).values()


def of_score(lab: Laboratory, lang: str) -> Iterator[Drawing]:
    """How points by rule order what visits found, and whether scores moved since."""
    y, score, weight = lab.bad, lab.rows["score"].to_numpy(), {"sample_weight": lab.weight}
    points, auc = roc_points(y, score, **weight), auc_interval(y, score, **weight)
    later = firm_characteristics(lab.run)
    moved = score_psi(lab.known["score"], later["score"])
    chance = calibration_table(y[~lab.early], lab.card.predict_proba(lab.rows[~lab.early])[:, 1], n_bins=6)
    yield 4.2, partial(plots.plot_roc, points, auc=auc, lang=lang)
    yield 4.2, partial(plots.plot_capture, capture_curve(y, score, **weight), lang=lang)
    yield 3.2, partial(plots.plot_ks, points, ks=ks(y, score, **weight), lang=lang)
    yield 3.2, partial(plots.plot_lift, lift_table(y, score, **weight), lang=lang)
    yield 4.2, partial(plots.plot_calibration, chance, lang=lang)
    yield 3.2, partial(plots.plot_score_distribution, score_distribution(y, score, **weight), lang=lang)
    yield 4.2, partial(plots.plot_psi, moved, psi=moved["psi"].sum(), lang=lang)
    shifted = csi(lab.card.card_, lab.known, later)
    named = shifted["characteristic"].map(lambda name: NAMES[lang].get(name, name))
    yield 1.2 + 0.3 * len(shifted), partial(plots.plot_csi, shifted.assign(characteristic=named), lang=lang)


def of_card(lab: Laboratory, lang: str) -> Iterator[Drawing]:
    """A card's points, and its weights along a penalty."""
    values = lab.labels("sectors", lang) | lab.labels("sizes", lang)
    yield 5.0, partial(card_plots.plot_card, lab.card.table_, names=NAMES[lang] | values, lang=lang)
    yield 3.6, partial(card_plots.plot_path, lab.path, names=NAMES[lang], lang=lang)


def of_tiers(lab: Laboratory, lang: str) -> Iterator[Drawing]:
    """What share of each tier visits find wanting, and whether inspectors explain it."""
    yield 2.6, partial(tier_plots.plot_tier_rates, lab.tiers.table_, lang=lang)
    yield 2.4, partial(tier_plots.plot_gradient, lab.tiers.gradients_["inspector"], tiers="ABCD", lang=lang)


def of_inspection(lab: Laboratory, lang: str) -> Iterator[Drawing]:
    """The schedule of the policy beside the best at each load, and beside two others."""
    now = lab.cube.evaluate(CUTOFFS, RATIOS)
    days, missed = float(now.days.sum()), float(now.undetected.sum())
    budgets = np.linspace(0.4, 3, 30) * days
    front = pareto_front(lab.cube, budgets=budgets, cutoffs=CUTOFFS, min_ratio=FLOOR, max_ratio=MOST)
    alike = [now.inspections.sum() / now.firms.sum()] * 4
    ratios = pd.DataFrame(np.transpose([RATIOS, HARDER_ON_C, alike]), index=list("ABCD"), columns=SCHEDULES[lang])
    yield 3.6, partial(inspection_plots.plot_front, front, here={SCHEDULES[lang][0]: (days, missed)}, lang=lang)
    yield 3.2, partial(inspection_plots.plot_ratios, ratios, lang=lang)


def of_simulation(lab: Laboratory, lang: str) -> Iterator[Drawing]:
    """Years ahead as a simulation's folder draws them; load, of years in which inspectors are away."""
    usual, short = lab.years
    load = frames.load(short)
    named = load["department"].map(lab.labels("departments", lang))
    yield 2.4, partial(simulation_plots.plot_load, load.assign(department=named), per_year=12, lang=lang)
    yield from simulation_folder.drawings(usual, lang).values()


# The pilot first: its figure of credit villages stands for that of the report.
GROUPS: tuple[Callable[[Laboratory, str], Iterator[Drawing]], ...] = (
    lambda lab, lang: of_pilot(lab.pilot, lang), lambda lab, lang: of_publication(lab.run, lang),
    of_report, of_score, of_card, of_tiers, of_inspection, lambda lab, lang: of_dossier(lab.draft, lang), of_simulation,
)  # fmt: skip


def drawings(lab: Laboratory, lang: str) -> dict[str, Drawing]:
    """A drawing of each figure by the name of its function; of several by one function, the first."""
    found: dict[str, Drawing] = {}
    for height, draw in (one for group in GROUPS for one in group(lab, lang)):
        name = f"{draw.func.__module__}.{draw.func.__name__}".removeprefix("credit_score.")
        found.setdefault(name, (height, draw))
    return found


def pictures(lab: Laboratory, lang: str) -> Iterator[tuple[str, bytes]]:
    """Every figure as PNG, by the name of what draws it."""
    with tempfile.TemporaryDirectory() as place:
        for name, (height, draw) in drawings(lab, lang).items():
            save_figure(draw, Path(place) / "figure", height=height)
            yield name, (Path(place) / "figure.png").read_bytes()
    yield from panels(lab.draft, lang)


def save(png: bytes, path: Path) -> int:
    """Save a picture with few colours, a third of the size of all of them; its size in bytes."""
    with Image.open(io.BytesIO(png)) as drawn:
        drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


def main() -> None:
    """Draw all of them anew and say how large they are."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as place:
        lab = Laboratory(Path(place) / "county")
        sizes = [save(png, TARGET / f"{name}.{lang}.png") for lang in LANGUAGES for name, png in pictures(lab, lang)]
    sys.stdout.write(f"{len(sizes)} pictures, {max(sizes):,} bytes at most, {sum(sizes):,} in all\n")


if __name__ == "__main__":
    main()
