"""What the commands on tiers do: the tier table of a run, and cut-offs that could be chosen for it."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, print_json, print_words
from credit_score.errors import FitError
from credit_score.told import in_words, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report import RunFolder
    from credit_score.tiers.proposal import Asked, Labels, Proposal

IN_POINTS = ("cutoff", "low", "high")
SHARES, COUNTS = ("share", "rate", "rate_low", "rate_high"), ("firms", "labelled")
HEADINGS = {
    "tier": "calibrate.tier", "cutoff": "calibrate.cutoff", "firms": "calibrate.firms", "share": "calibrate.share",
    "labelled": "calibrate.labelled", "rate": "calibrate.rate", "rate_low": "calibrate.rate_low",
    "rate_high": "calibrate.rate_high", "low": "calibrate.low", "high": "calibrate.high",
    "replications": "calibrate.replications", "constraint": "calibrate.constraint", "value": "calibrate.value",
    "objective": "calibrate.with_it", "without": "calibrate.without", "difference": "calibrate.difference",
}  # fmt: skip
WORDS = {
    "likelihood": "calibrate.likelihood", "information": "calibrate.information", "shares": "calibrate.shares",
    "min_share": "calibrate.min_share", "trend": "calibrate.trend", "min_z": "calibrate.min_z",
    "ascending": "calibrate.ascending",
}  # fmt: skip


def calibrate(arguments: argparse.Namespace) -> None:
    """The tier table of a saved run and proposed cut-offs; neither policy nor run is changed."""
    from credit_score.report import RunFolder
    from credit_score.tiers.proposal import propose

    folder, steps = RunFolder.open(arguments.run), Steps(quiet=arguments.quiet)
    rules = folder.rules()
    asked = _asked(arguments, len(rules.tiers))
    firms = folder.table("scores_enterprise.parquet")[["subject", "score_milli"]]
    labels = _labels(arguments.labels, firms) if arguments.labels else None
    steps("finding cut-offs")
    cutoffs = [float(t.cutoff) for t in rules.tiers if t.cutoff is not None]
    found = _in_points(propose(firms["score_milli"].to_numpy(float), cutoffs, asked, labels))
    found = _named(found, [t.id for t in rules.tiers])
    steps("done")
    notes = [*_overridden(folder), *_notes(labels)]
    if arguments.json:
        about = {"policy": rules.name, "as_of": rules.on, "status": folder.manifest["status"]}
        told = {name: rows_of(getattr(found, name)) for name in ("tiers", "proposed", "costs")}
        print_json(about | {"objective": asked.objective, **told, "notes": [_said(n, "en") for n in notes]})
    else:
        _print(found, notes, asked.objective, arguments.lang)


def _asked(arguments: argparse.Namespace, n_tiers: int) -> "Asked":
    from credit_score.tiers.cutoffs import check_n_tiers
    from credit_score.tiers.proposal import Asked

    limits = {name: getattr(arguments, name) for name in ("min_share", "min_z") if getattr(arguments, name) is not None}
    shares = arguments.shares
    number = check_n_tiers((len(shares) if shares else n_tiers) if arguments.tiers is None else arguments.tiers)
    objective = arguments.objective or ("shares" if shares or not arguments.labels else "likelihood")
    if shares and objective != "shares":
        raise FitError(f"shares with objective {objective!r}", remedy="leave one of them out")
    return Asked(number, objective, shares, limits, arguments.replications, arguments.seed)


def _labels(path: str, firms: "pd.DataFrame") -> "Labels":
    """The labels of a file beside the scores of their firms."""
    from credit_score.tiers.given import LABEL_RANGES, check_figures, read_figures
    from credit_score.tiers.proposal import Labels

    given = check_figures(
        read_figures(path), LABEL_RANGES, firms["subject"], where=path, optional=("draw_probability",)
    )  # fmt: skip
    rows = given.merge(firms, on="subject")
    chance = rows["draw_probability"].to_numpy() if "draw_probability" in rows else None
    return Labels(rows["score_milli"].to_numpy(float), rows["bad"].to_numpy(), chance)


def _in_points(found: "Proposal") -> "Proposal":
    """Cut-offs in points, which are computed in milli-points."""
    tables = {n: getattr(found, n) for n in ("tiers", "proposed")}
    return replace(
        found, **{n: t.assign(**{c: t[c] / 1000 for c in IN_POINTS if c in t.columns}) for n, t in tables.items()}
    )


def _named(found: "Proposal", names: list[str]) -> "Proposal":
    """Tiers under the policy's own names where there are as many."""
    proposed = found.proposed.assign(tier=names) if len(found.proposed) == len(names) else found.proposed
    return replace(found, tiers=found.tiers.assign(tier=names), proposed=proposed)


def _overridden(folder: "RunFolder") -> list[tuple[str, dict[str, Any]]]:
    """That some firms stand in another tier than their score's."""
    from credit_score.tiers.assign import BY_SCORE

    n = int((folder.table("tiers.parquet")["decided_by"] != BY_SCORE).sum())
    return [("calibrate.by_score", {"n": f"{n:,}"})] if n else []


def _notes(labels: "Labels | None") -> list[tuple[str, dict[str, Any]]]:
    """What the reader must know of the labels, and that nothing was changed."""
    told = [] if labels is None else ["calibrate.labels"]
    if labels is not None and labels.draw_probability is None:
        told.append("calibrate.unweighted")
    return [(key, {}) for key in (*told, "calibrate.nothing_changed")]


def _said(note: tuple[str, dict[str, Any]], lang: str) -> str:
    from credit_score.language import say

    return say(note[0], lang, **note[1])


def _print(found: "Proposal", notes: list[tuple[str, dict[str, Any]]], objective: str, lang: str) -> None:
    from credit_score.language import say

    print_words("calibrate.in_force", _in_words(found.tiers, lang), lang)
    print(say("calibrate.objective", lang, objective=say(WORDS[objective], lang)))
    print_words("calibrate.proposed", _in_words(found.proposed, lang), lang)
    print_words("calibrate.costs", _in_words(found.costs, lang), lang)
    for note in notes:
        print(_said(note, lang))


def _in_words(table: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    return in_words(table, lang, headings=HEADINGS, words=WORDS, shares=SHARES, counts=COUNTS)
